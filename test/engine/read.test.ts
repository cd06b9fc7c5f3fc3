import { describe, expect, it } from 'vitest';
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
