import { evaluateValue, TemplateError } from '../language/index.ts';
import {
  nodesRunBy,
  type PlannedBlock,
  type PlannedNode,
  type PlannedNote,
  type PlannedRequest,
} from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import { unmetCondition } from './condition.ts';
import { dependentOn } from './dry.ts';
import { effectOf } from './effect.ts';
import type { Finished, StepOutcome } from './event.ts';
import { hasEffect, type PastStep } from './past.ts';
import { refusalOf } from './permission.ts';
import { runRead } from './read.ts';
import { remember } from './remember.ts';
import { instanceId, lookupAtRun, type Outputs, renderText } from './render.ts';
import { saveFromJournal } from './save.ts';
import { recorded, render } from './send.ts';
import {
  emit,
  type Flow,
  type Frame,
  fail,
  type Here,
  isCleanup,
  isStopping,
  pastOfStep,
  type Session,
  type Undo,
  valuesIn,
} from './session.ts';
import { mayHaveBeenSent, undoFor } from './undo.ts';
import { predictWrite, runWrite } from './write.ts';

/** Runs nodes in their order until one of them stops the run. */
export async function runNodes(nodes: readonly PlannedNode[], session: Session, frame: Frame): Promise<Flow> {
  for (const node of nodes) {
    if ((await runNode(node, session, frame)) === 'stop') return 'stop';
  }
  return 'go-on';
}

async function runNode(node: PlannedNode, session: Session, frame: Frame): Promise<Flow> {
  const here: Here = { session, frame, id: instanceId(node.id, frame.passes) };
  const past = pastOfStep(here);
  if (session.suspended) return 'stop';
  if (past?.finished && !isPassedThrough(node, past)) return replayed(node, past, past.finished, here);
  if (node.kind === 'skipped') return finish(node, { outcome: 'skipped', reason: node.reason }, here);
  // What has begun is ended: a block for its `always`, a write to know what became of it.
  const hasBegun = past !== undefined && (node.kind === 'block' ? past.isStarted : past.attempts > 0);
  if (!hasBegun && isStopping(session, frame)) return interrupt(session);
  try {
    if (!past?.isStarted) {
      await remember(node, here);
      const unmet = unmetCondition(node.when ?? [], session, frame);
      if (unmet !== undefined) return await finish(node, { outcome: 'skipped', reason: unmet }, here);
      const refusal = session.isDry ? undefined : await refusalOf(node, here);
      // Ctrl-C at the question is no answer to it.
      if (isStopping(session, frame)) return await interrupt(session);
      if (refusal !== undefined) return await finish(node, { outcome: 'failed', reason: refusal }, here);
      await emit(session, { type: 'step-started', ...described(node, here), kind: node.kind });
    }
    if (node.kind === 'block') return await runBlock(node, here);
    const finished = node.kind === 'note' ? await tell(node, here) : await runRequest(node, here);
    return await finish(node, finished, here);
  } catch (error) {
    return finish(node, dependentOn(error, session) ?? failedOn(error, session), here);
  }
}

/** A block that has ended is gone through again for what its steps saved, and for what undoes them. */
function isPassedThrough(node: PlannedNode, { isStarted, finished, effect }: PastStep): boolean {
  if (node.kind !== 'block' || !isStarted || finished?.reason !== undefined) return false;
  return finished?.outcome !== 'unchanged' && effect !== 'there';
}

/** A step that an earlier process has ended: what it gave and what follows from it, and nothing is sent. */
function replayed(node: PlannedNode, past: PastStep, finished: Finished, here: Here): Flow {
  const { session, frame, id } = here;
  if (node.kind === 'request') {
    const undo = node.effect === 'write' ? undoFor(node, id, session, frame) : undefined;
    if (hasEffect(past)) mayHaveBeenSent(frame, undo);
    session.writes += past.writes;
    saveFromJournal(finished, node, here);
  }
  if (past.note) session.notes.push(past.note);
  return flowAfter(node, finished, here);
}

/** Records how a step ended, and says what follows from it. */
async function finish(node: PlannedNode, finished: Finished, here: Here): Promise<Flow> {
  // Nothing has ended: whoever resumes the run finds the step as it is.
  if (here.session.suspended) return 'stop';
  await ended(node, finished, here);
  if (finished.outcome === 'interrupted') return interrupt(here.session);
  return flowAfter(node, finished, here);
}

function flowAfter(node: PlannedNode, finished: Finished, here: Here): Flow {
  const { session, frame, id } = here;
  const reason = finished.reason ?? finished.outcome;
  switch (finished.outcome) {
    case 'depends':
      session.undetermined.add(id);
      return 'go-on';
    case 'interrupted':
      session.wasInterrupted = true;
      return 'stop';
    case 'in-doubt':
      session.inDoubt.push(id);
      fail(session, id, reason);
      break;
    case 'failed':
      if (isCleanup(frame)) session.cleanupFailures.push({ step: id, reason, ...callOf(node, here) });
      else fail(session, id, reason);
      break;
    default:
      return 'go-on';
  }
  // Each step of `always` is tried, whatever became of the one before; a rollback's steps build on each other.
  return frame.phase === 'always' ? 'go-on' : 'stop';
}

function callOf(node: PlannedNode, here: Here): { readonly call?: string } {
  if (node.kind !== 'request') return {};
  try {
    const { connection, request } = recorded(render(node.request, here), node.effect, 'step', here);
    return { call: `${request} on ${connection}` };
  } catch {
    return {};
  }
}

async function ended(node: PlannedNode, finished: Finished, here: Here): Promise<void> {
  const kind = node.kind !== 'skipped' ? node.kind : node.isNote ? 'note' : 'request';
  await emit(here.session, { type: 'step-finished', ...described(node, here), kind, ...finished });
}

function described(node: PlannedNode, { session, frame, id }: Here) {
  const { phase, depth } = frame;
  const title = renderText(node.title, valuesIn(session, frame));
  return { step: id, number: node.number, title, phase, depth, place: node.at };
}

async function interrupt(session: Session): Promise<Flow> {
  const isNew = !session.wasInterrupted && !session.past?.isInterrupted && session.options.rollback !== 'now';
  if (isNew) await emit(session, { type: 'interrupted' });
  session.wasInterrupted = true;
  return 'stop';
}

function failedOn(error: unknown, { options }: Session): Finished {
  if (error instanceof TemplateError) return { outcome: 'failed', reason: error.told(options.redactor.inOneLine) };
  // A bug: it ends this step like any other failure, so that what cleans up still runs.
  const reason = `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return { outcome: 'failed', reason };
}

async function tell({ note, severity, number }: PlannedNote, { session, frame, id }: Here): Promise<Finished> {
  const before = pastOfStep({ session, frame, id })?.note;
  if (before) {
    session.notes.push(before);
    return { outcome: 'done' };
  }
  const told = { severity, note: String(evaluateValue(note, lookupAtRun(valuesIn(session, frame), 'shown'))) };
  session.notes.push(told);
  await emit(session, { type: 'noted', step: id, number, depth: frame.depth, ...told });
  return { outcome: 'done' };
}

async function runRequest(node: PlannedRequest, here: Here): Promise<Finished> {
  const { session, frame, id } = here;
  const isWrite = node.effect === 'write' && !session.isDry;
  const undo = isWrite ? undoFor(node, id, session, frame) : undefined;
  const past = pastOfStep(here);
  // What an earlier process may have sent has to be undone even where this one cannot go on with it.
  if (isWrite && past) {
    session.writes += past.writes;
    if (hasEffect(past)) mayHaveBeenSent(frame, undo);
  }
  await remember(node, here);
  if (node.effect === 'read') return runRead(node, here);
  return session.isDry ? predictWrite(node, here) : runWrite(node, here, undo);
}

async function runBlock(node: PlannedBlock, here: Here): Promise<Flow> {
  const { session, frame, id } = here;
  const past = pastOfStep(here);
  // Once its steps have begun, it is they who know.
  if (node.done_when && past?.effect !== 'not-there') {
    await remember(node, here);
    const effect = await effectOf(node.done_when, here);
    if (effect.state === 'there') return finish(node, { outcome: 'unchanged' }, here);
    if (effect.state === 'unknown' && !session.isDry) {
      return finish(node, { outcome: 'failed', reason: effect.reason }, here);
    }
  }
  const undo: Undo | undefined = undoFor(node, id, session, frame);
  const within: Frame = { ...frame, depth: frame.depth + 1, undo: undo ? [...frame.undo, undo] : frame.undo };
  const failuresBefore = session.cleanupFailures.length;
  let flow: Flow;
  try {
    await remember(node, here);
    flow = await (node.for_each === undefined
      ? runNodes(node.steps, session, within)
      : runPasses(node, node.for_each, session, within));
  } finally {
    if (node.always) await runNodes(node.always, session, { ...within, phase: 'always' });
  }
  const cleanupFailure = session.cleanupFailures[failuresBefore];
  if (cleanupFailure && flow === 'go-on' && !isCleanup(frame))
    flow = fail(session, cleanupFailure.step, cleanupFailure.reason);
  const isInterrupted = session.wasInterrupted && !session.failure;
  const outcome: StepOutcome = flow === 'go-on' ? 'done' : isInterrupted ? 'interrupted' : 'failed';
  // The step inside has said why, and what follows from it.
  if (!past?.finished && !session.suspended) await ended(node, { outcome }, here);
  return flow;
}

async function runPasses(node: PlannedBlock, list: Json, session: Session, frame: Frame): Promise<Flow> {
  const items = evaluateValue(list, lookupAtRun(valuesIn(session, frame), 'sent'));
  if (!Array.isArray(items)) throw new TemplateError((show) => `for_each needs a list, found ${show(items)}`);
  let flow: Flow = 'go-on';
  let pass = 0;
  for (const item of items as readonly Json[]) {
    pass++;
    flow = await runNodes(node.steps, session, { ...frame, passes: [...frame.passes, pass], item });
    if (flow === 'stop') break;
  }
  gather(node.steps, session.outputs, frame.passes, pass);
  return flow;
}

/** What each pass saved becomes one list per name, under the id without the pass. */
function gather(
  nodes: readonly PlannedNode[],
  outputs: Map<string, Outputs>,
  passes: readonly number[],
  count: number,
): void {
  for (const node of nodes.flatMap(nodesRunBy)) {
    if (node.kind !== 'request' || !node.save) continue;
    const lists: Outputs = new Map();
    for (const [name, { secret }] of Object.entries(node.save)) {
      const values = Array.from({ length: count }, (_, index) =>
        outputs.get(instanceId(node.id, [...passes, index + 1]))?.get(name),
      ).filter((output) => output !== undefined);
      lists.set(name, {
        value: values.map(({ value }) => value),
        isSecret: secret === true,
        ...(values.some(({ isForgotten }) => isForgotten) ? { isForgotten: true } : {}),
      });
    }
    outputs.set(instanceId(node.id, passes).replace('#*', ''), lists);
  }
}
