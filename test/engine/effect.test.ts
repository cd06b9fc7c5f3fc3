import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/engine/index.ts';
import type { Json } from '../../src/text/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, waitsIn } from './world.ts';

describe('done_when', () => {
  const steps = `  - id: a
    on: es
    call: PUT /a
    done_when: { call: GET /a, expect: { body: { owner: me } } }
    rollback: [{ call: DELETE /a }]
  - { id: b, on: es, call: PUT /b }
`;

  it('finds the effect there: the step is in place, not sent, and never rolled back', async () => {
    const { sent, outcomes, summary } = await runIn(planOf(steps), {
      answer: (call) => (call === 'PUT /b' ? ok({}, 500) : ok({ owner: 'me' })),
    });

    expect(sent).toEqual(['GET /a', 'PUT /b']);
    expect(outcomes.a).toBe('in-place');
    expect(summary.rolled_back).toBe(false);
  });

  it('reads back an ambiguous outcome instead of sending again', async () => {
    for (const ambiguous of [lost('maybe'), ok({}, 502), ok({}, 503), ok({}, 504)]) {
      let isThere = false;
      const { sent, outcomes } = await runIn(planOf(steps), {
        answer: (call) => {
          if (call !== 'PUT /a') return ok({ owner: isThere ? 'me' : 'nobody' });
          isThere = true;
          return ambiguous;
        },
      });
      expect(outcomes.a).toBe('done');
      expect(sent.filter((call) => call === 'PUT /a')).toHaveLength(1);
    }
  });

  it('waits for an effect that comes late, and fails where it does not come', async () => {
    const late = await runIn(planOf(steps), {
      answer: (call, count) => (call === 'PUT /a' ? lost() : ok({ owner: count > 3 ? 'me' : 'nobody' })),
    });
    expect(late.outcomes.a).toBe('done');

    const never = await runIn(planOf(steps), {
      answer: (call) => (call === 'PUT /a' ? lost() : ok({}, call === 'GET /a' ? 404 : 200)),
    });
    expect(never.summary).toMatchObject({ outcome: 'failed', rolled_back: false, left: [], in_doubt: [] });
    expect(never.reasons.a).toContain('read back: not in place at 00:00:11Z');
    expect(never.sent).not.toContain('DELETE /a');
  });

  it('leaves the step in doubt where the read does not tell, or there is none', async () => {
    const blind = await runIn(planOf(steps), {
      answer: (call, count) => (call === 'PUT /a' ? lost() : count > 1 ? ok({}, 500) : ok({}, 404)),
    });
    expect(blind.summary).toMatchObject({ outcome: 'intervention-required', in_doubt: ['a'] });

    const none = await runIn(planOf('  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }\n'), {
      answer: (call) => (call === 'PUT /a' ? lost() : ok()),
    });
    expect(none.summary).toMatchObject({ outcome: 'intervention-required', in_doubt: ['a'] });
    expect(none.sent).toEqual(['PUT /a', 'DELETE /a']);
  });

  it('does not send the write when it cannot tell beforehand', async () => {
    const { sent, reasons } = await runIn(planOf(steps), { answer: () => ok({}, 401) });
    expect(sent).toEqual(['GET /a']);
    expect(reasons.a).toContain('not sent: the idempotency check cannot tell whether it is already in place');
  });

  it('of a block leaves out the whole block', async () => {
    const block = `  - id: block\n    on: es\n    done_when: { call: GET /done, expect: { body: { done: true } } }\n    steps: [{ id: a, call: PUT /a }]\n    always: [{ id: open, call: POST /open }]\n`;
    const { sent, outcomes } = await runIn(planOf(block), { answer: () => ok({ done: true }) });
    expect(sent).toEqual(['GET /done']);
    expect(outcomes).toMatchObject({ block: 'in-place' });
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
    expect(waitsIn(events)).toEqual([1_000, 2_000, 3_000, ...Array.from({ length: 7 }, () => 5_000)]);
  });

  it('suspends the run as it is where no read can tell in time: nothing is rolled back, and it can be resumed', async () => {
    const blind = (call: string): SendResult =>
      call === 'POST /restore' ? lost() : call.startsWith('GET') ? refused : ok();
    const before = (call: string, count: number) => (call === 'GET /old' && count === 1 ? ok({}) : blind(call));
    const { sent, summary, events } = await runIn(write, { answer: before });
    expect(summary.suspended).toMatchObject({ step: 'restore' });
    expect(summary.outcome).toBe('intervention-required');
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

describe('unchanged_when', () => {
  const keys = 'unchanged_when: { call: GET /content, expect: { body: { is: ours } } }';
  const both = `done_when: { call: GET /there, expect: { status: 200 } }, ${keys}`;
  const run = (checks: string, content: Json, put = ok()) =>
    runIn(planOf(`  - { id: a, on: es, call: PUT /a, ${checks}, rollback: [{ call: DELETE /a }] }\n`), {
      answer: (call) => (call === 'PUT /a' ? put : call === 'GET /content' ? ok({ is: content }) : ok()),
    });

  it('compares content: only then is the step unchanged', async () => {
    const { sent, outcomes, events } = await run(both, 'ours');
    expect(outcomes.a).toBe('unchanged');
    expect(sent).toEqual(['GET /content']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'response', purpose: 'unchanged_when' }));
  });

  it('decides whether the write is sent, whatever done_when says', async () => {
    const { sent, outcomes } = await run(both, 'theirs');
    expect(outcomes.a).toBe('done');
    expect(sent).toEqual(['GET /content', 'PUT /a']);
  });

  it('leaves it to done_when to read back', async () => {
    const { sent, outcomes } = await run(both, 'theirs', lost() as never);
    expect(outcomes.a).toBe('done');
    expect(sent).toEqual(['GET /content', 'PUT /a', 'GET /there']);
  });

  it('reads back where there is no done_when', async () => {
    const { outcomes } = await run(keys, 'theirs', lost() as never);
    expect(outcomes.a).toBe('failed');
  });
});
