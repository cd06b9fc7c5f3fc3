import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn } from './world.ts';

const write = (id: string, more = '') =>
  `  - { id: ${id}, on: es, call: PUT /${id}, rollback: [{ call: DELETE /${id} }]${more} }\n`;

describe('a failure', () => {
  it('rolls back in reverse what may have been sent, and nothing else', async () => {
    const plan = planOf(write('a') + write('b', ', when: { inputs.name: two }') + write('c') + write('d') + write('e'));
    const { summary, sent } = await runIn(plan, { answer: (call) => (call === 'PUT /d' ? ok({}, 500) : ok()) });

    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true, failure: { step: 'd' } });
    expect(sent).toEqual(['PUT /a', 'PUT /c', 'PUT /d', 'DELETE /d', 'DELETE /c', 'DELETE /a']);
  });

  it('does not undo what the server refused with 4xx: there is nothing of ours', async () => {
    const { sent, summary } = await runIn(planOf(write('a')), {
      answer: () => ok({ error: { type: 'exists', reason: 'it is there' } }, 400),
    });

    expect(sent).toEqual(['PUT /a']);
    expect(summary.failure?.reason).toMatchObject({ error: { type: 'exists', reason: 'it is there' } });
  });

  it('undoes steps before their block, and the runbook last', async () => {
    const steps = `  - id: block
    on: es
    steps: [{ id: a, call: PUT /a, rollback: [{ call: DELETE /a }] }, { id: b, call: PUT /b }]
    rollback: [{ call: DELETE /block }]
rollback: [{ on: es, call: DELETE /all }]
`;
    const { sent } = await runIn(planOf(steps), { answer: (call) => (call === 'PUT /b' ? ok({}, 500) : ok()) });
    expect(sent).toEqual(['PUT /a', 'PUT /b', 'DELETE /a', 'DELETE /block', 'DELETE /all']);
  });

  it('goes on rolling back after a rollback has failed, needs a person, and keeps the first failure', async () => {
    const plan = planOf(write('a') + write('b') + write('c'));
    const { summary, sent } = await runIn(plan, {
      answer: (call) => (call === 'PUT /c' || call === 'DELETE /b' ? ok({}, 500) : ok()),
    });

    expect(sent).toEqual(['PUT /a', 'PUT /b', 'PUT /c', 'DELETE /c', 'DELETE /b', 'DELETE /a']);
    expect(summary).toMatchObject({
      outcome: 'intervention-required',
      failure: { step: 'c' },
      cleanup_failures: [{ step: 'b~rollback~1' }],
      rolled_back: false,
    });
  });

  it('is a failure of the run when always does not work', async () => {
    const plan = planOf(
      `  - id: block\n    on: es\n    steps: [{ id: a, call: PUT /a }]\n    always: [{ id: open, call: POST /open }, { id: look, call: GET /look }]\n${write('after')}`,
    );
    const { summary, sent } = await runIn(plan, { answer: (call) => (call === 'POST /open' ? ok({}, 500) : ok()) });

    expect(sent).toEqual(['PUT /a', 'POST /open', 'GET /look']);
    expect(summary).toMatchObject({ outcome: 'intervention-required', cleanup_failures: [{ step: 'open' }] });
  });
});
