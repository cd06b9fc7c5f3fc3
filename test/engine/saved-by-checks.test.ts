import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, until, type WorldRun } from './world.ts';

const reindex = `  - id: reindex
    on: es
    call: POST /_reindex
    save: { task: { path: task }, mark: { path: task, digest: true } }
    done_when:
      call: GET /_tasks
      expect: { status: 200, body: { 'length(tasks)': 1 } }
      save: { task: 'tasks[0]', mark: 'tasks[0]' }
    rollback: [{ id: cancel, on: es, call: 'POST /cancel/{{steps.reindex.task}}' }]
  - { id: use, on: es, call: 'PUT /use/{{steps.reindex.task}}/{{steps.reindex.mark}}' }
`;
const digest = '3aae004f448787fcf06c2d53933fff00a45fc5117c21e1070f967e37d43760ef';
const finished = ({ events }: WorldRun, step: string) =>
  events.find((event) => event.type === 'step-finished' && event.step === step);

/** The server has the task from the first write on, or from the beginning. */
function server(wasThere: boolean, written: () => ReturnType<typeof lost> | ReturnType<typeof ok>, task = 'blue') {
  let isThere = wasThere;
  return (call: string) => {
    if (call === 'POST /_reindex') {
      isThere = true;
      return written();
    }
    return ok(call === 'GET /_tasks' ? { tasks: isThere ? [task] : [] } : {});
  };
}

describe('what a check saves', () => {
  const plan = planOf(reindex);

  it('is what the step saves where its own response was lost', async () => {
    const run = await runIn(plan, { answer: server(false, lost) });
    expect(run.sent).toEqual(['GET /_tasks', 'POST /_reindex', 'GET /_tasks', `PUT /use/blue/${digest}`]);
    expect(finished(run, 'reindex')).toMatchObject({ outcome: 'done', saved: { task: 'blue', mark: digest } });
  });

  it('is not what it saves where its own response arrived, also when the rollback reads the check', async () => {
    const refused = server(false, () => ok({ task: 'red' }));
    const run = await runIn(plan, { answer: (call) => (call.startsWith('PUT') ? ok({}, 400) : refused(call)) });
    expect(finished(run, 'reindex')).toMatchObject({ saved: { task: 'red' } });
    expect(run.sent.slice(-2)).toEqual(['POST /cancel/red', 'GET /_tasks']);
    expect(run.sent.filter((call) => call === 'GET /_tasks')).toHaveLength(3);
  });

  it('is what it saves where nothing is sent, because the effect is in place', async () => {
    const run = await runIn(plan, { answer: server(true, ok) });
    expect(run.sent).toEqual(['GET /_tasks', `PUT /use/blue/${digest}`]);
    expect(run.outcomes).toMatchObject({ reindex: 'in-place', use: 'done' });
    const same = await runIn(planOf(reindex.replace('done_when', 'unchanged_when')), { answer: server(true, ok) });
    expect(same.sent).toEqual(['GET /_tasks', `PUT /use/blue/${digest}`]);
    expect(same.outcomes).toMatchObject({ reindex: 'unchanged', use: 'done' });
  });

  it('is known in a dry run', async () => {
    const run = await runIn(plan, { mode: 'dry', answer: server(true, ok) });
    expect(run.outcomes).toMatchObject({ reindex: 'in-place', use: 'would-change' });
  });

  it('is remembered by a run that goes on, and read where a process ended before it was recorded', async () => {
    const answer = server(false, () => ok({ task: 'red' }));
    const { events } = await runIn(plan, { answer });
    const cut = until(events, (event) => event.type === 'response' && event.call.request === 'POST /_reindex');
    const resumed = await runIn(plan, { journal: cut, answer });
    expect(resumed.sent).toEqual(['GET /_tasks', `PUT /use/blue/${digest}`]);
    expect(resumed.summary.outcome).toBe('done');

    const first = await runIn(plan, { answer: server(true, ok) });
    const later = until(first.events, (event) => event.type === 'step-finished' && event.step === 'reindex');
    const onward = await runIn(plan, { journal: later, answer: server(true, ok, 'green') });
    expect(onward.sent).toEqual([`PUT /use/blue/${digest}`]);
  });

  it('may be of the read that is asked where the first cannot tell', async () => {
    const otherwise = planOf(`  - id: a
    on: es
    call: PUT /a
    save: { x: x }
    done_when:
      call: GET /first
      expect: { status: 200 }
      save: { x: first }
      otherwise: { on: other, call: GET /second, expect: { status: 200 }, save: { x: { path: second, default: none } } }
  - { id: use, on: es, call: 'PUT /use/{{steps.a.x}}' }
`);
    const run = await runIn(otherwise, { answer: (call) => (call === 'GET /first' ? ok({}, 403) : ok()) });
    expect(run.sent).toEqual(['GET /first', 'GET /second', 'PUT /use/none']);
  });

  describe('is secret where the step says so', () => {
    const secret = (check: string): Plan =>
      planOf(`  - id: key
    on: es
    call: PUT /key
    save: { key: { path: key, secret: true } }
${check}  - { id: between, on: es, call: PUT /between }
  - { id: use, on: es, call: PUT /use, body: { key: '{{steps.key.key}}' } }
`);
    const check =
      '    done_when: { call: GET /key, expect: { status: 200, body: { there: true } }, save: { key: key } }\n';
    const answer = (call: string, there: boolean) => ok(call.endsWith('/key') ? { there, key: 'a-secret-value' } : {});

    it('in every record', async () => {
      const run = await runIn(secret(check), { answer: (call) => answer(call, true) });
      expect(run.outcomes).toMatchObject({ key: 'in-place', use: 'done' });
      expect(run.calls.at(-1)?.request).toMatchObject({ body: { key: 'a-secret-value' } });
      expect(JSON.stringify(run.events)).not.toContain('a-secret-value');
    });

    it('and read again by the check in another process: the write is never sent twice', async () => {
      for (const [plan, sent] of [
        [secret(check), ['GET /key', 'PUT /use']],
        [secret(''), []],
      ] as const) {
        const { events } = await runIn(plan, { answer: (call) => answer(call, false) });
        const journal = until(events, (event) => event.type === 'write-intended' && event.step === 'between');
        const resumed = await runIn(plan, { journal, decide: 'done', answer: (call) => answer(call, true) });
        expect(resumed.sent).toEqual(sent);
      }
    });
  });
});
