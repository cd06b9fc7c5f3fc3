import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJournal } from '../../src/runs/index.ts';
import { workingDirectory } from '../program.ts';
import { badDaySubject } from '../report/bad-day.ts';
import { serve } from '../serve-process.ts';
import { launch, misdeedsOf, noBrowser } from './chromium.ts';

describe.skipIf(noBrowser)(`runbook serve in a browser${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  it('shows a run while it goes on, and its report once it has ended', async () => {
    const directory = workingDirectory();
    const { run, bytes } = await badDaySubject();
    const events = run?.events ?? [];
    const server = await serve(directory);
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const misdeeds = misdeedsOf(page, (url) => url.startsWith(server.url));
      await page.goto(server.url);
      expect(await page.textContent('main')).toContain('There are no runs');

      const journal = await createJournal(join(directory, '.runbook', 'runs'), '20260101-000000-aaaaaa', bytes);
      const half = events.findIndex((event) => event.type === 'step-started' && event.step === 'ready');
      for (const event of events.slice(0, half)) await journal.record(event);
      // The list loads itself again.
      await page.getByRole('link', { name: '20260101-000000-aaaaaa' }).click();
      expect(await page.textContent('.state')).toContain('not finished');
      expect(await page.textContent('#log')).toBe('');

      const end = events.length - 1;
      for (const event of events.slice(half, end)) await journal.record(event);
      const log = page.locator('#log');
      await log
        .filter({ hasText: 'It is ready' })
        .filter({ hasText: 'waiting: state: expected "OK", actual "BUSY"' })
        .waitFor();
      expect(await page.textContent('#log')).not.toContain('Look');

      for (const event of events.slice(end)) await journal.record(event);
      await journal.close();
      await page.locator('.state', { hasText: 'failed at restore' }).waitFor();
      expect(await page.locator('#log').count()).toBe(0);
      await page.getByRole('link', { name: 'All runs and plans' }).click();
      await page.getByRole('row', { name: /20260101-000000-aaaaaa.*failed/ }).waitFor();
      expect(misdeeds).toEqual([]);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
