import { describe, expect, it } from 'vitest';
import { summaryText } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

describe('a note', () => {
  const plan = () =>
    planOf(`  - { id: a, on: es, call: GET /, save: { n: n } }
  - { id: told, severity: warning, when: { steps.a.n: 2 }, note: 'There are {{steps.a.n}}.' }
  - { id: untold, when: { steps.a.n: 3 }, note: Three. }
`);

  it('sends nothing, and is repeated at the end where its condition holds', async () => {
    const { summary, sent, outcomes } = await runIn(plan(), { answer: () => ok({ n: 2 }) });

    expect(sent).toEqual(['GET /']);
    expect(summary.notes).toEqual([{ severity: 'warning', note: 'There are 2.' }]);
    expect(outcomes).toMatchObject({ told: 'done', untold: 'skipped' });
    expect(summaryText(summary, { run: 'r', head: 'e3b0c4' })).toContain('Notes:\n  WARNING: There are 2.');
  });

  it('that reads what only a write would give depends on it in a dry run', async () => {
    const { summary, outcomes } = await runIn(
      planOf(`  - { id: a, on: es, call: PUT /x, save: { n: n } }\n  - { id: told, note: 'It is {{steps.a.n}}.' }\n`),
      { mode: 'dry' },
    );
    expect(outcomes).toMatchObject({ a: 'would-change', told: 'depends' });
    expect(summary.notes).toEqual([]);
  });

  it('is not repeated once the write before it is rolled back, unless it is about what comes after', async () => {
    const steps = planOf(`  - { id: first, note: Before. }
  - { id: put, on: es, call: PUT /kara, rollback: [{ call: DELETE /kara }, { note: Gone. }] }
  - { id: told, note: 'user kara: overwritten' }
  - { id: check, on: es, call: GET /check }
`);
    const notes = ({ summary }: Awaited<ReturnType<typeof runIn>>) => summary.notes.map(({ note }) => note);
    const done = await runIn(steps);
    expect(notes(done)).toEqual(['Before.', 'user kara: overwritten']);
    expect(notes(await runIn(steps, { journal: done.events, rollback: 'now' }))).toEqual(['Before.', 'Gone.']);
    const answer = (call: string) => ok({}, call === 'GET /check' ? 500 : 200);
    expect(notes(await runIn(steps, { answer }))).toEqual(['Before.', 'Gone.']);
    expect(notes(await runIn(steps, { answer, rollback: 'never' }))).toEqual(['Before.', 'user kara: overwritten']);
  });

  it('can wait for a person', async () => {
    const steps = `  - { id: told, confirm: 'Is Kibana stopped?', note: Kibana must be stopped. }\n  - { id: a, on: es, call: PUT /x }\n`;
    expect((await runIn(planOf(steps), { confirm: false })).sent).toEqual([]);
    expect((await runIn(planOf(steps), { confirm: true })).sent).toEqual(['PUT /x']);
  });
});
