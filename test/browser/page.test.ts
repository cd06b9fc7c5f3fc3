import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats, type Subject } from '../../src/report/index.ts';
import { runIn } from '../engine/world.ts';
import {
  badDayPlan,
  badDaySubject,
  hostileSubject,
  planSubject,
  runSubject,
  worstDaySubject,
} from '../report/bad-day.ts';
import { manyWrites } from '../report/large.ts';
import { launch, misdeedsOf, noBrowser } from './chromium.ts';

const folder = mkdtempSync(join(tmpdir(), 'runbook-pages-'));

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describe.skipIf(noBrowser)(`a page in a browser${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let browser: Browser;
  let subjects: Record<'plan' | 'run' | 'dry-run' | 'hostile' | 'worst' | 'many', Subject>;

  beforeAll(async () => {
    browser = await launch();
    const run = await badDaySubject();
    subjects = {
      plan: planSubject(badDayPlan),
      run,
      'dry-run': runSubject(badDayPlan, await runIn(badDayPlan, { mode: 'dry' })),
      hostile: await hostileSubject(),
      worst: await worstDaySubject(),
      many: await manyWrites('at run time', 2_000, true),
    };
    for (const [name, subject] of Object.entries(subjects))
      writeFileSync(join(folder, `${name}.html`), formats.html.render(subject));
  });

  afterAll(() => browser.close());

  async function open(
    name: keyof typeof subjects,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; misdeeds: string[] }> {
    const page = await browser.newPage(options);
    const misdeeds = misdeedsOf(page, (url) => url.startsWith('file:'));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, misdeeds };
  }

  const shownSteps = (page: Page) =>
    page.locator('.step:visible').evaluateAll((steps) => steps.map(({ id }) => id.replace('step-', '')));

  it.each(['plan', 'run', 'dry-run', 'hostile', 'worst'] as const)(
    '%s: loads nothing, breaks nothing, and is WCAG AA, light and dark',
    async (name) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, misdeeds } = await open(name, { colorScheme });
        await page.locator('#open').click();
        // Through the debugger: the page's own policy would refuse it.
        const result = await page.evaluate(
          `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
        );
        const { violations, passes } = result as { violations: Violation[]; passes: Violation[] };

        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
        expect(misdeeds).toEqual([]);
        await page.close();
      }
    },
  );

  it('lets no other script run: its policy has the hash of its own', async () => {
    const html = formats.html
      .render(subjects.run)
      .replace('</body>', '<script>document.title = "changed"</script><p style="color:red" onclick="1"></p></body>');
    writeFileSync(join(folder, 'changed.html'), html);
    const page = await browser.newPage();
    const misdeeds = misdeedsOf(page, () => true);

    await page.goto(pathToFileURL(join(folder, 'changed.html')).href);

    expect(await page.title()).not.toBe('changed');
    expect(misdeeds.join('\n')).toMatch(/script.*Content Security Policy/i);
    expect(misdeeds.join('\n')).toMatch(/style.*Content Security Policy/i);
    await page.close();
  });

  it('filters by connection, by read and write, by what failed, and by any text', async () => {
    const { page } = await open('run');

    expect(await page.textContent('#count')).toBe('9 of 9 calls');
    await page.getByLabel('writes').check();
    expect(await shownSteps(page)).toEqual(['maybe', 'make', 'unmake', 'restore', 'open']);
    await page.getByLabel('what failed').check();
    expect(await shownSteps(page)).toEqual(['restore']);
    await page.getByLabel('all', { exact: true }).check();
    await page.getByRole('searchbox').fill('REPOSITORY_exception storage');
    expect(await shownSteps(page)).toEqual(['restore']);
    await page.getByRole('searchbox').fill('no such text');
    expect(await page.textContent('#count')).toBe('0 of 9 calls');
    await page.getByRole('searchbox').press('Escape');
    await page.getByLabel('Connection').selectOption('es');
    expect(await shownSteps(page)).toHaveLength(9);
    await page.close();
  });

  it('is used with the keyboard alone', async () => {
    const { page } = await open('run');

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the steps');
    await page.keyboard.press('/');
    await page.keyboard.type('unmake');
    expect(await shownSteps(page)).toContain('unmake');
    const opened = () => page.evaluate("document.querySelector('#step-unmake details').open");
    expect(await opened()).toBe(false);
    await page.locator('#step-unmake summary').focus();
    await page.keyboard.press('Enter');
    expect(await opened()).toBe(true);
    await page.close();
  });

  it('leads from the outcome to what failed with the keyboard, also where it is closed or filtered away', async () => {
    const { page, misdeeds } = await open('run');
    const summary = "document.querySelector('#step-restore summary')";
    const link = page.locator('.state').getByRole('link', { name: 'Go to step 3.3 restore' });
    for (const prepare of [
      async () => undefined,
      // The same link again, with its step closed and hidden meanwhile.
      async () => {
        await page.locator('#step-restore summary').click();
        await page.getByLabel('reads').check();
        expect(await page.locator('#step-restore').isVisible()).toBe(false);
      },
    ]) {
      await prepare();
      await link.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(`document.activeElement === ${summary}`)).toBe(true);
      expect(await page.evaluate('location.hash')).toBe('#step-restore');
      expect(await page.evaluate("document.querySelector('#step-restore details').open")).toBe(true);
    }
    expect(misdeeds).toEqual([]);
    await page.close();
  });

  it('opens the iterations of a loop where one of them is linked to', async () => {
    const { page, misdeeds } = await open('many');
    const isInView = (id: string) =>
      page.evaluate<boolean>(
        `(({ top, bottom }) => top >= 0 && bottom <= innerHeight + 800)(document.getElementById('${id}').getBoundingClientRect())`,
      );

    expect(await page.locator('details.good-ones').first().getAttribute('open')).toBe(null);
    await page.locator('.state a').click();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('step-users#2000');
    expect(await isInView('step-users#2000')).toBe(true);
    await page.evaluate("location.hash = '#step-users%23700'");
    await expect
      .poll(() => page.evaluate("document.getElementById('step-users#700').closest('details').open"))
      .toBe(true);
    expect(await isInView('step-users#700')).toBe(true);
    expect(misdeeds).toEqual([]);
    await page.close();
  });

  it('has everything on paper, and without scripts', async () => {
    const { page } = await open('run', { javaScriptEnabled: false });
    const body = page.locator('#step-make pre').first();

    expect(await body.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await body.isVisible()).toBe(true);
    expect(await page.locator('.filters').isVisible()).toBe(false);
    await page.close();
  });

  it('is as wide as a telephone, where that is what it is read on', async () => {
    const { page } = await open('run', { viewport: { width: 390, height: 800 } });
    await page.locator('#open').click();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.close();
  });

  it('shows what somebody has to know: assertions with what they saw, what undoes what, the time line, the journal', async () => {
    const { page } = await open('run');
    const text = await page.evaluate<string>('document.body.textContent');

    expect(text).toContain('repository_exception: ‹secret› \\u001b[31mis refused');
    expect(await page.locator('#step-look tbody tr', { hasText: 'at least 1' }).textContent()).toContain('2');
    expect(
      await page.locator('section', { hasText: 'Rollback' }).last().locator('svg text').allTextContents(),
    ).toContain('3.1 make (rolled back)');
    expect(await page.locator('svg .bar').count()).toBeGreaterThan(5);
    expect(text).toContain('e3b0c44298fc1c14');
    await page.close();
  });

  it('is XML where it says so: JUnit is well-formed, whatever is in it', async () => {
    const { page } = await open('plan');
    for (const subject of [subjects.run, subjects.hostile]) {
      const xml = formats.junit.render(subject);
      const read = await page.evaluate<{ errors: number; cases: number; failures: number; stated: string[] }>(`(() => {
        const read = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'application/xml');
        const count = (name) => read.getElementsByTagName(name).length;
        const stated = ['tests', 'failures'].map((name) => read.documentElement.getAttribute(name));
        return { errors: count('parsererror'), cases: count('testcase'), failures: count('failure'), stated };
      })()`);

      expect(read.errors).toBe(0);
      expect(read.stated).toEqual([String(read.cases), String(read.failures)]);
    }
    await page.close();
  });
});
