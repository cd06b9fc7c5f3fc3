import { beforeAll, describe, expect, it } from 'vitest';
import { type FormatName, formats, formatsOf, type Subject } from '../../src/report/index.ts';
import { runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { runSubject, worstDaySubject } from './bad-day.ts';

/** Text as a reader of the format sees it. */
function shown(format: FormatName, subject: Subject): string {
  return formats[format]
    .render(subject)
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\u200d/g, '');
}

describe('what is left of a failed run', () => {
  let subject: Subject;

  beforeAll(async () => {
    subject = await worstDaySubject();
  });

  it('is all that can go wrong', () => {
    const { in_doubt, cleanup_failures, left, kept, by_hand } = subject.run?.report.summary ?? {};
    for (const list of [in_doubt, cleanup_failures, left, kept, by_hand]) expect(list?.length).toBeGreaterThan(0);
  });

  it.each(formatsOf('run').filter((format) => format !== 'json'))('is complete as %s', (format) => {
    const text = shown(format, subject);

    expect(text).toContain('runbook rollback run-1');
    expect(text).toContain('DELETE /made on es — Unmake it');
    expect(text).toContain('unmake: DELETE /made on es — status: expected 2xx, actual 403');
    expect(text).toContain('stays: PUT /stays on es — nothing in the runbook rolls it back');
    expect(text).toContain('lost: PUT /lost on es');
    expect(text).toContain('kept: PUT /kept on es — it is the only copy');
    expect(text).toContain('NOT rolled back: make');
  });

  it.each(formatsOf('run').filter((format) => format !== 'json'))('has its evidence as %s', (format) => {
    const text = shown(format, subject);

    expect(text).toContain('evidence: The shards that are missing: missing: ["[orders][3]"]');
    expect(text).toContain('evidence: Why: status: expected 2xx, actual 404 — The server says: gone: nobody knows');
  });

  it('is in the JSON as data', () => {
    const { summary, steps } = JSON.parse(formats.json.render(subject));

    expect(summary).toEqual(subject.run?.report.summary);
    expect(steps).toContainEqual(expect.objectContaining({ phase: 'evidence', saved: { missing: ['[orders][3]'] } }));
  });

  it('is nothing of a run that has ended well', async () => {
    const plan = planOf('  - { id: a, on: es, call: PUT /a, keep: a test }\n');
    const done = runSubject(plan, await runIn(plan));

    expect(done.run?.report.state).toBe('done');
    expect(shown('text', done)).not.toMatch(/What went wrong|What was done about it|Left in place/);
  });
});
