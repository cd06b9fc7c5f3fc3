import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/engine/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, waitsIn } from './world.ts';

describe('reads and writes', () => {
  it('send a read again after a failure, three times at the most, and a write once', async () => {
    const read = await runIn(planOf('  - { id: a, on: es, call: GET /a }\n'), {
      answer: (_call, count) => (count < 3 ? lost() : ok()),
    });
    expect(read.sent).toHaveLength(3);
    expect(read.summary.outcome).toBe('done');

    const written = await runIn(planOf('  - { id: a, on: es, call: PUT /a }\n'), { answer: () => ok({}, 500) });
    expect(written.sent).toHaveLength(1);
  });
});

describe('sending again', () => {
  const read = planOf(`  - { id: look, on: es, call: GET /look }`);
  const busy = (retry_after_ms: number): SendResult => ({ ...ok({}, 429), retry_after_ms }) as SendResult;

  it('pauses for half of the delay or more, doubles it, and waits as long as the server asks', async () => {
    const { summary, events } = await runIn(read, {
      answer: (_call, count) => (count === 1 ? lost() : count === 2 ? busy(7_000) : count === 3 ? ok({}, 503) : ok()),
    });
    expect(summary.outcome).toBe('done');
    expect(waitsIn(events)).toEqual([500, 7_000, 2_000]);
  });

  it.each([3_600_000, -3_600_000])('is as patient where the wall clock jumps by %i ms', async (jump) => {
    const { sent, events } = await runIn(read, { jump, answer: () => lost() });
    expect(sent).toHaveLength(6);
    expect(waitsIn(events)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    const asked = await runIn(read, { jump, answer: () => busy(25_000) });
    expect(waitsIn(asked.events)).toEqual([25_000, 25_000]);
  });

  it('gives up where the server asks for more than a minute, and after six attempts', async () => {
    const patient = await runIn(read, { answer: () => busy(120_000) });
    expect(patient.sent).toHaveLength(1);
    expect(patient.reasons.look).toContain('status: expected 2xx, actual 429');
    expect((await runIn(read, { answer: () => lost() })).sent).toHaveLength(6);
  });
});
