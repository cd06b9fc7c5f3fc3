import { evaluateValue, TemplateError } from '../language/index.ts';
import type { PlannedBlock, PlannedNode, Repetition } from '../plan/index.ts';
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
  isCleanup,
  pastOf,
  type RunNodes,
  type Session,
  type StepContext,
  valuesIn,
  writesSoFar,
} from './session.ts';

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
  const failuresBefore = session.findings.cleanupFailures.length;
  const writesBefore = writesSoFar(session);
  const within: Frame = {
    ...frame,
    depth: frame.depth + 1,
    undo: undo ? [...frame.undo, undo] : frame.undo,
    writesBefore: node.always ? [...frame.writesBefore, writesBefore] : frame.writesBefore,
  };
  let own: StepResult | undefined;
  const repeated = async (repeat: Repetition) => {
    const { flow, ...rest } = await runRepeatedly(node, repeat, context, within, runNodes);
    own = rest.own;
    return flow;
  };
  const tried = await attempt(() =>
    node.repeat
      ? repeated(node.repeat)
      : node.for_each === undefined
        ? runNodes(node.steps, session, within)
        : runIterations(node.steps, node.for_each, session, within, runNodes),
  );
  // What puts right what was written has nothing to do where nothing was; another run may be at work where a lock kept this one out.
  const isOwed = ('flow' in tried && tried.flow === 'go-on') || writesSoFar(session) > writesBefore;
  if (node.always && isOwed) await runNodes(node.always, session, { ...within, phase: 'always' });
  if ('error' in tried) throw tried.error;
  const cleanupFailure = session.findings.cleanupFailures[failuresBefore];
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
  return { result: { outcome: outcomeOf(flow, session) }, flow };
}

function outcomeOf(flow: Flow, { findings }: Session): StepOutcome {
  if (flow === 'go-on') return 'done';
  return findings.wasInterrupted && !findings.failure ? 'interrupted' : 'failed';
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

async function runIterations(
  steps: readonly PlannedNode[],
  list: Json,
  session: Session,
  frame: Frame,
  runNodes: RunNodes,
): Promise<Flow> {
  const values = valuesIn(session, frame);
  const items = evaluateValue(list, lookupAtRun(values, 'sent'));
  if (!Array.isArray(items)) throw new TemplateError((show) => `for_each expects a list, found ${show(items)}`);
  const isSecret = readsSecret(list, values);
  let flow: Flow = 'go-on';
  let iteration = 0;
  for (const value of items as readonly Json[]) {
    iteration++;
    const iterations = [...frame.iterations, iteration];
    flow = await runNodes(steps, session, { ...frame, iterations, item: { value, isSecret } });
    if (flow === 'stop') break;
  }
  gather(steps, session.outputs, frame.iterations, iteration);
  return flow;
}
