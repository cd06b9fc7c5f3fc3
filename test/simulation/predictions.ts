import { patternOf } from '../../src/engine/index.ts';
import { reportOf } from '../../src/report/index.ts';
import { factsOf } from '../../src/report/sentences/index.ts';
import { differences } from './invariants.ts';
import type { Scenario } from './scenarios.ts';
import type { Ending } from './simulate.ts';

/**
 * What a dry run says of each write, held against an undisturbed run of the same plan in the same world: what is said to change is
 * sent, what is said to be in place or skipped is not, and nothing that is sent was left out.
 */
export function falsePredictions(scenario: Scenario, dry: Ending, real: Ending): string[] {
  const report = reportOf(scenario.plan, dry.events, { head: '', events: dry.events.length });
  const sent = new Set(
    [...factsOf(scenario.plan, real.events).writes.values()]
      .filter(({ requests, phase }) => requests > 0 && phase !== 'rollback')
      .map(({ step }) => patternOf(step)),
  );
  const forecasts = (report.forecast ?? []).filter(({ effect }) => effect === 'write');
  const predictionsOf = (id: string) => forecasts.filter(({ step }) => patternOf(step) === id);
  return [
    ...differences('after a dry run the clusters are not as before', dry.world, scenario.world, scenario),
    ...dry.sent.map(({ step }) => `the dry run has sent a write of ${step}`),
    ...[...sent]
      .filter(
        (id) => !predictionsOf(id).some(({ prediction }) => prediction === 'would-change' || prediction === 'depends'),
      )
      .map((id) => `${id} was sent, and the dry run says ${predictionsOf(id)[0]?.prediction ?? 'nothing'} of it`),
    ...forecasts
      .filter(
        ({ prediction, behind, step }) =>
          prediction === 'would-change' && behind === undefined && !sent.has(patternOf(step)),
      )
      .map(({ step }) => `the dry run says that ${step} would change, and it was not sent`),
  ];
}
