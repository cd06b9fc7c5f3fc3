import { conditionsIn, nodesRunBy, type PlannedBlock, type PlannedNode, type Repetition } from '../plan/index.ts';
import { isOpen, provisionalBy, unmetCondition } from './admission.ts';
import type { StepResult } from './event.ts';
import { keepLast, outerId } from './outputs.ts';
import { wait } from './send.ts';
import { type Flow, type Frame, isBegun, pastOf, type RunNodes, type Session, type StepContext } from './session.ts';

/** What follows from the iterations, and how the block has ended where they do not say it themselves. */
export interface Repeated {
  readonly flow: Flow;
  readonly own?: StepResult;
}

/** Runs a block's steps again and again until its conditions pass. */
export async function runRepeatedly(
  { steps }: Pick<PlannedBlock, 'steps'>,
  { until, max_iterations, every_ms = 0 }: Repetition,
  context: StepContext,
  within: Frame,
  runNodes: RunNodes,
): Promise<Repeated> {
  const { session } = context;
  const predictedBefore = session.prediction.writes.length;
  for (let iteration = 1; ; iteration++) {
    const frame = frameOf(iteration);
    if ((await runNodes(steps, session, frame)) === 'stop') return { flow: 'stop' };
    keepLast(steps, session.outputs, frame.iterations);
    // An earlier process has looked at what its own iterations had saved, secrets included.
    if (isBegun(steps, session, frameOf(iteration + 1))) continue;
    if (pastOf(context)?.finished?.outcome === 'done') return { flow: 'go-on' };
    if (session.isDry) {
      const by = undecidedBy(until, predictedBefore, session, frame);
      if (by !== undefined) return { flow: 'go-on', own: unknownCount(steps, predictedBefore, by, session, within) };
    }
    const unmet = unmetCondition(until, session, frame);
    if (unmet === undefined) return { flow: 'go-on' };
    if (iteration === max_iterations)
      return {
        flow: 'stop',
        own: { outcome: 'failed', reason: { kind: 'iterations-exhausted', iterations: iteration, unmet } },
      };
    if (every_ms > 0) await wait(context, unmet, every_ms);
  }

  function frameOf(iteration: number): Frame {
    return { ...within, iterations: [...within.iterations, iteration] };
  }
}

/**
 * Dry run: returns the predicted write that the number of iterations depends on. Conditions that pass now, whatever is written,
 * end the block after this iteration.
 */
function undecidedBy(
  until: Repetition['until'],
  predictedBefore: number,
  session: Session,
  frame: Frame,
): string | undefined {
  const { writes } = session.prediction;
  const isUnknown = conditionsIn(until).some((condition) => isOpen(condition, session, frame));
  const by = provisionalBy(until, session, frame) ?? (isUnknown ? writes.at(-1)?.step : undefined);
  if (by !== undefined) return by;
  const isWriting = writes.length > predictedBefore;
  return isWriting && unmetCondition(until, session, frame) !== undefined ? writes.at(-1)?.step : undefined;
}

/** Dry run: how often the steps would run is not known, so what was predicted of one iteration holds for each. */
function unknownCount(
  steps: readonly PlannedNode[],
  predictedBefore: number,
  by: string,
  { prediction }: Session,
  { iterations }: Frame,
): StepResult {
  for (const [index, write] of prediction.writes.entries())
    if (index >= predictedBefore) prediction.writes[index] = { ...write, perItem: true };
  for (const { id } of steps.flatMap(nodesRunBy)) prediction.undetermined.add(outerId(id, iterations));
  return { outcome: 'depends', depends_on: by };
}
