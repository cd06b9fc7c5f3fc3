import { describe, expect, it } from 'vitest';
import { summaryText } from '../../src/report/index.ts';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const fails = '  - { id: last, on: es, call: GET /last }\n';
const plan = planOf(`  - id: a
    on: es
    call: PUT /a
    rollback:
      - { id: look, title: Whether it is there, call: 'GET /{{run.id}}', save: { name: id } }
      - { id: gone, title: Delete a, call: DELETE /a, query: { force: true } }
      - { id: other, title: Delete what was found, call: 'DELETE /{{steps.look.name}}' }
${fails}`);
const worldWhere = (status: number) => ({
  answer: (call: string) =>
    call === 'GET /last' ? ok({}, 404) : call === 'DELETE /a' ? ok({}, status) : ok({ id: 'x' }),
});
const lastLines = (found: string) => `To complete the rollback: runbook rollback run-1
Or by hand, in this order:
  GET /run-1 on es — Whether it is there
  DELETE /a on es {"force":true} — Delete a
  DELETE /${found} on es — Delete what was found
`;

describe('the calls that complete a rollback', () => {
  it('are the last lines where it has failed: as far as they are known, in their order', async () => {
    const { summary } = await runIn(plan, worldWhere(500));
    expect(summary.outcome).toBe('intervention-required');
    expect(summaryText(summary, { run: 'run-1', head: 'h' }).endsWith(lastLines('x'))).toBe(true);
  });

  it('are the last lines where it was skipped', async () => {
    const { summary } = await runIn(plan, { ...worldWhere(200), rollback: 'never' });
    expect(summaryText(summary, { run: 'run-1', head: 'h' }).endsWith(lastLines('{{steps.look.name}}'))).toBe(true);
  });

  it('are none where it is complete, or where there is nothing to complete', async () => {
    const { summary } = await runIn(plan, worldWhere(200));
    expect(summary).toMatchObject({ outcome: 'failed', by_hand: [] });
    const done = (await runIn(plan, { answer: () => ok({ id: 'x' }) })).summary;
    expect(done).toMatchObject({ outcome: 'done', by_hand: [], can_be_rolled_back: ['a'] });
  });
});
