import { evaluateValue, TemplateError } from '../language/index.ts';
import { nodesRunBy, type PlannedBlock, type Repetition } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import { effectOf, type Foreseen, foreseen } from './effect.ts';
import type { StepOutcome, StepResult } from './event.ts';
import { gather } from './outputs.ts';
import { Cancelled } from './ports.ts';
import { lookupAtRun, readsSecret } from './render.ts';
import { runRepeatedly } from './repeat.ts';
import { noteRollback } from './rollback.ts';
import {
  type Flow,
  type Frame,
  fail,
  isBegun,
  isCleanup,
  pastOf,
  type RunNodes,
  type Session,
  type StepContext,
  type Tally,
  valuesIn,
} from './session.ts';
import { sideBySide } from './side-by-side.ts';

/** How a node ended; `flow` where what follows from it is known already. */
export interface Ended {
  readonly result: StepResult;
  readonly flow?: Flow;
}

/** Runs a block: its steps, once per item where it is a loop or until its conditions pass, and then its `always`, whatever became of them. */
export async function runBlock(node: PlannedBlock, context: StepContext, runNodes: RunNodes): Promise<Ended> {
  const { session, frame, id } = context;
  const past = pastOf(context);
  // Once its steps have begun, it is they who know.
  const { effect, before }: Foreseen =
    !node.done_when || past?.effect === 'not-in-place'
      ? {}
      : session.isDry
        ? await foreseen(['done_when', node.done_when], context)
        : { effect: await effectOf(['done_when', node.done_when], context) };
  if (before === undefined && effect?.state === 'in-place') return { result: { outcome: 'in-place' } };
  if (before === undefined && effect?.state === 'unknown')
    return { result: { outcome: 'failed', reason: effect.reason } };
  const undo = noteRollback(node, id, session, frame);
  const tally: Tally = { hasAlways: node.always !== undefined, writes: 0, hasFailed: false };
  const within: Frame = {
    ...frame,
    depth: frame.depth + 1,
    undo: undo ? [...frame.undo, undo] : frame.undo,
    around: [...frame.around, tally],
  };
  let own: StepResult | undefined;
  const repeated = async (repeat: Repetition) => {
    const { flow, ...rest } = await runRepeatedly(node, repeat, context, within, runNodes);
    own = rest.own;
    return flow;
  };
  const tried = await attempt(() => (node.repeat ? repeated(node.repeat) : runSteps(node, session, within, runNodes)));
  // What puts right what was written has nothing to do where nothing was; another run may be at work where a lock kept this one out.
  const isOwed = ('flow' in tried && tried.flow === 'go-on') || tally.writes > 0;
  if (node.always && isOwed) await runNodes(node.always, session, { ...within, phase: 'always' });
  if ('error' in tried) throw tried.error;
  const { cleanupFailure } = tally;
  const flow =
    cleanupFailure && tried.flow === 'go-on' && !isCleanup(frame)
      ? fail(session, cleanupFailure.step, cleanupFailure.reason)
      : tried.flow;
  if (before !== undefined && flow === 'go-on') {
    const reason = effect && 'reason' in effect ? { reason: effect.reason } : {};
    return { result: { outcome: 'depends', depends_on: before, ...reason } };
  }
  if (own) return { result: own };
  // The step inside has said why, and what follows from it.
  return { result: { outcome: outcomeOf(flow, tally) }, flow };
}

function outcomeOf(flow: Flow, { hasFailed }: Tally): StepOutcome {
  if (flow === 'go-on') return 'done';
  return hasFailed ? 'failed' : 'interrupted';
}

/** Holds back what was thrown until `always` has run; a cancelled run does nothing more. */
async function attempt(action: () => Promise<Flow>): Promise<{ readonly flow: Flow } | { readonly error: unknown }> {
  try {
    return { flow: await action() };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return { error };
  }
}

/** Runs a block's steps: one after the other, or as the iterations of a loop. */
function runSteps(node: PlannedBlock, session: Session, frame: Frame, runNodes: RunNodes): Promise<Flow> {
  const { steps, for_each } = node;
  if (for_each !== undefined) return runIterations(node, for_each, session, frame, runNodes);
  if (node.parallel === undefined) return runNodes(steps, session, frame);
  // What planning knew the list of stands in the plan item by item.
  return sideBySide({
    count: steps.length,
    width: widthOf(node, session),
    isBegun: (index) => isBegun(steps.slice(index, index + 1), session, frame),
    run: (index) => runNodes(steps.slice(index, index + 1), session, frame),
  });
}

async function runIterations(
  node: PlannedBlock,
  list: Json,
  session: Session,
  frame: Frame,
  runNodes: RunNodes,
): Promise<Flow> {
  const values = valuesIn(session, frame);
  const items = evaluateValue(list, lookupAtRun(values, 'sent'));
  if (!Array.isArray(items)) throw new TemplateError((show) => `for_each expects a list, found ${show(items)}`);
  const isSecret = readsSecret(list, values);
  const { steps } = node;
  const frameOf = (index: number, value: Json): Frame => ({
    ...frame,
    iterations: [...frame.iterations, index + 1],
    item: { value, isSecret },
  });
  const flow = await sideBySide({
    count: items.length,
    width: widthOf(node, session),
    isBegun: (index) => isBegun(steps, session, frameOf(index, null)),
    run: (index) => runNodes(steps, session, frameOf(index, (items as readonly Json[])[index] as Json)),
  });
  gather(steps, session.outputs, frame.iterations, items.length);
  return flow;
}

/** What a dry run predicts of a step depends on the writes before it: it goes through them in their order. */
function widthOf(node: PlannedBlock, { isDry }: Session): number {
  const isRead = nodesRunBy(node).every((one) => one.kind !== 'request' || one.effect === 'read');
  return isDry && !isRead ? 1 : (node.parallel ?? 1);
}
