import { expect, it } from 'vitest';
import { isInWindow } from '../../src/engine/window.ts';

it.each([
  // 2026-11-24 is a Tuesday.
  [{ from: '01:00', to: '05:00' }, '2026-11-24T01:00:00Z', true],
  [{ from: '01:00', to: '05:00' }, '2026-11-24T05:00:00Z', false],
  [{ from: '22:00', to: '02:00', days: ['mon'] }, '2026-11-24T01:59:00Z', true],
  [{ from: '22:00', to: '02:00', days: ['mon'] }, '2026-11-24T22:00:00Z', false],
  [{ from: '01:00', to: '05:00', timezone: 'Asia/Shanghai' }, '2026-11-23T18:00:00Z', true],
] as const)('the window %j at %s: %s', (window, time, expected) => {
  const { from, to, ...rest } = { days: undefined, timezone: undefined, ...window };
  const { days, timezone } = rest;
  const given = { from, to, ...(days ? { days: [...days] as ['mon'] } : {}), ...(timezone ? { timezone } : {}) };
  expect(isInWindow([given], Date.parse(time))).toBe(expected);
});

it('is always open where there are none', () => {
  expect(isInWindow(undefined, 0)).toBe(true);
  expect(isInWindow([], 0)).toBe(false);
});
