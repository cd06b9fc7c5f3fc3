import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/engine/index.ts';
import { lostWrites } from '../../src/host/lost-write.ts';
import { planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

/** An answer that comes after so many turns of the event loop. */
async function later<T>(turns: number, answer: T): Promise<T> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  return answer;
}

const names = `  - { id: names, on: es, call: GET /names, save: { all: '@' } }\n`;
const copies = (list: string, more = '') => `  - id: copy
    on: es
    for_each: ${list}
    parallel: 2
    steps:
      - { id: get, call: 'GET /{{item}}', save: { size: size } }
      - id: put
        call: 'PUT /{{item}}'
        body: { size: '{{steps.get.size}}' }
        rollback: [{ id: undo, call: 'DELETE /{{item}}' }]
${more}`;
const atRunTime = names + copies("'{{steps.names.all}}'");
const planned = copies('[a, b, c, d]');

const list = (call: string) => (call === 'GET /names' ? ok(['a', 'b', 'c', 'd']) : undefined);
const writesIn = (sent: readonly string[]) => sent.filter((call) => call.startsWith('PUT'));

describe.each([
  ['a list that only the run knows', atRunTime],
  ['a list that planning knows', planned],
])('a loop with parallel over %s', (_what, steps) => {
  it('has so many items under way at once, begun in the order of the list', async () => {
    let underWay = 0;
    let most = 0;
    const { sent, summary, calls } = await runIn(
      planOf(
        `${steps}  - { id: last, on: es, call: PUT /last, body: { sizes: '{{steps.get.size}}' }, keep: wanted }\n`,
      ),
      {
        answer: async (call) => {
          most = Math.max(most, ++underWay);
          const answer = await later(call === 'GET /a' ? 9 : 2, list(call) ?? ok({ size: call }));
          underWay--;
          return answer;
        },
      },
    );
    expect(most).toBe(2);
    expect(sent.filter((call) => call !== 'GET /names').slice(0, 2)).toEqual(['GET /a', 'GET /b']);
    expect(writesIn(sent)).toEqual(['PUT /b', 'PUT /c', 'PUT /a', 'PUT /d', 'PUT /last']);
    // What they saved stands in the order of the list.
    expect(calls.at(-1)?.request).toMatchObject({ body: { sizes: ['GET /a', 'GET /b', 'GET /c', 'GET /d'] } });
    expect(summary.outcome).toBe('done');
  });

  it('begins no new item after a failure, and awaits those under way', async () => {
    const { sent, outcomes, summary } = await runIn(planOf(steps), {
      answer: (call) =>
        later(call === 'GET /a' ? 8 : 1, list(call) ?? (call === 'PUT /b' ? ok({}, 400) : ok({ size: 1 }))),
    });
    expect(sent.filter((call) => /[cd]$/.test(call))).toEqual([]);
    expect(outcomes).toMatchObject({ 'put#1': 'done', 'put#2': 'failed', copy: 'failed' });
    expect(summary).toMatchObject({ outcome: 'failed', failure: { step: 'put#2' } });
    expect(sent.slice(-1)).toEqual(['DELETE /a']);
  });

  const failing = (call: string) =>
    later(call === 'GET /a' ? 8 : 1, list(call) ?? (call === 'PUT /a' ? ok({}, 500) : ok({ size: 1 })));

  it('is rolled back in the order of its intents, the newest first', async () => {
    const { sent, events, summary } = await runIn(planOf(steps), { answer: failing });
    const intents = events.flatMap((event) =>
      event.type === 'write-intended' && event.step?.startsWith('put') ? event.step : [],
    );
    const undone = events.flatMap((event) => (event.type === 'step-rolled-back' ? event.step : []));
    expect(intents.indexOf('put#1')).toBeGreaterThan(intents.indexOf('put#2'));
    expect(undone).toEqual(intents.toReversed());
    expect(sent.filter((call) => call.startsWith('DELETE'))[0]).toBe('DELETE /a');
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true });
  });

  it('is rolled back in the same order by a later process', async () => {
    const { events } = await runIn(planOf(steps), { answer: failing });
    const undone = events.flatMap((event) => (event.type === 'step-rolled-back' ? event.step : []));
    const journal = until(events, (event) => event.type === 'step-finished' && event.step === 'put#1');
    for (const rollback of ['on-failure', 'now'] as const) {
      const resumed = await runIn(planOf(steps), { journal, rollback });
      expect(resumed.events.flatMap((event) => (event.type === 'step-rolled-back' ? event.step : []))).toEqual(undone);
      expect(resumed.sent.filter((call) => call.startsWith('PUT'))).toEqual([]);
    }
  });

  it('has every item that was begun gone into by a later process, though an earlier item has failed', async () => {
    // The first one fails when the third and the fourth are done.
    const { events } = await runIn(planOf(steps), { answer: failing });
    const journal = until(events, (event) => event.type === 'step-finished' && event.step === 'put#1');
    const before = journal.flatMap((event) => (event.type === 'write-intended' && event.step ? event.step : []));
    expect(before.length).toBeGreaterThan(2);
    const { summary } = await runIn(planOf(steps), { journal, rollback: 'never' });
    expect(summary.left.map(({ step }) => step).toSorted()).toEqual(before.toSorted());
    expect(summary.failure?.step).toBe('put#1');
  });

  it('converges wherever its process dies', async () => {
    const answer = (call: string) => later(call.endsWith('a') ? 3 : 1, list(call) ?? ok({ size: 1 }));
    const whole = await runIn(planOf(steps), { answer });
    for (let length = 1; length < whole.events.length - 1; length++) {
      const journal = whole.events.slice(0, length);
      const { summary, sent } = await runIn(planOf(steps), { journal, answer, decide: 'done' });
      expect([length, summary.outcome]).toEqual([length, 'done']);
      const known = journal.flatMap((event) => (event.type === 'step-finished' ? event.step : []));
      for (const [index, item] of ['a', 'b', 'c', 'd'].entries())
        if (known.includes(`put#${index + 1}`)) expect(sent).not.toContain(`PUT /${item}`);
    }
  });

  it('has each write counted that a last line may have been about, where that line does not say which', async () => {
    const { events } = await runIn(planOf(steps), { answer: (call) => later(2, list(call) ?? ok({ size: 1 })) });
    const plan = planOf(steps);
    const journal = until(events, (event) => event.type === 'step-started' && event.step === 'put#2');
    const lost = (tail: string) => lostWrites(journal, tail, plan).map(({ step }) => step);
    expect(lost('{"previous":"')).toEqual(['put#1', 'put#2']);
    expect(lost('{"type":"write-intended","purpose":"step","step":"put#2","att')).toEqual(['put#2']);
    expect(lost('{"type":"response"')).toEqual([]);
    expect(lost('')).toEqual([]);
  });
});

describe('what runs side by side', () => {
  it('is rolled back in the order of its intents also where its steps began in another one', async () => {
    const plan = planOf(`  - id: put
    on: es
    for_each: [a, b]
    parallel: 2
    call: 'PUT /{{item}}'
    done_when: { call: 'GET /{{item}}', expect: { status: 200 } }
    rollback: [{ call: 'DELETE /{{item}}' }]
  - { id: last, on: es, call: PUT /last }
`);
    const inPlace = new Set<string>();
    const { sent } = await runIn(plan, {
      answer: (call) => {
        const [method = '', path = ''] = call.split(' ');
        if (method === 'PUT') inPlace.add(path);
        const isThere = path !== '/last' && (method !== 'GET' || inPlace.has(path));
        return later(call === 'GET /a' ? 9 : 1, ok({}, isThere ? 200 : 404));
      },
    });
    expect(sent.filter((call) => !call.startsWith('GET'))).toEqual([
      ...['PUT /b', 'PUT /a', 'PUT /last'],
      ...['DELETE /a', 'DELETE /b'],
    ]);
  });

  it('has failed first with what failed first, also for a later process', async () => {
    const plan = planOf("  - { id: look, on: es, for_each: [a, b], parallel: 2, call: 'GET /{{item}}' }\n");
    const world = { answer: (call: string) => later(call === 'GET /a' ? 9 : 1, ok({}, 404)) };
    const { events, summary } = await runIn(plan, world);
    expect(summary.failure?.step).toBe('look#2');
    const journal = events.filter(({ type }) => type !== 'run-finished');
    expect((await runIn(plan, { journal })).summary.failure?.step).toBe('look#2');
  });

  it('waits for the lock together: where it is refused, no item is written', async () => {
    const { events, sent } = await runIn(planOf(planned), {
      clusterLock: true,
      answer: (call) => later(2, call.includes('runbook-locks') ? ok({}, 403) : ok({ size: 1 })),
    });
    expect(events.flatMap((event) => (event.type === 'lock' ? [event.state] : []))).toEqual(['refused']);
    expect(sent.filter((call) => /^PUT \/[a-d]$/.test(call))).toEqual([]);
  });

  it('has an always run for its own item only', async () => {
    const plan = planOf(`  - id: item
    on: es
    for_each: [a, b]
    parallel: 2
    steps:
      - { id: get, call: 'GET /{{item}}' }
      - { id: close, call: 'POST /{{item}}/close', undone_by: open }
    always: [{ id: open, call: 'POST /{{item}}/open' }]
`);
    const { sent } = await runIn(plan, {
      answer: (call) => later(call === 'GET /b' ? 9 : 1, call === 'GET /b' ? ok({}, 404) : ok()),
    });
    expect(sent).toEqual(['GET /a', 'GET /b', 'POST /a/close', 'POST /a/open']);
  });

  it('tells the items apart that were interrupted from those that failed', async () => {
    const plan = planOf(`  - id: item
    on: es
    for_each: [a, b]
    parallel: 2
    steps:
      - { id: first, call: 'GET /{{item}}' }
      - { id: second, call: 'GET /{{item}}/again' }
`);
    const { outcomes, events } = await runIn(plan, {
      interruptedAt: (event) => event.type === 'step-finished' && event.step === 'first#1',
      answer: (call) => later(call === 'GET /b' ? 5 : 1, call === 'GET /a' ? ok({}, 404) : ok()),
    });
    expect(outcomes).toMatchObject({ 'item#1': 'failed', 'item#2': 'interrupted' });
    expect(events.filter(({ type }) => type === 'interrupted')).toHaveLength(1);
  });

  it('looks at one item after the other in a dry run of writes, and side by side where nothing is written', async () => {
    const most = async (steps: string) => {
      let underWay = 0;
      let seen = 0;
      await runIn(planOf(steps), {
        mode: 'dry',
        answer: async (call) => {
          seen = Math.max(seen, ++underWay);
          const answer = await later(2, list(call) ?? ok({ size: 1 }));
          underWay--;
          return answer;
        },
      });
      return seen;
    };
    expect(await most(planned)).toBe(1);
    expect(await most("  - { id: look, on: es, for_each: [a, b, c], parallel: 2, call: 'GET /{{item}}' }\n")).toBe(2);
  });

  it('ends together where its process is taken away', async () => {
    const sent: string[] = [];
    const run = runIn(planOf(planned), {
      answer: async (call) => {
        sent.push(call);
        await later(call === 'GET /a' ? 1 : 4, undefined);
        if (call === 'GET /a') throw new Cancelled();
        return ok({ size: 1 });
      },
    });
    await expect(run).rejects.toThrow(Cancelled);
    expect(sent).toEqual(['GET /a', 'GET /b']);
  });
});
