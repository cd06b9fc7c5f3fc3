import { describe, expect, it } from 'vitest';
import { isRefusal, isTransient, pauseBefore } from '../../src/engine/retry.ts';
import { lost, ok } from './world.ts';

const policy = { attempts: 6, delay_ms: 1_000, budget_ms: 60_000 };
const clock = (random: number, now = 0) => ({ monotonic: () => now, random: () => random });

describe('the pause before the next attempt', () => {
  it('doubles, with jitter between half of it and the whole', () => {
    expect([2, 3, 4].map((attempt) => pauseBefore(attempt, policy, lost(), 0, clock(0)))).toEqual([500, 1_000, 2_000]);
    expect([2, 3, 4].map((attempt) => pauseBefore(attempt, policy, lost(), 0, clock(1)))).toEqual([
      1_000, 2_000, 4_000,
    ]);
  });

  it('is as long as the server asks, and none where it would end too late or there were enough', () => {
    const asked = { ...ok({}, 429), retry_after_ms: 9_000 };
    expect(pauseBefore(2, policy, asked, 0, clock(0))).toBe(9_000);
    expect(pauseBefore(2, policy, asked, 0, clock(0, 52_000))).toBeUndefined();
    expect(pauseBefore(7, policy, lost(), 0, clock(0))).toBeUndefined();
  });
});

describe('a status', () => {
  it('says whether a read is worth sending again, and whether a write took no effect', () => {
    expect([lost(), ok({}, 503), ok({}, 429), ok({}, 500), ok({}, 401)].map(isTransient)).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
    expect([400, 404, 409, 408, 500, 200].map(isRefusal)).toEqual([true, true, true, false, false, false]);
  });
});
