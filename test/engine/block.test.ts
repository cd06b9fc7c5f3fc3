import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

describe('always', () => {
  const steps = `  - id: block
    on: es
    steps: [{ id: close, call: POST /close }, { id: restore, call: POST /restore }]
    always: [{ id: open, call: POST /open }]
    rollback: [{ id: undo, call: POST /undo }]
`;

  it('runs after success, failure, an ambiguous answer and a broken connection', async () => {
    for (const answer of [ok(), ok({}, 500), ok({}, 503), lost('maybe'), lost('no')]) {
      const { sent } = await runIn(planOf(steps), { answer: (call) => (call === 'POST /restore' ? answer : ok()) });
      expect(sent).toContain('POST /open');
    }
  });

  it('runs when somebody stops the run, which is then rolled back', async () => {
    const { sent, summary } = await runIn(planOf(steps), {
      interruptedAt: (event) => event.type === 'write-intended' && event.step === 'close',
    });

    expect(sent).toEqual(['POST /close', 'POST /open', 'POST /undo']);
    expect(summary).toMatchObject({ outcome: 'interrupted', rolled_back: true });
  });

  it('runs although the journal cannot be written; no other write does', async () => {
    let writesRecorded = 0;
    const { sent, summary } = await runIn(planOf(steps), {
      recordFails: (event) => event.type === 'write-intended' && ++writesRecorded > 1,
    });

    expect(sent).toEqual(['POST /close', 'POST /open', 'POST /undo']);
    expect(summary.failure?.reason).toMatchObject({
      kind: 'not-sent',
      cause: { kind: 'journal-not-writable', message: 'no space left on device' },
    });
  });

  it('does not run where no write of its block was sent: there is nothing to put right', async () => {
    const plan = planOf(steps.replace('steps: [', 'steps: [{ id: look, call: GET /look }, '));
    const { sent, summary } = await runIn(plan, { answer: (call) => (call === 'GET /look' ? ok({}, 404) : ok()) });

    expect(sent).toEqual(['GET /look']);
    expect(summary.outcome).toBe('refused');
  });

  it('does not run for a block that was not entered', async () => {
    const plan = planOf(steps.replace('on: es', 'on: es\n    confirm: Really?'));
    const { sent, summary } = await runIn(plan, { confirm: false });

    expect(sent).toEqual([]);
    expect(summary).toMatchObject({
      outcome: 'refused',
      failure: { reason: { kind: 'not-confirmed', question: 'Really?' } },
    });
  });

  it('runs, and the rollback is complete, whatever each call answers', async () => {
    const answers = [ok(), ok({}, 400), ok({}, 500), ok({}, 504), lost('no'), lost('maybe')];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(answers.length - 1), { minLength: 2, maxLength: 2 }),
        async ([close = 0, restore = 0]) => {
          const { sent } = await runIn(planOf(steps), {
            answer: (call) =>
              call === 'POST /close'
                ? (answers[close] ?? ok())
                : call === 'POST /restore'
                  ? (answers[restore] ?? ok())
                  : ok(),
          });
          // Closed and not opened again is the one end that must not be. Where nothing has left this machine, nothing is to be opened.
          const hasLeft = close !== answers.length - 2;
          expect(sent.lastIndexOf('POST /open') > sent.lastIndexOf('POST /close')).toBe(hasLeft);
          const mayHaveClosed = close === 0 || close === 2 || close === 3 || close === 5;
          const isDone = close === 0 && restore === 0;
          expect(sent.includes('POST /undo')).toBe(mayHaveClosed && !isDone);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('for_each', () => {
  const steps = `  - { id: names, on: es, call: GET /names, save: { all: '@' } }
  - id: copy
    on: es
    for_each: '{{steps.names.all}}'
    steps:
      - { id: get, call: 'GET /{{item.name}}', save: { size: size } }
      - { id: put, call: 'PUT /{{item.name}}', body: { size: '{{steps.get.size}}' }, rollback: [{ call: 'DELETE /{{item.name}}' }] }
  - { id: after, on: es, call: PUT /after, body: { sizes: '{{steps.get.size}}' } }
`;
  const world = (fails = '') => ({
    answer: (call: string) =>
      call === 'GET /names'
        ? ok([{ name: 'x' }, { name: 'y' }])
        : call === fails
          ? ok({}, 500)
          : ok({ size: call.length }),
  });

  it('over a list that only the run knows runs once per item, each with its own values', async () => {
    const { sent, calls, outcomes } = await runIn(planOf(steps), world());
    expect(sent).toEqual(['GET /names', 'GET /x', 'PUT /x', 'GET /y', 'PUT /y', 'PUT /after']);
    expect(calls.at(-1)?.request).toMatchObject({ body: { sizes: [6, 6] } });
    expect(outcomes).toMatchObject({ 'put#1': 'done', 'put#2': 'done' });
  });

  it('rolls back each pass with its own item', async () => {
    const { sent } = await runIn(planOf(steps), world('PUT /after'));
    expect(sent.slice(-2)).toEqual(['DELETE /y', 'DELETE /x']);
  });
});
