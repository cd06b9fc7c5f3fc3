import { nodesIn, type Plan, type PlannedNode, skipReasonText } from '../plan/index.ts';
import { inert } from '../text/index.ts';
import { iterationsOf } from './outline.ts';
import type { Forecast, RunReport } from './run-report.ts';

/** A dry run in the shape of its plan: a prediction for each step, once for each iteration of a loop. What rolls back is left out. */
export function forecastOf(plan: Plan, report: RunReport): Forecast[] {
  const stop = report.steps.find(
    ({ outcome, kind }) => kind !== 'block' && (outcome === 'failed' || outcome === 'interrupted'),
  );
  const numbers = new Map(report.steps.map(({ step, number }) => [step, number]));
  /** Blocks that are unchanged or skipped: so is everything in them. */
  const settled = new Map<string, { readonly prediction: 'unchanged' | 'skipped'; readonly behind: string }>();
  return nodesIn(plan)
    .filter(({ section }) => section !== 'rollback' && section !== 'evidence')
    .flatMap(({ node, depth, within }): Forecast[] => {
      const { id, number, title } = node;
      const effect = node.kind === 'request' ? { effect: node.effect } : {};
      const iterations = iterationsOf(id, report);
      const around = within === undefined ? undefined : settled.get(within);
      const own = iterations.find(({ outcome }) => outcome === 'unchanged' || outcome === 'skipped');
      if (own) settled.set(id, { prediction: own.outcome === 'unchanged' ? 'unchanged' : 'skipped', behind: number });
      else if (around) settled.set(id, around);
      if (iterations.length === 0) {
        if (node.kind === 'skipped')
          return [{ step: id, number, title, depth, prediction: 'skipped', message: skipReasonText(node.reason) }];
        if (around) return [{ step: id, number, title, depth, ...effect, ...around }];
        if (!stop) return [];
        return [{ step: id, number, title, depth, ...effect, prediction: 'blocked', behind: stop.number }];
      }
      return iterations.map(({ step, title, outcome = 'interrupted', message, depends_on }) => ({
        ...{ step, number, title, depth, ...effect, prediction: outcome },
        ...(message === undefined ? {} : { message }),
        ...(depends_on === undefined ? {} : { behind: numbers.get(depends_on) ?? depends_on }),
      }));
    });
}

/** Returns what a dry run says of a node of the plan, once for each iteration of the loops around it. */
export function predictionsOf({ number }: PlannedNode, { forecast = [] }: RunReport): string[] {
  return forecast.filter((one) => one.number === number).map(predictionText);
}

/** A prediction in words. */
function predictionText({ prediction, effect, message, behind }: Forecast): string {
  const because = message === undefined ? '' : `: ${message}`;
  switch (prediction) {
    case 'would-change':
      return `would change${because}`;
    case 'unchanged':
      return behind === undefined ? 'no change (already in place)' : `no change, as block ${behind}`;
    case 'skipped':
      return behind === undefined ? `skipped${because}` : `skipped with block ${behind}`;
    case 'blocked':
      return `blocked by step ${behind}`;
    case 'depends':
      return `depends on step ${behind}${because}`;
    case 'failed':
      return `${effect === 'write' ? 'blocked' : 'FAILS'}${because}`;
    case 'done':
      return 'passed';
    default:
      return `${prediction}${because}`;
  }
}

/** A dry run as a list in the shape of the plan. */
export function forecastText(forecasts: readonly Forecast[]): string {
  const lines = forecasts.map((forecast) => {
    const { depth, number, step, title, effect } = forecast;
    const mark = effect === 'write' ? ' [WRITE]' : '';
    const words = effect === undefined && forecast.prediction === 'done' ? '' : ` → ${predictionText(forecast)}`;
    return `${'  '.repeat(depth + 1)}${number} ${step}${mark}: ${title}${words}`;
  });
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

/** Returns what the writes of a dry run would do, in one sentence. */
export function forecastSentence(forecasts: readonly Forecast[]): string {
  const writes = forecasts.filter(({ effect }) => effect === 'write');
  const count = (prediction: Forecast['prediction']) => writes.filter((one) => one.prediction === prediction).length;
  const parts = [
    `${count('would-change')} would change`,
    `${count('unchanged')} no change`,
    ...(count('depends') > 0
      ? [`${count('depends')} ${count('depends') === 1 ? 'depends' : 'depend'} on earlier writes`]
      : []),
    ...(count('blocked') + count('failed') > 0 ? [`${count('blocked') + count('failed')} blocked`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} skipped`] : []),
  ];
  return `${writes.length} ${writes.length === 1 ? 'write' : 'writes'}: ${parts.join(', ')}; nothing was written`;
}
