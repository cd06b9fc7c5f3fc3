import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { planOf } from '../support.ts';
import { ok, runIn, waitsIn } from './world.ts';

const drain = (more = '') => `  - id: drain
    on: es
    until: { steps.left.count: 0 }
    max_iterations: 3
${more}    steps:
      - { id: delete, call: POST /delete, rollback: [{ call: POST /undo }] }
      - { id: left, call: GET /left, save: { count: count } }
    always: [{ id: open, call: POST /open }]
`;
const after = "  - { id: after, on: es, call: 'PUT /after/{{steps.left.count}}', keep: a test }\n";
/** How many are left after each deletion. */
const leaving =
  (...counts: number[]) =>
  (call: string, count: number) =>
    call === 'GET /left' ? ok({ count: counts[count - 1] ?? 0 }) : ok();

describe('a block with until', () => {
  it('repeats its steps until its conditions pass; behind it, names are those of the last iteration', async () => {
    const { sent, outcomes, events } = await runIn(planOf(drain('    every: 2s\n') + after), { answer: leaving(7, 0) });
    expect(sent).toEqual(['POST /delete', 'GET /left', 'POST /delete', 'GET /left', 'POST /open', 'PUT /after/0']);
    expect(Object.keys(outcomes)).toEqual(
      expect.arrayContaining(['delete#1', 'left#1', 'delete#2', 'left#2', 'open', 'drain', 'after']),
    );
    expect(waitsIn(events)).toEqual([2_000]);
    expect(events.find(({ type }) => type === 'waiting')).toMatchObject({
      step: 'drain',
      reason: { kind: 'condition-not-met', actual: 7, expect: 0 },
    });
  });

  it('fails where its conditions do not pass after max_iterations; each iteration is rolled back, the last one first', async () => {
    const plan = planOf(
      (drain() + after)
        .replace('{ id: delete', '{ id: pick, call: GET /pick, save: { name: name } }\n      - { id: delete')
        .replace('POST /undo', "'POST /undo/{{steps.pick.name}}'"),
    );
    const answer = (call: string, count: number) =>
      call === 'GET /pick' ? ok({ name: `n${count}` }) : leaving(3, 2, 1)(call, count);
    const { sent, reasons, summary } = await runIn(plan, { answer });
    expect(sent.slice(9)).toEqual(['POST /open', 'POST /undo/n3', 'POST /undo/n2', 'POST /undo/n1']);
    expect(reasons.drain).toBe(
      'until has not passed after 3 iterations (max_iterations): steps.[left#*].count is 1, needed: 0',
    );
    expect(summary).toMatchObject({ outcome: 'failed', failure: { step: 'drain' }, rolled_back: true });
  });

  it('ends with the iteration in which a step fails', async () => {
    const answer = (call: string, count: number) =>
      call === 'POST /delete' && count === 2 ? ok({}, 400) : leaving(3, 2)(call, count);
    const { sent, summary } = await runIn(planOf(drain()), { answer });
    expect(sent).toEqual(['POST /delete', 'GET /left', 'POST /delete', 'POST /open', 'POST /undo']);
    expect(summary).toMatchObject({ outcome: 'failed', failure: { step: 'delete#2' } });
  });

  it('inside a loop gives a list of the last values, whoever knows the list', async () => {
    for (const list of ['[a, b]', "'{{steps.look.names}}'"]) {
      const plan = planOf(`  - { id: look, on: es, call: GET /names, save: { names: names } }
  - id: each
    for_each: ${list}
    on: es
    until: { steps.left.count: 0 }
    max_iterations: 3
    steps: [{ id: left, call: 'GET /left/{{item}}', save: { count: count, last: last } }]
  - { id: after, on: es, call: PUT /after, body: { last: '{{steps.left.last}}' }, keep: a test }
`);
      const answer = (call: string, count: number) =>
        call === 'GET /names' ? ok({ names: ['a', 'b'] }) : ok({ count: 2 - count, last: `${call} ${count}` });
      const { calls, outcomes } = await runIn(plan, { answer });
      expect(outcomes).toMatchObject({ 'left#1#1': 'done', 'left#1#2': 'done', 'left#2#2': 'done' });
      expect(calls.at(-1)?.request).toMatchObject({ body: { last: ['GET /left/a 2', 'GET /left/b 2'] } });
    }
  });

  it('goes on after the last event of an earlier process, whichever that is: no write is sent twice', async () => {
    for (const counts of [
      [2, 0],
      [3, 2, 1],
    ]) {
      const plan = planOf(drain('    every: 2s\n') + after);
      const whole = await runIn(plan, { answer: leaving(...counts) });
      for (let length = 1; length < whole.events.length; length++) {
        const journal = whole.events.slice(0, length);
        let deleted = journal.filter((event) => event.type === 'response' && event.step?.startsWith('delete#')).length;
        // A write whose response is not on record has no idempotency check here: nobody knows.
        const last = journal.findLast(({ type }) => type === 'write-intended' || type === 'response');
        if (last?.type === 'write-intended') continue;
        const answer = (call: string) => {
          if (call === 'POST /delete') deleted++;
          return leaving(...counts)(call, deleted);
        };
        const resumed = await runIn(plan, { answer, journal });
        expect(writesIn([...journal, ...resumed.events]), `after ${length} events`).toEqual(writesIn(whole.events));
        expect(resumed.summary.outcome).toBe(whole.summary.outcome);
      }
    }
  });

  it('that has failed of itself is replayed with its iterations: what they have sent is rolled back later', async () => {
    const plan = planOf(drain());
    const stayed = await runIn(plan, { answer: leaving(3, 2, 1), rollback: 'never' });
    expect(stayed.summary.can_be_rolled_back).toEqual(['delete#3', 'delete#2', 'delete#1']);
    const { sent, summary } = await runIn(plan, { journal: stayed.events, rollback: 'now' });
    expect(sent).toEqual(['POST /undo', 'POST /undo', 'POST /undo']);
    expect(summary.outcome).toBe('rolled-back');
  });

  it('stops where somebody stops the run, also in the pause between two iterations', async () => {
    const { sent, summary } = await runIn(planOf(drain('    every: 2s\n')), {
      answer: leaving(3, 2, 1),
      interruptedAt: ({ type }) => type === 'waiting',
    });
    expect(sent).toEqual(['POST /delete', 'GET /left', 'POST /open', 'POST /undo']);
    expect(summary).toMatchObject({ outcome: 'interrupted', rolled_back: true });
  });

  it('waits for a confirmation in the iteration that asks for it', async () => {
    const plan = planOf(
      drain()
        .replace(/ {4}always.*\n/, '')
        .replace('call: POST /delete', 'confirm: Go on?, call: POST /delete'),
    );
    let asked = 0;
    const first = await runIn(plan, { answer: leaving(2, 0), confirm: () => asked++ === 0 });
    expect(first.asking.map(({ step }) => step)).toEqual(['delete#1', 'delete#2']);
    const later = await runIn(plan, { confirm: 'later' });
    expect(later.summary.suspended).toMatchObject({ by: 'confirmation', step: 'delete#1' });
  });
});

describe('a dry run of a block with until', () => {
  const pages = `  - id: pages
    on: es
    until: { steps.page.left: 0 }
    max_iterations: 5
    steps: [{ id: page, call: GET /page, save: { left: left } }]
  - { id: after, on: es, when: { steps.page.left: 0 }, call: PUT /after, keep: a test }
`;
  const left = (call: string, count: number) => (call === 'GET /page' ? ok({ left: 3 - count }) : ok({ count: 1 }));

  it('goes through the iterations of reads', async () => {
    const { sent, outcomes, summary } = await runIn(planOf(pages), { mode: 'dry', answer: left });
    expect(sent).toEqual(['GET /page', 'GET /page', 'GET /page']);
    expect(outcomes).toMatchObject({ pages: 'done', after: 'would-change' });
    expect(summary).toMatchObject({ predicted_writes: 1, predicted_writes_per_item: 0 });
  });

  it('goes once through writes, and says that nobody knows how often', async () => {
    const plan = planOf(
      `${drain()}  - { id: after, on: es, when: { steps.left.count: 0 }, call: PUT /after, keep: a test }\n`,
    );
    const { sent, outcomes, summary } = await runIn(plan, { mode: 'dry', answer: () => ok({ count: 4 }) });
    expect(sent).toEqual(['GET /left']);
    expect(outcomes).toMatchObject({ 'delete#1': 'would-change', drain: 'depends', after: 'would-change' });
    expect(summary).toMatchObject({ outcome: 'done', predicted_writes: 2, predicted_writes_per_item: 1 });
  });
});

/** The writes of a journal, in their order. */
function writesIn(events: readonly Event[]): string[] {
  return events.flatMap((event) => (event.type === 'write-intended' ? [`${event.step}: ${event.call.request}`] : []));
}
