import { expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { measuresText } from '../../src/report/progress-text.ts';
import { noFaults } from '../simulation/faults.ts';
import { randomFrom } from '../simulation/random.ts';
import { scenarios } from '../simulation/scenarios.ts';
import { simulate } from '../simulation/simulate.ts';

/** Step → how far its poll was said to be. */
const progressIn = (events: readonly Event[]) =>
  Object.fromEntries(
    events.flatMap((event) => (event.type === 'progress' ? [[event.step, measuresText(event.measures)]] : [])),
  );

it.each([
  ['users-7.10', ['snapshot/complete', 'replace/safety-complete', 'replace/restored/finished']],
  ['users-merge-7.10', ['snapshot/complete', 'restored/finished']],
  ['users-8.5', ['snapshot/complete', 'replace/safety-complete', 'replace/restored/finished']],
  ['visualizations-8.5', ['snapshot/complete', 'replace/safety-complete', 'replace/restored/finished']],
  // Its restore ends the credentials that send it, and is awaited in one call.
  ['users-8.5 on 9.5.3 managed', ['snapshot/complete', 'replace/safety-complete']],
])('%s says how many shards and bytes of its snapshots and restores are done, and of how many', async (name, steps) => {
  const [scenario] = scenarios(name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  const { events, summary } = await simulate(scenario, noFaults, randomFrom(1));
  expect(summary?.outcome).toBe('done');
  const progress = progressIn(events);
  expect(Object.keys(progress)).toEqual(steps);
  for (const text of Object.values(progress)) expect(text).toMatch(/^0 of [1-9]\d* shards, [\d.]+ of [\d.]+ k?B$/);
});
