import { describe, expect, it } from 'vitest';
import { reasonText, waitingText } from '../../src/report/reason-text.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, waitsIn } from './world.ts';

describe('a poll', () => {
  it('asks until the condition is met', async () => {
    const plan = planOf(
      '  - { id: a, on: es, call: GET /a, until: { state: { not: BUSY } }, expect: { body: { state: OK } } }\n',
    );
    const { sent, summary } = await runIn(plan, { answer: (_call, count) => ok({ state: count < 5 ? 'BUSY' : 'OK' }) });
    expect(sent).toHaveLength(5);
    expect(summary.outcome).toBe('done');
  });

  it('times out with what was seen last', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK }, every: 10s, timeout: 1m }\n');
    const { sent, reasons } = await runIn(plan, { answer: () => ok({ state: 'BUSY' }) });
    expect(sent).toHaveLength(7);
    expect(reasons.a).toBe('timed out after 1m: state: expected "OK", actual "BUSY"');
  });

  it("says what it waits for in the author's words, with the state that it sees, also when it times out", async () => {
    const plan = planOf(
      '  - { id: name, on: es, call: GET /name, save: { name: name } }\n' +
        '  - { id: a, on: es, call: GET /a, until: { state: OK, n: 1 }, waiting: "index {{steps.name.name}} to be {{inputs.name}}", every: 30s, timeout: 1m }\n',
    );
    const { events, reasons } = await runIn(plan, {
      answer: (call, count) =>
        ok(call === 'GET /name' ? { name: 'i' } : { state: 'BUSY', ...(count > 1 ? { n: 1 } : {}) }),
    });
    const waits = events.flatMap((event) => (event.type === 'waiting' ? [waitingText(event)] : []));
    expect(waits).toEqual([
      'waiting for index i to be one: now state "BUSY", n nothing',
      'waiting for index i to be one: now "BUSY"',
    ]);
    expect(reasons.a).toBe('timed out after 1m waiting for index i to be one: state: expected "OK", actual "BUSY"');
  });

  it.each([3_600_000, -3_600_000])('takes as long as it says, though the wall clock jumps by %i ms', async (jump) => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK }, every: 10s, timeout: 1m }\n');
    const { sent, events } = await runIn(plan, { jump, answer: () => ok({ state: 'BUSY' }) });
    expect(sent).toHaveLength(7);
    expect(waitsIn(events)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(events.flatMap((event) => (event.type === 'response' ? [event.duration_ms] : []))).toEqual(Array(8).fill(0));
  });

  it('goes on until its time is over, however long a server asks it to wait', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK }, every: 10s, timeout: 1m }\n');
    const { events, reasons } = await runIn(plan, { answer: () => ({ ...ok({}, 503), retry_after_ms: 1e12 }) });
    expect(waitsIn(events)).toEqual([30_000, 15_000, 10_000]);
    expect(reasons.a).toBe('timed out after 1m: status 503');
  });

  it('goes on at 408, for as long as it may, and says what the body says', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { status: green }, every: 10s, timeout: 20m }\n');
    const health = (status: string, code: number) => ok({ timed_out: code === 408, status }, code);
    const well = await runIn(plan, {
      answer: (_call, count) =>
        count < 100 ? health('yellow', 408) : count === 100 ? health('green', 408) : health('green', 200),
    });
    expect(well.summary.outcome).toBe('done');
    expect(well.sent).toHaveLength(101);
    const waits = well.events.flatMap((event) => (event.type === 'waiting' ? [reasonText(event.reason)] : []));
    expect(waits.slice(98)).toEqual(['status: expected "green", actual "yellow"', 'status 408']);
    const never = await runIn(plan, { answer: () => health('red', 408) });
    expect(never.reasons.a).toBe('timed out after 20m: status: expected "green", actual "red"');
    // A proxy's 408 says nothing of the server: it is as silent as one that does not respond.
    for (const body of ['Request timeout', { error: { type: 't', reason: 'r' } }]) {
      const silent = await runIn(plan, { answer: () => ok(body, 408) });
      expect(silent.sent.length).toBeLessThan(40);
      expect(silent.reasons.a).toMatch(/Request timeout|t: r/);
    }
    const accepted = planOf('  - { id: a, on: es, call: GET /a, until: { x: 1 }, expect: { status: [200, 408] } }\n');
    expect((await runIn(accepted, { answer: () => ok({ x: 1 }, 408) })).summary.outcome).toBe('done');
  });

  it('does not wait where the response is an error', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: OK } }\n');
    const { sent } = await runIn(plan, { answer: () => ok({}, 500) });
    expect(sent).toHaveLength(1);
  });

  it('goes on while the server does not respond, for five minutes', async () => {
    const poll = planOf(`  - { id: poll, on: es, call: GET /poll, until: { ready: true }, every: 10s, timeout: 1h }`);
    const restarted = await runIn(poll, { answer: (_call, count) => (count < 20 ? lost('no') : ok({ ready: true })) });
    expect(restarted.summary.outcome).toBe('done');
    const dead = await runIn(poll, { answer: () => lost('no') });
    expect(dead.outcomes.poll).toBe('failed');
    expect(dead.sent.length).toBeLessThan(40);
  });

  it('keeps a little of what it sees in each event, however long that is', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { state: { contains: OK } } }\n');
    const { events } = await runIn(plan, {
      answer: (_call, count) => ok({ state: count < 3 ? ['x'.repeat(10_000)] : ['OK'] }),
    });
    const sizes = events.flatMap((event) => (event.type === 'waiting' ? [JSON.stringify(event).length] : []));
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThan(700);
  });
});

describe('a POST that reads', () => {
  const first = '  - { id: look, on: es, call: GET /, save: { name: name } }\n';
  const read = 'call: "POST /{{steps.look.name}}/_count", effect: read';
  const given = (name: string) => ({ answer: () => ok({ name }) });

  it('is not sent where a value of the run makes another call of it', async () => {
    const plan = planOf(`${first}  - { id: count, on: es, ${read} }\n`);
    const refused = await runIn(plan, given('_template'));
    expect(refused.sent).toHaveLength(1);
    expect(refused.reasons.count).toContain('POST /{{steps.look.name}}/_count is not known to only read');
    expect((await runIn(plan, given('logs'))).sent).toHaveLength(2);
  });

  it('is not sent as done_when, either', async () => {
    const plan = planOf(
      `${first}  - { id: put, on: es, call: PUT /x, done_when: { ${read}, expect: { status: 200 } } }\n`,
    );
    const { sent } = await runIn(plan, given('_template'));
    expect(sent.filter((call) => call.startsWith('POST'))).toEqual([]);
  });
});
