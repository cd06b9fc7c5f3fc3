import { beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { formats, jobSummary, type Subject } from '../../src/report/index.ts';
import { ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { runSubject } from './bad-day.ts';
import { type Known, manyWrites } from './large.ts';

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

describe.each<Known>(['at run time', 'while planning'])(
  'a run of 2,000 writes in a loop over a list that is known %s',
  (known) => {
    let subject: Subject;

    beforeAll(async () => {
      subject = await manyWrites(known, 2_000, true);
    });

    it('has as many writes', () => {
      const steps = subject.run?.report.steps.filter(({ step }) => /^users#/.test(step)) ?? [];
      expect(steps).toHaveLength(2_000);
      expect(steps.map(({ outcome }) => outcome).filter((outcome) => outcome === 'done')).toHaveLength(1_998);
    });

    it.each(['text', 'markdown', 'html'] as const)('is folded as %s: counts, then what failed', (format) => {
      const text = formats[format].render(subject);

      const [counts, failed] = [
        text.indexOf('1,998 done, 1 failed, 1 unchanged'),
        text.lastIndexOf('users#2000'),
        text.lastIndexOf('2000'),
      ];
      expect(counts).toBeGreaterThan(0);
      expect(failed).not.toBe(counts);
      expect(text).toContain('1,997 done, 1 failed');
      expect(text).toMatch(/1,998 done, 1 unchanged/);
      expect(text).toContain('role not known');
      expect(text).toContain('rolled back: 1,997 iterations of users');
    });

    it('is short for a terminal and for a comment, and names each failure', () => {
      for (const format of ['text', 'markdown', 'github'] as const) {
        const text = formats[format].render(subject);
        expect(text.split('\n').length).toBeLessThan(250);
        expect(text).toContain('DELETE /user/user-1');
        expect(text).toContain('PUT /user/user-2000');
      }
      const comment = formats.markdown.render(subject);
      expect(comment.length).toBeLessThan(65_536);
      expect(comment).toMatch(/Shortened to fit: the single iterations .* are left out here.*runbook show run-1/);
    });

    it('has each iteration in the summary of a job, which may be longer', () => {
      const summary = jobSummary(subject);

      expect(Buffer.byteLength(summary)).toBeLessThan(1_048_576);
      expect(count(summary, /^\| users#/gm)).toBe(1_999);
      expect(summary).not.toContain('Shortened');
    });

    it('has each iteration in the page as a row, and what failed in full above them', () => {
      const page = formats.html.render(subject);

      expect(count(page, /<tr id="step-users#\d+">/g)).toBe(1_999);
      expect(count(page, /<section class="iteration" id="step-users#2000"/g)).toBe(1);
      expect(page.indexOf('class="iteration" id="step-users#2000"')).toBeLessThan(
        page.indexOf('<tr id="step-users#1">'),
      );
      expect(count(page, /<article /g)).toBeLessThan(5);
      // A graph is no longer than a screen or two.
      expect(
        Math.max(...[...page.matchAll(/<svg [^>]*height="(\d+)"/g)].map(([, height]) => Number(height))),
      ).toBeLessThan(2_000);
    });

    it('has a case for each write in JUnit, and a failure for each cause', () => {
      const xml = formats.junit.render(subject);

      expect(count(xml, /<testcase name="[\d.*]+ users#\d+: /g)).toBe(2_000);
      expect(count(xml, /<failure /g)).toBe(2);
      expect(count(xml, /<error /g)).toBe(0);
    });

    it('is complete in the JSON', () => {
      const { steps } = JSON.parse(formats.json.render(subject));
      expect(steps).toHaveLength(subject.run?.report.steps.length ?? 0);
    });
  },
);

describe('a run of 2,000 writes that are no loop', () => {
  const steps = Array.from({ length: 4 }, (_, index) => step(index + 1)).join('');
  let subject: Subject;

  function step(number: number): string {
    return `  - { id: s${number}, title: Write ${number}, on: es, call: PUT /i${number}, body: { a: ${number} }, expect: { message: Ask for ${number}. } }\n`;
  }

  beforeAll(async () => {
    const { events } = await runIn(planOf(`\n${steps}`), {
      answer: (call) => (call === 'PUT /i2' ? ok({ error: { type: 'refused', reason: 'no room' } }, 507) : ok()),
    });
    const plan = planOf(`\n${Array.from({ length: 2_000 }, (_, index) => step(index + 1)).join('')}`);
    const isOf = (event: Event, id: string) => 'step' in event && event.step === id;
    const done = events.filter((event) => isOf(event, 's1'));
    const begin = events.findIndex((event) => isOf(event, 's1'));
    const others = Array.from({ length: 1_998 }, (_, index) =>
      done.map(
        (event) =>
          JSON.parse(
            JSON.stringify(event)
              .replaceAll('s1"', `s${index + 1}"`)
              .replaceAll('/i1"', `/i${index + 1}"`)
              .replace('"number":"1"', `"number":"${index + 1}"`),
          ) as Event,
      ),
    );
    const rest = events
      .slice(begin + done.length)
      .map(
        (event) =>
          JSON.parse(
            JSON.stringify(event)
              .replaceAll('s2"', 's1999"')
              .replaceAll('/i2"', '/i1999"')
              .replace('"number":"2"', '"number":"1999"'),
          ) as Event,
      );
    subject = runSubject(plan, { events: [...events.slice(0, begin), ...others.flat(), ...rest] });
  });

  it('is cut for a comment: what succeeded, never what failed, and it says so', () => {
    const text = formats.markdown.render(subject);

    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('PUT /i1999');
    expect(text).toContain('refused: no room');
    expect(text).toMatch(/Shortened to fit: the steps that succeeded are left out here.*runbook show run-1/);
    expect(text).not.toContain('/i1000');
    expect(jobSummary(subject)).toContain('/i1000');
  });

  it('says in JUnit of what was not reached why', () => {
    const xml = formats.junit.render(subject);
    expect(xml).toMatch(/name="2000 s2000: [^>]*><skipped message="not reached: follows from 1999 s1999"/);
  });
});

it('cuts no failure where there are more of them than fit', async () => {
  const items = Array.from({ length: 1_500 }, (_, index) => `user-${index + 1}`);
  const plan = planOf(`  - id: users
    on: es
    for_each: ${JSON.stringify(items)}
    steps: [{ id: user, call: 'GET /user/{{item}}' }]
`);
  const reported = runSubject(
    plan,
    await runIn(planOf(`  - { id: user, on: es, call: GET /user/1 }\n`), { answer: () => ok({}, 404) }),
  );
  const failed = reported.run?.events ?? [];
  const one = failed.filter((event) => 'step' in event && event.step === 'user');
  const events = [
    ...failed.slice(0, failed.indexOf(one[0] as Event)),
    ...items.flatMap((_, index) => one.map((event) => ({ ...event, step: `user#${index + 1}` }) as Event)),
    ...failed.slice(-1),
  ];
  const text = formats.markdown.render(runSubject(plan, { events }));

  for (const index of [1, 700, 1_500]) expect(text).toContain(`<code>user#&#8205;${index}</code>`);
});
