import { describe, expect, it } from 'vitest';
import { type Event, type SendResult, undosOf } from '../../src/engine/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn } from './world.ts';

/** A journal up to the first event that fits. */
function until(events: readonly Event[], fits: (event: Event) => boolean): readonly Event[] {
  return events.slice(0, events.findIndex(fits) + 1);
}

/** As of a step whose secrets no rollback reads. */
const withoutSeals = (events: readonly Event[]) =>
  events.map((event) => (event.type === 'step-finished' ? { ...event, sealed: {} } : event));
const intended = (step: string) => (event: Event) => event.type === 'write-intended' && event.step === step;
const waits = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'waiting' ? [event.ms] : []));

describe('sending again', () => {
  const read = planOf(`  - { id: look, on: es, call: GET /look }`);
  const busy = (retry_after_ms: number): SendResult => ({ ...ok({}, 429), retry_after_ms }) as SendResult;

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
  const answers = (call: string, count: number): SendResult => {
    if (call === 'GET /look') return ok({ name: 'made', key: 'a-secret-value' });
    return call === 'GET /made' ? ok(count > 1 ? { key: 'a-secret-value' } : {}) : ok();
  };

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
      answer: (call, count) => (call === 'POST /use' ? ok({}, 400) : answers(call, count)),
    });
    expect(sent).toEqual(['POST /use', 'POST /open', 'PUT /made']);
    expect(calls.at(-1)?.request).toMatchObject({ body: { key: 'a-secret-value' } });
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
    expect(summary.outcome).toBe('needs-a-person');
    expect(summary.cleanup_failures[0]).toMatchObject({ step: 'unmake' });
    expect(summary.cleanup_failures[0]?.reason).toMatchObject({ kind: 'secret-lost' });
  });

  it('goes on into always and the rollback where a signal had stopped it', async () => {
    const stopped = await runIn(plan, { answer: answers, interruptedAt: intended('make') });
    const journal = until(stopped.events, (event) => event.type === 'interrupted');
    const { sent, summary } = await runIn(plan, { journal, answer: answers });
    expect(sent).toEqual(['POST /open', 'PUT /made']);
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

describe('a write that nobody can tell of', () => {
  const write = planOf(`  - { id: first, on: es, call: PUT /first, rollback: [{ call: DELETE /first }] }
  - id: restore
    on: es
    call: POST /restore
    on_unknown: suspend
    done_when:
      { as: recovery, call: GET /made, expect: { body: { made: true } }, timeout: 2m, otherwise: { call: GET /old, expect: { body: { made: true } } } }
  - { id: after, on: es, call: POST /after }`);
  const refused = ok({ error: { type: 'security_exception', reason: 'unable to authenticate' } }, 401);

  it('is asked of the next read where one cannot tell, for as long as the author says', async () => {
    const { sent, summary, events } = await runIn(write, {
      answer: (call, count) => {
        if (call === 'GET /old') return count === 1 ? ok({ made: false }) : refused;
        if (call === 'GET /made') return count < 12 ? refused : ok({ made: true });
        return call === 'POST /restore' ? lost() : ok();
      },
    });
    expect(summary.outcome).toBe('done');
    expect(sent.filter((call) => call === 'POST /restore')).toHaveLength(1);
    expect(sent.slice(0, 4)).toEqual(['PUT /first', 'GET /made', 'GET /old', 'POST /restore']);
    expect(waits(events)).toEqual([1_000, 2_000, 3_000, ...Array.from({ length: 7 }, () => 5_000)]);
  });

  it('suspends the run as it is where no read can tell in time: nothing is rolled back, and it can be resumed', async () => {
    const blind = (call: string): SendResult =>
      call === 'POST /restore' ? lost() : call.startsWith('GET') ? refused : ok();
    const before = (call: string, count: number) => (call === 'GET /old' && count === 1 ? ok({}) : blind(call));
    const { sent, summary, events } = await runIn(write, { answer: before });
    expect(summary.suspended).toMatchObject({ step: 'restore' });
    expect(summary.outcome).toBe('needs-a-person');
    expect(sent).not.toContain('DELETE /first');
    expect(sent).not.toContain('POST /after');

    const seen = { answer: (call: string) => (call === 'GET /made' ? ok({ made: true }) : ok()) };
    const resumed = await runIn(write, { journal: events, ...seen });
    expect(resumed.sent).toEqual(['GET /made', 'POST /after']);
    expect(resumed.summary.outcome).toBe('done');
  });

  it('is sent again where a read says that it did not take effect, once the run is resumed', async () => {
    const { events } = await runIn(write, {
      answer: (call, count) =>
        call === 'POST /restore' ? lost() : call.startsWith('GET') && count > 1 ? refused : ok({}),
    });
    const resumed = await runIn(write, {
      journal: events,
      answer: (call) => (call === 'GET /made' ? refused : ok({})),
    });
    expect(resumed.sent.filter((call) => call === 'POST /restore')).toHaveLength(1);
    expect(resumed.summary.outcome).toBe('done');
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
