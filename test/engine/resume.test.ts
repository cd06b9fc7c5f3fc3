import { describe, expect, it } from 'vitest';
import { type Answer, type Event, undosOf } from '../../src/engine/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

/** A journal up to the first event that fits. */
function until(events: readonly Event[], fits: (event: Event) => boolean): readonly Event[] {
  return events.slice(0, events.findIndex(fits) + 1);
}

const intended = (step: string) => (event: Event) => event.type === 'write-intended' && event.step === step;
const waits = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'waiting' ? [event.ms] : []));

describe('sending again', () => {
  const read = planOf(`  - { id: look, on: es, call: GET /look }`);
  const busy = (retry_after_ms: number): Answer => ({ ...ok({}, 429), retry_after_ms }) as Answer;

  it('pauses for half of the delay or more, doubles it, and waits as long as the server asks', async () => {
    const { summary, events } = await runIn(read, {
      answer: (_call, count) => (count === 1 ? lost() : count === 2 ? busy(7_000) : count === 3 ? ok({}, 503) : ok()),
    });
    expect(summary.outcome).toBe('done');
    expect(waits(events)).toEqual([500, 7_000, 2_000]);
  });

  it('gives up where the server asks for more than a minute, and after six attempts', async () => {
    const patient = await runIn(read, { answer: () => busy(120_000) });
    expect(patient.sent).toHaveLength(1);
    expect(patient.reasons.look).toContain('status is 429');
    expect((await runIn(read, { answer: () => lost() })).sent).toHaveLength(6);
  });

  it('goes on polling while the server does not answer, for five minutes', async () => {
    const poll = planOf(`  - { id: poll, on: es, call: GET /poll, until: { ready: true }, every: 10s, timeout: 1h }`);
    const restarted = await runIn(poll, { answer: (_call, count) => (count < 20 ? lost('no') : ok({ ready: true })) });
    expect(restarted.summary.outcome).toBe('done');
    const dead = await runIn(poll, { answer: () => lost('no') });
    expect(dead.outcomes.poll).toBe('failed');
    expect(dead.sent.length).toBeLessThan(40);
  });

  it('lets a write that could not leave wait like a read, and counts it once', async () => {
    const write = planOf(`  - { id: make, on: es, call: PUT /made }`);
    const { summary, sent } = await runIn(write, { answer: (_call, count) => (count < 3 ? lost('no') : ok()) });
    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(sent).toHaveLength(3);
  });
});

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
  const answers = (call: string, count: number): Answer => {
    if (call === 'GET /look') return ok({ name: 'made', key: 'a-secret-value' });
    return call === 'GET /made' ? ok(count > 1 ? { key: 'a-secret-value' } : {}) : ok();
  };

  it('sends nothing for what is recorded, reads a secret again when it is needed, and keeps it out of the record', async () => {
    const whole = await runIn(plan, { answer: answers });
    expect(whole.sent).toEqual(['GET /look', 'GET /made', 'PUT /made', 'POST /use', 'POST /open']);

    const journal = until(whole.events, intended('make'));
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

  it('does not undo with a secret that was read again: the step may have changed it', async () => {
    const whole = await runIn(plan, { answer: answers });
    const journal = until(whole.events, (event) => event.type === 'step-finished' && event.step === 'make');
    const { sent, summary } = await runIn(plan, {
      journal,
      answer: (call, count) => (call === 'POST /use' ? ok({}, 400) : answers(call, count)),
    });
    expect(sent).toEqual(['POST /use', 'POST /open']);
    expect(summary.outcome).toBe('needs-a-person');
    expect(summary.cleanup_failures[0]).toMatchObject({ step: 'unmake' });
    expect(summary.cleanup_failures[0]?.reason).toContain('in the memory of the process that has ended');
  });

  it('goes on into always and the rollback where a signal had stopped it', async () => {
    const stopped = await runIn(plan, { answer: answers, interruptedAt: intended('make') });
    const journal = until(stopped.events, (event) => event.type === 'interrupted');
    const { sent, summary } = await runIn(plan, { journal, answer: answers });
    expect(sent.slice(0, 1)).toEqual(['POST /open']);
    expect(sent).not.toContain('POST /use');
    expect(summary.outcome).toBe('needs-a-person');
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
      const journal = until(events, (event) => event.type === 'call-answered' && event.step === 'make');
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
      expect((await undosOf(plan, journal)).map(({ step }) => step)).toEqual(expected);
    }
  });
});
