import { expect, it } from 'vitest';
import { isRunId, newRunId } from '../../src/host/run-folders.ts';

it('gives ids of runs that sort by time, also within one second', () => {
  const times = [0, 1, 15, 16, 255, 256, 999, 1_000].map((milliseconds) => new Date(1_764_000_000_000 + milliseconds));
  const ids = times.map((time) => newRunId(time));
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect([isRunId(id), id]).toEqual([true, expect.stringMatching(/^\d{8}-\d{6}-[0-9a-f]{6}$/)]);
});
