import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/engine/index.ts';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const plan = planOf(`  - id: block
    on: es
    steps:
      - { id: make, call: PUT /made, rollback: [{ call: DELETE /made }] }
      - { id: ask, confirm: Really?, call: PUT /asked }
    always: [{ id: open, call: POST /open }]
`);

describe('a port that fails', () => {
  it('ends the step, and what cleans up runs', async () => {
    const bug = () => {
      throw new Error('a bug in a port');
    };
    const { sent, summary } = await runIn(plan, { confirm: bug });
    expect(sent).toEqual(['PUT /made', 'POST /open', 'DELETE /made']);
    expect(summary).toMatchObject({
      outcome: 'failed',
      failure: { step: 'ask', reason: { kind: 'internal-error', message: 'Error: a bug in a port' } },
    });
  });

  it.each(['PUT /made', 'POST /open'])('with the end of its process at %s ends the run as it is', async (at) => {
    const sent: string[] = [];
    const answer = (call: string) => {
      sent.push(call);
      if (call === at) throw new Cancelled();
      return ok();
    };
    await expect(runIn(plan, { answer })).rejects.toBeInstanceOf(Cancelled);
    expect(sent.at(-1)).toBe(at);
  });

  it('with the end of its process at a question or an event ends the run, too', async () => {
    const end = () => {
      throw new Cancelled();
    };
    await expect(runIn(plan, { confirm: end })).rejects.toBeInstanceOf(Cancelled);
    let recorded = 0;
    const recordFails = () => ++recorded > 5 && end();
    await expect(runIn(plan, { recordFails })).rejects.toBeInstanceOf(Cancelled);
  });
});
