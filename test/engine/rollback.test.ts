import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

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

describe('a rollback that was begun by a process that ended', () => {
  const plan = planOf(
    `  - id: a
    on: es
    call: PUT /a
    done_when: { call: GET /a, expect: { body: { whole: true } } }
    rollback: [{ call: DELETE /a/1, retry: { attempts: 2 } }, { call: DELETE /a/2 }]
  - { id: last, on: es, call: GET /last }
`,
  );
  /** What was made is whole until a part of it is deleted. */
  const world = () => {
    let isWhole = false;
    return (call: string) => {
      if (call === 'GET /last') return ok({}, 404);
      if (call === 'PUT /a') isWhole = true;
      if (call === 'DELETE /a/1') isWhole = false;
      return ok({ whole: isWhole });
    };
  };

  it('goes on to its end, although its own rollback has changed what is there', async () => {
    const { events } = await runIn(plan, { answer: world() });
    const journal = until(events, (event) => event.type === 'step-finished' && event.step === 'a~rollback~1');

    const { sent, summary } = await runIn(plan, { answer: () => ok({ whole: false }), journal });

    expect(sent).toEqual(['DELETE /a/2', 'GET /a']);
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true, left: [] });
  });

  it('is tried again from its beginning where it was not complete', async () => {
    const first = await runIn(plan, {
      answer: (
        (answer) => (call: string) =>
          call === 'DELETE /a/2' ? ok({}, 500) : answer(call)
      )(world()),
    });
    expect(first.summary).toMatchObject({
      outcome: 'intervention-required',
      left: [{ reason: { kind: 'rollback-incomplete' } }],
    });

    const again = { journal: first.events, rollback: 'now' } as const;
    const { sent, summary } = await runIn(plan, { answer: () => ok({ whole: false }), ...again });

    expect(sent).toEqual(['DELETE /a/1', 'DELETE /a/2', 'GET /a']);
    expect(summary).toMatchObject({ outcome: 'rolled-back', rolled_back: true, left: [] });
  });

  it('does not take for rolled back what it did not roll back because somebody else had changed it', async () => {
    const { events } = await runIn(plan, { answer: (call) => (call === 'GET /last' ? ok({}, 404) : ok({})) });
    const journal = until(events, ({ type }) => type === 'rollback-skipped');

    const { sent, summary } = await runIn(plan, { answer: () => ok({}), journal });

    expect(sent).toEqual(['GET /a']);
    expect(summary).toMatchObject({ rolled_back: false, left: [{ step: 'a', reason: { kind: 'changed-since' } }] });
  });
});
