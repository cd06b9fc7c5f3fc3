import { TemplateError } from '../language/index.ts';
import type { PlannedNode, PlannedRequest } from '../plan/index.ts';
import { leftCall, noteDone, noteSent } from './account.ts';
import { admit, provisionalBy } from './admission.ts';
import { shown } from './assertion.ts';
import { type Ended, runBlock } from './block.ts';
import { dependentOn, predictInside } from './dry-run.ts';
import type { StepDescription, StepResult } from './event.ts';
import { runNote, sayAgain } from './note.ts';
import { saveFromJournal } from './outputs.ts';
import { Cancelled } from './ports.ts';
import { runRead } from './read.ts';
import type { Reason } from './reason.ts';
import { reasonOf, renderText } from './render.ts';
import { certaintyOf, hasEffect, type PastStep } from './replay.ts';
import { rereadSecrets } from './reread-secrets.ts';
import { noteRollback } from './rollback.ts';
import {
  contextOf,
  countWrites,
  type Flow,
  type Frame,
  fail,
  isCleanup,
  isStopping,
  pastOf,
  type Session,
  type StepContext,
  valuesIn,
} from './session.ts';
import { predictWrite, runWrite } from './write.ts';

/** Runs nodes in their order until one of them stops the run. */
export async function runNodes(nodes: readonly PlannedNode[], session: Session, frame: Frame): Promise<Flow> {
  for (const node of nodes) {
    if ((await runNode(node, contextOf(node, session, frame))) === 'stop') return 'stop';
  }
  return 'go-on';
}

async function runNode(node: PlannedNode, context: StepContext): Promise<Flow> {
  const { session, frame } = context;
  const past = pastOf(context);
  if (session.findings.suspended) return 'stop';
  if (past?.finished && !isPassedThrough(node, past)) return replayed(node, past, past.finished, context);
  // What has begun is ended: a block for its `always`, a write to know what became of it.
  const hasBegun = past !== undefined && (node.kind === 'block' ? past.isStarted : past.attempts > 0);
  if (node.kind !== 'skipped' && !hasBegun && isStopping(session, frame)) return interrupt(session);
  const ended = await carryOut(node, inDryRun(node, context));
  return ended === 'interrupted' ? interrupt(session) : finish(node, ended, context);
}

/** In a dry run, what a condition of the node may depend on: so does all that is in it. */
function inDryRun(node: PlannedNode, context: StepContext): StepContext {
  const { session, frame } = context;
  const by = session.isDry && node.kind !== 'skipped' ? provisionalBy(node.when ?? [], session, frame) : undefined;
  return by === undefined ? context : { ...context, frame: { ...frame, provisionalBy: by } };
}

/** @returns How a node ended; `interrupted` where it was stopped before it began. */
async function carryOut(node: PlannedNode, context: StepContext): Promise<Ended | 'interrupted'> {
  const { session } = context;
  if (node.kind === 'skipped') return { result: { outcome: 'skipped', reason: node.reason } };
  try {
    await rereadSecrets(node, context);
    if (!pastOf(context)?.isStarted) {
      const refused = await admit(node, context);
      if (refused) return refused === 'interrupted' ? refused : { result: refused };
      await session.recorder.record({ type: 'step-started', ...described(node, context) });
    }
    switch (node.kind) {
      case 'block':
        return await runBlock(node, context, runNodes);
      case 'note':
        return { result: await runNote(node, context) };
      case 'request':
        return { result: await runRequest(node, context) };
    }
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return { result: resultOf(error, node, context) };
  }
}

async function runRequest(node: PlannedRequest, context: StepContext): Promise<StepResult> {
  const { session, frame, id } = context;
  const isWrite = node.effect === 'write' && !session.isDry;
  const undo = isWrite ? noteRollback(node, id, session, frame) : undefined;
  const past = pastOf(context);
  // What an earlier process may have sent must be rolled back even where this one cannot go on with it.
  if (isWrite && past) {
    countWrites(context, past.writes);
    if (hasEffect(past)) noteSent(node, undo, certaintyOf(past), context);
  }
  if (node.effect === 'read') {
    const result = bounded(await runRead(node, context), context);
    return frame.phase === 'preflight' ? explained(result, node, context) : result;
  }
  if (session.isDry) return predictWrite(node, context);
  const result = await runWrite(node, undo, context);
  if (result.outcome === 'done') noteDone(context);
  return result;
}

/** Of evidence so much stands in an event, in characters of JSON for each value. */
const longestEvidence = 2_000;

/** What evidence gives is for people, and as large as a server makes it: it is cut. */
function bounded(result: StepResult, { session, frame }: StepContext): StepResult {
  if (frame.phase !== 'evidence' || result.saved === undefined) return result;
  const cut = Object.entries(result.saved).map(([name, value]) => [
    name,
    shown(value, session.options.redactor, longestEvidence),
  ]);
  return { ...result, saved: Object.fromEntries(cut) };
}

/** Credentials that are refused before the first write: another run that was not finished may be why. */
async function explained(result: StepResult, node: PlannedRequest, { session }: StepContext): Promise<StepResult> {
  const { reason } = result;
  const isLockedOut =
    reason?.kind === 'unexpected-response' && reason.failed.some((one) => one.of === 'status' && one.actual === 401);
  if (!isLockedOut) return result;
  const { connection } = node.request;
  const holder = await session.locks.otherHolder(connection);
  return holder ? { ...result, reason: { kind: 'locked-out', connection, holder, cause: reason } } : result;
}

/** A block that has ended is gone through again for what its steps saved, and for what rolls them back. */
function isPassedThrough(node: PlannedNode, { isStarted, finished, effect }: PastStep): boolean {
  if (node.kind !== 'block' || !isStarted || effect === 'in-place' || effect === 'unknown') return false;
  // One with a reason has run nothing, but where its own iterations have been too many.
  return finished?.outcome !== 'in-place' && (finished?.reason === undefined || node.repeat !== undefined);
}

/** A step that an earlier process has ended: what it gave and what follows from it, and nothing is sent. */
async function replayed(node: PlannedNode, past: PastStep, finished: StepResult, context: StepContext): Promise<Flow> {
  const { session, frame, id } = context;
  if (node.kind === 'request') {
    const undo = node.effect === 'write' ? noteRollback(node, id, session, frame) : undefined;
    if (hasEffect(past)) noteSent(node, undo, certaintyOf(past), context);
    countWrites(context, past.writes);
    saveFromJournal(finished, node, context);
  }
  if (past.note) sayAgain(past.note, context);
  await gatherEvidence(node, finished, context);
  return flowAfter(node, finished, context);
}

/** Records how a step ended. @returns What follows from it for the steps after it. */
async function finish(node: PlannedNode, { result, flow }: Ended, context: StepContext): Promise<Flow> {
  const { session } = context;
  // Nothing has ended: whoever resumes the run finds the step as it is.
  if (session.findings.suspended) return 'stop';
  // A block that an earlier process has ended is gone through again, and is recorded.
  if (!pastOf(context)?.finished)
    await session.recorder.record({ type: 'step-finished', ...described(node, context), ...result });
  if (flow) return flow;
  await gatherEvidence(node, result, context);
  // What fails once somebody wants the run to stop is part of an interrupted run.
  const isLate = (result.outcome === 'failed' || result.outcome === 'in-doubt') && !session.findings.failure;
  if (isLate && !isCleanup(context.frame) && isStopping(session, context.frame)) await interrupt(session);
  return result.outcome === 'interrupted' ? interrupt(session) : flowAfter(node, result, context);
}

/** Sends the reads that show why a step has failed, before anything is undone. Where a rollback has begun, it is too late. */
async function gatherEvidence(node: PlannedNode, { outcome }: StepResult, context: StepContext): Promise<void> {
  const { session, frame } = context;
  if (node.kind !== 'request' || !node.evidence || session.isDry) return;
  if (outcome !== 'failed' && outcome !== 'in-doubt') return;
  if (session.options.rollback === 'now' || (session.replay !== undefined && session.replay.rollback !== 'none'))
    return;
  await runNodes(node.evidence, session, { ...frame, phase: 'evidence', depth: frame.depth + 1 });
}

/** Returns what follows from the end of a step for those after it. */
function flowAfter(node: PlannedNode, { outcome, reason, depends_on }: StepResult, context: StepContext): Flow {
  const { session, frame, id } = context;
  const { findings } = session;
  // It hides no failure, and keeps nothing from being undone.
  if (frame.phase === 'evidence') return 'go-on';
  if (frame.phase !== 'rollback' && outcome === 'in-place') findings.inPlace++;
  const isPuttingRight = frame.phase === 'always' && !session.rollback.isRunning;
  if (isPuttingRight && (outcome === 'done' || outcome === 'unchanged' || outcome === 'in-place'))
    session.rollback.succeeded.add(id);
  const cause: Reason = reason ?? { kind: 'internal-error', message: outcome };
  if (outcome === 'failed' || outcome === 'in-doubt') for (const tally of frame.around) tally.hasFailed = true;
  switch (outcome) {
    // What a write would save is not known before it is sent.
    case 'would-change':
    case 'depends':
      session.prediction.undetermined.add(id);
      if (depends_on !== undefined) session.prediction.provisional.set(id, depends_on);
      return 'go-on';
    case 'interrupted':
      findings.wasInterrupted = true;
      return 'stop';
    case 'in-doubt':
      findings.inDoubt.push(id);
      fail(session, id, cause);
      break;
    case 'failed':
      if (isCleanup(frame)) {
        const call = node.kind === 'request' ? leftCall(node, context) : {};
        const failure = { step: id, reason: cause, ...call };
        findings.cleanupFailures.push(failure);
        for (const tally of frame.around) tally.cleanupFailure ??= failure;
      } else fail(session, id, cause);
      break;
    default:
      return 'go-on';
  }
  // Each step of `always` is tried, whatever became of the one before; a rollback's steps build on each other.
  return frame.phase === 'always' ? 'go-on' : 'stop';
}

/** A step as a reader of the journal knows it. */
function described(node: PlannedNode, { session, frame, id }: StepContext): StepDescription {
  const { phase, depth } = frame;
  const kind = node.kind !== 'skipped' ? node.kind : node.isNote ? 'note' : 'request';
  const title = renderText(node.title, valuesIn(session, frame));
  return { step: id, number: node.number, title, phase, depth, place: node.at, kind };
}

/** The run is stopped: that is recorded once. */
async function interrupt({ findings, replay, options, recorder }: Session): Promise<Flow> {
  const isNew = !findings.wasInterrupted && !replay?.isInterrupted && options.rollback !== 'now';
  findings.wasInterrupted = true;
  if (isNew) await recorder.record({ type: 'interrupted' });
  return 'stop';
}

/** Returns how a step ended that could not be carried out. */
function resultOf(error: unknown, node: PlannedNode, context: StepContext): StepResult {
  const { session } = context;
  const dependent = dependentOn(error, session);
  if (dependent) {
    predictInside(node, context);
    return dependent;
  }
  if (error instanceof TemplateError) return { outcome: 'failed', reason: reasonOf(error, session.options.redactor) };
  // A bug: it ends this step like any other failure, so that what cleans up still runs.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { outcome: 'failed', reason: { kind: 'internal-error', message } };
}
