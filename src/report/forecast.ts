import { patternOf, type StepOutcome } from '../engine/index.ts';
import { nodesIn, type Plan, type PlannedNode, skipReasonText } from '../plan/index.ts';
import { iterationsIn } from './entries.ts';
import type { Line } from './live/line.ts';
import { readableText } from './readable.ts';
import type { Forecast, RunReport } from './run-report.ts';
import { plainLine } from './summary.ts';

/** A dry run in the shape of its plan: a prediction for each step, once for each iteration of a loop. What rolls back is left out. */
export function forecastOf(plan: Plan, report: RunReport): Forecast[] {
  const stop = report.steps.find(
    ({ outcome, kind }) => kind !== 'block' && (outcome === 'failed' || outcome === 'interrupted'),
  );
  const iterationsOf = iterationsIn(report);
  const numbers = new Map(report.steps.map(({ step, number }) => [step, number]));
  // A step in a loop over a list that only the run knows has no iteration yet.
  const planned = new Map(nodesIn(plan).map(({ node: { id, number } }) => [id, number]));
  const numberOf = (step: string) => numbers.get(step) ?? planned.get(step) ?? planned.get(patternOf(step)) ?? step;
  /** Blocks that are unchanged or skipped: so is everything in them. */
  const settled = new Map<
    string,
    { readonly prediction: 'unchanged' | 'in-place' | 'skipped'; readonly behind: string }
  >();
  /** Blocks that cannot be gone into before an earlier step was sent. */
  const closed = new Map<string, Pick<Forecast, 'behind' | 'per_item_of' | 'per_iteration_of' | 'at_most'>>();
  return (
    nodesIn(plan)
      // A note sends nothing, and is said when its time has come.
      .filter(({ section, node }) => section !== 'rollback' && section !== 'evidence' && node.kind !== 'note')
      .flatMap(({ node, depth, within }): Forecast[] => {
        const { id, number } = node;
        const title = readableText(node.title, plan, 'short');
        const effect = node.kind === 'request' ? { effect: node.effect } : {};
        const iterations = iterationsOf(id);
        const around = within === undefined ? undefined : settled.get(within);
        const own = iterations.map(({ outcome }) => outcome).find(isSettled);
        if (own) settled.set(id, { prediction: own, behind: number });
        else if (around) settled.set(id, around);
        const unknown = within === undefined ? undefined : closed.get(within);
        const waiting = iterations.find(({ outcome }) => outcome === 'depends');
        const inside = unknown && { ...unknown, ...(isConditional(node) ? ({ at_most: true } as const) : {}) };
        if (node.kind === 'block' && (inside || waiting)) {
          const behind = waiting?.depends_on === undefined ? {} : { behind: numberOf(waiting.depends_on) };
          const loop = {
            ...(node.for_each === undefined ? {} : { per_item_of: number }),
            ...(node.repeat === undefined ? {} : { per_iteration_of: number }),
          };
          const own = isConditional(node) ? ({ at_most: true } as const) : {};
          closed.set(id, { ...own, ...behind, ...inside, ...loop });
        }
        if (iterations.length === 0) {
          if (node.kind === 'skipped')
            return [{ step: id, number, title, depth, prediction: 'skipped', message: skipReasonText(node.reason) }];
          if (around) return [{ step: id, number, title, depth, ...effect, ...around }];
          if (inside) return [{ step: id, number, title, depth, ...effect, prediction: 'depends', ...inside }];
          if (!stop) return [];
          return [{ step: id, number, title, depth, ...effect, prediction: 'blocked', behind: stop.number }];
        }
        return iterations.map(({ step, title, outcome = 'interrupted', message, depends_on }) => ({
          ...{ step, number, title, depth, ...effect, prediction: outcome },
          ...(message === undefined ? {} : { message }),
          ...(inside?.per_iteration_of === undefined ? {} : inEach(inside.per_iteration_of, outcome, node)),
          ...(depends_on === undefined ? {} : { behind: numberOf(depends_on) }),
        }));
      })
  );
}

/** What was predicted of the first iteration of a block with `until`, and what follows for those after it. */
function inEach(
  number: string,
  outcome: StepOutcome,
  node: PlannedNode,
): Pick<Forecast, 'per_iteration_of' | 'at_most'> {
  const mayBeLeftOut = outcome !== 'would-change' || isConditional(node);
  return { per_iteration_of: number, ...(mayBeLeftOut ? { at_most: true } : {}) };
}

function isSettled(outcome: StepOutcome | undefined): outcome is 'unchanged' | 'in-place' | 'skipped' {
  return outcome === 'unchanged' || outcome === 'in-place' || outcome === 'skipped';
}

/** Returns whether a run may come to a step and send nothing. */
function isConditional(node: PlannedNode): boolean {
  return (['when', 'done_when', 'unchanged_when'] as const).some((key) => key in node);
}

/** Returns what a dry run says of a step of the plan by its number, once for each iteration of the loops around it. */
export function predictionsIn({ forecast = [] }: RunReport): (number: string) => readonly string[] {
  const byNumber = new Map<string, string[]>();
  for (const one of forecast) {
    const said = byNumber.get(one.number) ?? [];
    said.push(predictionText(one));
    byNumber.set(one.number, said);
  }
  return (number) => byNumber.get(number) ?? [];
}

/** A prediction in words. */
function predictionText({
  prediction,
  effect,
  message,
  behind,
  per_item_of,
  per_iteration_of,
  at_most,
}: Forecast): string {
  const because = message === undefined ? '' : `: ${message}`;
  switch (prediction) {
    case 'would-change':
      return `would change${per_iteration_of === undefined ? '' : ' in the first iteration'}${behind === undefined ? '' : `, as it is now (may depend on step ${behind})`}${because}`;
    case 'unchanged':
      return behind === undefined ? 'no change (content compared)' : `no change, as block ${behind}`;
    case 'in-place':
      return behind === undefined
        ? 'no change (already in place; content not compared)'
        : `no change, as block ${behind}`;
    case 'skipped':
      return behind === undefined ? `skipped${because}` : `skipped with block ${behind}`;
    case 'blocked':
      return `blocked by step ${behind}`;
    case 'depends':
      if (per_iteration_of !== undefined)
        return `${at_most ? 'at most ' : ''}once per iteration of step ${per_iteration_of}`;
      if (per_item_of !== undefined) return `${at_most ? 'at most ' : ''}once per item of step ${per_item_of}`;
      return `may depend on step ${behind}${because}`;
    case 'failed':
      return `${effect === 'write' ? 'blocked' : 'FAILS'}${because}`;
    case 'done':
      return 'passed';
    default:
      return `${prediction}${because}`;
  }
}

/** A dry run as a list in the shape of the plan, as lines for a terminal. */
export function forecastLines(forecasts: readonly Forecast[]): Line[] {
  return forecasts.map((forecast) => {
    const { depth, number, step, title, effect, prediction } = forecast;
    const mark = effect === 'write' ? ' [WRITE]' : '';
    const words = effect === undefined && prediction === 'done' ? '' : ` → ${predictionText(forecast)}`;
    const look = { failed: 'bad', skipped: 'quiet', blocked: 'quiet' } as const;
    const tone = prediction in look ? { tone: look[prediction as keyof typeof look] } : {};
    return { indent: depth + 1, text: `${number} ${step}${mark}: ${title}${words}`, ...tone };
  });
}

/** The same for a log. */
export function forecastText(forecasts: readonly Forecast[]): string {
  return `${forecastLines(forecasts).map(plainLine).join('\n')}\n`;
}

/** Returns what the writes of a dry run would do, in one sentence. */
export function forecastSentence(forecasts: readonly Forecast[]): string {
  const all = forecasts.filter(({ effect }) => effect === 'write');
  const writes = all.filter((one) => loopOf(one) === undefined);
  const count = (prediction: Forecast['prediction']) => writes.filter((one) => one.prediction === prediction).length;
  const parts = [
    `${count('would-change')} would change`,
    `${count('unchanged') + count('in-place')} no change${count('in-place') > 0 ? ` (${count('in-place')} already in place, content not compared)` : ''}`,
    ...(count('depends') > 0 ? [`${count('depends')} may depend on earlier writes`] : []),
    ...(count('blocked') + count('failed') > 0 ? [`${count('blocked') + count('failed')} blocked`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} skipped`] : []),
  ];
  return [writesText(writes.length), `: ${parts.join(', ')}`, ...perLoop(all), '; nothing was written'].join('');
}

/** The loop of which only the run knows how often it sends a call: `item of step 3`. */
function loopOf({ per_item_of, per_iteration_of }: Forecast): string | undefined {
  if (per_iteration_of !== undefined) return `iteration of step ${per_iteration_of}`;
  return per_item_of === undefined ? undefined : `item of step ${per_item_of}`;
}

/** `, and 2 writes per item of step 3`, for each loop of which only the run knows how often it runs. */
function perLoop(writes: readonly Forecast[]): string[] {
  const loops = new Set(writes.flatMap((one) => loopOf(one) ?? []));
  return [...loops].map((loop) => {
    const inside = writes.filter((one) => loopOf(one) === loop);
    const most = inside.some(({ at_most }) => at_most) ? 'at most ' : '';
    return `, and ${most}${writesText(inside.length)} per ${loop}`;
  });
}

function writesText(count: number): string {
  return `${count} ${count === 1 ? 'write' : 'writes'}`;
}
