import { describe, expect, it } from 'vitest';
import { type Event, rollbacksOf, type SendResult } from '../../src/engine/index.ts';
import { replayOf } from '../../src/engine/replay.ts';
import { planOf } from '../support.ts';
import { ok, runIn, until } from './world.ts';

/** As of a step whose secrets no rollback reads. */
const withoutSeals = (events: readonly Event[]) =>
  events.map((event) => (event.type === 'step-finished' ? { ...event, sealed: {} } : event));
const intended = (step: string) => (event: Event) => event.type === 'write-intended' && event.step === step;

describe('going on with a run', () => {
  const plan =
    planOf(`  - { id: look, on: es, call: GET /look, save: { name: name, key: { path: key, secret: true }, mark: { path: key, digest: true } } }
  - id: work
    on: es
    steps:
      - id: make
        call: PUT /{{steps.look.name}}
        body: { key: "{{steps.look.key}}" }
        done_when: { call: "GET /made", expect: { body: { key: "{{steps.look.key}}" } } }
        rollback: [{ id: unmake, call: "PUT /{{steps.look.name}}", body: { key: "{{steps.look.key}}" } }]
      - { id: use, when: { steps.look.mark: { exists: true } }, call: POST /use }
    always: [{ id: open, call: POST /open, retry: { attempts: 2 } }]`);
  const answers = (call: string, count: number): SendResult => {
    if (call === 'GET /look') return ok({ name: 'made', key: 'a-secret-value' });
    return call === 'GET /made' ? ok(count > 1 ? { key: 'a-secret-value' } : {}) : ok();
  };

  /** In place until it is rolled back. */
  const inPlaceOnce = (call: string, count: number) => answers(call, call === 'GET /made' ? 3 - count : count);

  it('sends nothing for what is recorded, reads a secret again when it is needed, and keeps it out of the record', async () => {
    const whole = await runIn(plan, { answer: answers });
    expect(whole.sent).toEqual(['GET /look', 'GET /made', 'PUT /made', 'POST /use', 'POST /open']);

    const journal = withoutSeals(until(whole.events, intended('make')));
    const { sent, summary, events } = await runIn(plan, { journal, answer: (call) => answers(call, 2) });
    // It was there, so it is not sent again.
    expect(sent).toEqual(['GET /look', 'GET /made', 'POST /use', 'POST /open']);
    expect(summary.outcome).toBe('done');
    expect(JSON.stringify([...whole.events, ...events])).not.toContain('a-secret-value');
    expect(JSON.stringify(whole.events)).toMatch(/"mark":"[0-9a-f]{64}"/);
  });

  it('does not show what is compared with a secret', async () => {
    const { events } = await runIn(plan, {
      answer: (call, count) =>
        call === 'GET /made' && count === 1 ? ok({ key: 'of-somebody-else' }) : answers(call, count),
    });
    expect(JSON.stringify(events)).not.toContain('of-somebody-else');
  });

  it('undoes with the secret that the journal keeps sealed: it is not read again, for the step may have changed it', async () => {
    const whole = await runIn(plan, { answer: answers });
    const journal = until(whole.events, (event) => event.type === 'step-finished' && event.step === 'make');
    const { sent, summary, calls, events } = await runIn(plan, {
      journal,
      answer: (call, count) => (call === 'POST /use' ? ok({}, 400) : inPlaceOnce(call, count)),
    });
    expect(sent).toEqual(['POST /use', 'POST /open', 'GET /made', 'PUT /made', 'GET /made']);
    expect(calls.at(-2)?.request).toMatchObject({ body: { key: 'a-secret-value' } });
    expect(summary).toMatchObject({ outcome: 'failed', rolled_back: true });
    expect(JSON.stringify([...journal, ...events])).not.toContain('a-secret-value');
  });

  it("names what it cannot undo where the secret is in nobody's memory any more", async () => {
    const whole = await runIn(plan, { answer: answers });
    const journal = withoutSeals(
      until(whole.events, (event) => event.type === 'step-finished' && event.step === 'make'),
    );
    const { sent, summary } = await runIn(plan, {
      journal,
      answer: (call, count) => (call === 'POST /use' ? ok({}, 400) : answers(call, count)),
    });
    expect(sent).toEqual(['POST /use', 'POST /open']);
    expect(summary.outcome).toBe('intervention-required');
    expect(summary.cleanup_failures[0]).toMatchObject({ step: 'unmake' });
    expect(summary.cleanup_failures[0]?.reason).toMatchObject({ kind: 'secret-lost' });
  });

  it('goes on into always and the rollback where a signal had stopped it', async () => {
    const stopped = await runIn(plan, { answer: answers, interruptedAt: intended('make') });
    const journal = until(stopped.events, (event) => event.type === 'interrupted');
    const { sent, summary } = await runIn(plan, { journal, answer: inPlaceOnce });
    expect(sent).toEqual(['POST /open', 'GET /made', 'PUT /made', 'GET /made']);
    expect(summary).toMatchObject({ outcome: 'interrupted', rolled_back: true });
  });

  it('stops without sending anything where nobody knows, and goes on with what a person says', async () => {
    const doubtful = planOf(`  - { id: make, on: es, call: POST /made }\n  - { id: use, on: es, call: POST /use }`);
    const journal = until((await runIn(doubtful)).events, intended('make'));

    const open = await runIn(doubtful, { journal });
    expect(open.sent).toEqual([]);
    expect(open.summary.suspended).toMatchObject({ step: 'make' });
    expect(open.events.at(-1)?.type).toBe('suspended');

    expect((await runIn(doubtful, { journal, decide: 'done' })).sent).toEqual(['POST /use']);
    expect((await runIn(doubtful, { journal, decide: 'not-done' })).sent).toEqual(['POST /made', 'POST /use']);
  });

  it('counts what an answer on record said, without sending again', async () => {
    const write = planOf(`  - { id: make, on: es, call: POST /made, expect: { body: { acknowledged: true } } }`);
    for (const [acknowledged, outcome] of [
      [true, 'done'],
      [false, 'failed'],
    ] as const) {
      const { events } = await runIn(write, { answer: () => ok({ acknowledged }) });
      const journal = until(events, (event) => event.type === 'response' && event.step === 'make');
      const { sent, outcomes } = await runIn(write, { journal });
      expect(sent).toEqual([]);
      expect(outcomes.make).toBe(outcome);
    }
  });
});

describe('what undoes a run', () => {
  const plan = planOf(`  - { id: first, on: es, call: PUT /first, rollback: [{ id: un-first, call: DELETE /first }] }
  - id: work
    on: es
    steps:
      - { id: second, call: PUT /second, rollback: [{ id: un-second, call: DELETE /second }] }
      - { id: wait, call: GET /wait, until: { ready: true }, timeout: 10h }
    always: [{ id: opened, call: GET /opened, until: { open: true }, timeout: 10h }]`);

  it('is known at every moment of it, without sending anything', async () => {
    const { events } = await runIn(plan, { answer: () => ok({ ready: true, open: true }) });
    for (let length = 1; length <= events.length; length++) {
      const journal = events.slice(0, length);
      const isSent = (step: string) => journal.some(intended(step));
      const expected = ['second', 'first'].filter(isSent);
      expect((await rollbacksOf(plan, journal)).map(({ step }) => step)).toEqual(expected);
    }
  });
});

describe('the journal of a run', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const call = { connection: 'es', effect: 'write', request: 'PUT /x', opaque_id: 'x' } as const;

  it('says that locks may be held where one was about to be acquired, though no step was sent', () => {
    const started: Event = { at, type: 'run-resumed', as: 'resume', version: '1', operator: 'a@here' };
    const lock: Event = { at, type: 'write-intended', purpose: 'lock', attempt: 1, call };
    expect(replayOf([started]).hasWritten).toBe(false);
    expect(replayOf([started, lock]).hasWritten).toBe(true);
    expect(replayOf([started, lock]).steps.size).toBe(0);
  });
});
