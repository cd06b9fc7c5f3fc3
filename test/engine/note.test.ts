import { describe, expect, it } from 'vitest';
import { summaryText } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

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
    expect(summaryText(summary, { run: 'r', head: 'e3b0c4' })).toContain('To know:\n  WARNING: There are 2.');
  });

  it('that reads what only a write would give depends on it in a dry run', async () => {
    const { summary, outcomes } = await runIn(
      planOf(`  - { id: a, on: es, call: PUT /x, save: { n: n } }\n  - { id: told, note: 'It is {{steps.a.n}}.' }\n`),
      { mode: 'dry' },
    );
    expect(outcomes).toMatchObject({ a: 'would-send', told: 'depends' });
    expect(summary.notes).toEqual([]);
  });

  it('can wait for a person', async () => {
    const steps = `  - { id: told, confirm: 'Is Kibana stopped?', note: Kibana has to be stopped. }\n  - { id: a, on: es, call: PUT /x }\n`;
    expect((await runIn(planOf(steps), { confirm: false })).sent).toEqual([]);
    expect((await runIn(planOf(steps), { confirm: true })).sent).toEqual(['PUT /x']);
  });
});

describe('a write with retry and without done_when', () => {
  const steps = `  - { id: a, on: es, call: PUT /x, retry: { attempts: 2, delay: 1s } }\n`;

  it('is sent again after an ambiguous answer: its author says that this does no harm', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: (_call, count) => (count === 1 ? lost() : ok()) });
    expect(sent).toEqual(['PUT /x', 'PUT /x']);
    expect(summary.outcome).toBe('done');
  });

  it('is in doubt when no attempt was answered', async () => {
    const { summary, sent } = await runIn(planOf(steps), { answer: () => lost() });
    expect(sent).toHaveLength(2);
    expect(summary).toMatchObject({ outcome: 'needs-a-person', in_doubt: ['a'] });
  });
});
