import { type HttpDialect, kinds } from '../kinds/index.ts';
import { TemplateError } from '../language/index.ts';
import type { HttpRequest, PlannedRequest, Request } from '../plan/index.ts';
import { wentAlong } from './contents.ts';
import { checkAfter, effectOf } from './effect.ts';
import type { Kept, Left, RecordedCall } from './event.ts';
import type { Reason } from './reason.ts';
import { instanceId, renderRequest, renderText } from './render.ts';
import { lockWrite, type Seen } from './replay.ts';
import { callOf } from './send.ts';
import { pastOf, type SentWrite, type Session, type StepContext, timeOf, type Undo, valuesIn } from './session.ts';

/** Notes that a write of the operation was sent and was not refused. What `always` and `rollback` send is what cleans up. */
export function noteSent(
  node: PlannedRequest,
  undo: Undo | undefined,
  certainty: SentWrite['certainty'],
  context: StepContext,
): void {
  const { session, frame, id } = context;
  const { sent } = session.rollback;
  if (frame.phase !== 'steps') return;
  const before = sent.get(id);
  if (before) {
    if (before.certainty === 'unknown') before.certainty = certainty;
    delete before.seen;
    return;
  }
  sent.set(id, { node, context, undos: undo ? [...frame.undo, undo] : frame.undo, certainty });
}

/** Notes that a step has done all that it was to do. */
export function noteDone({ session, id }: StepContext): void {
  const write = session.rollback.sent.get(id);
  if (write) write.certainty = 'done';
}

/** Returns whether a write has to be rolled back, as far as is known. */
export function needsRollback(write: SentWrite): boolean {
  const { node, seen, context } = write;
  if (node.keep !== undefined || leavesNothing(node, context.session) || isPutRight(write)) return false;
  return seen?.effect !== 'absent' && (seen?.effect !== 'changed' || write.certainty === 'done' || mayBePartial(write));
}

/** Returns whether a part of a write may be in place where its idempotency check does not find it as a whole. */
export function mayBePartial({ node: { request }, certainty, context }: SentWrite): boolean {
  if (certainty !== 'unknown') return certainty === 'succeeded';
  return dialectOf(request, context.session)?.isAtomic(request as HttpRequest) !== true;
}

/** Returns whether it is known that nothing of a write is in place. */
export function isGone(write: SentWrite | undefined): boolean {
  if (!write?.seen) return false;
  const { seen, certainty } = write;
  return seen.effect === 'absent' || (seen.effect === 'changed' && certainty === 'unknown' && !mayBePartial(write));
}

/** Returns whether a step of an `always` around a write has put it right. */
function isPutRight({ node: { undone_by }, context: { session, frame } }: SentWrite): boolean {
  return undone_by !== undefined && session.rollback.succeeded.has(instanceId(undone_by, frame.iterations));
}

function leavesNothing({ request }: PlannedRequest, session: Session): boolean {
  return dialectOf(request, session)?.leavesNothing(request as HttpRequest) === true;
}

function dialectOf(request: Request, { plan }: Session): HttpDialect | undefined {
  const kind = plan.environment.connections[request.connection]?.kind;
  return kind === undefined || request.type !== 'http' ? undefined : kinds[kind].http;
}

/** Asks again whether a write is in place; undefined where it has no idempotency check. */
export async function lookAt(write: SentWrite): Promise<Seen | undefined> {
  const { node, context } = write;
  const check = checkAfter(node);
  if (!check) return undefined;
  try {
    await effectOf(check, { ...context, frame: { ...context.frame, phase: 'rollback' } });
    return write.seen;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    // It needs a secret of an earlier process: what that one saw last, if it had finished asking, is all that anybody knows.
    const past = pastOf(context);
    const isUndone = write.undos.some(({ state }) => state === 'clean' || state === 'incomplete');
    const recorded = past?.finished && !isUndone ? past.seen : undefined;
    write.seen = recorded ?? { effect: 'unknown', at: timeOf(context.session) };
    return write.seen;
  }
}

/**
 * Asks once more, when all that was to be done is done, whether something of the run is in place: a request that timed out
 * can arrive after it was read back. A connection that does not respond is asked once.
 */
export async function lookAgain(session: Session): Promise<void> {
  const silent = new Set<string>();
  for (const write of session.rollback.sent.values()) {
    const { connection } = write.node.request;
    const isAccounted = write.node.keep !== undefined || leavesNothing(write.node, session);
    if (isAccounted || !checkAfter(write.node) || silent.has(connection)) continue;
    if (session.ports.interruption() === 'stop-without-rollback' || session.recorder.isUnrecorded()) return;
    if ((await lookAt(write))?.effect === 'unknown') silent.add(connection);
  }
}

/** Returns what is kept, and what is left in place, of all that was sent. */
export function accountsOf(session: Session): { readonly kept: Kept[]; readonly left: Left[] } {
  const kept: Kept[] = [...keptLockIndices(session)];
  const left: Left[] = [];
  for (const write of session.rollback.sent.values()) {
    const { node, context, seen } = write;
    if (leavesNothing(node, session)) continue;
    const call = leftCall(node, context);
    if (node.keep !== undefined) {
      if (seen?.effect !== 'absent')
        kept.push({ step: context.id, ...call, reason: renderText(node.keep, valuesIn(session, context.frame)) });
      continue;
    }
    const reason = whyLeft(write);
    const certain = seen?.effect === 'in-place' || (seen?.effect !== 'changed' && write.certainty !== 'unknown');
    if (reason) left.push({ step: context.id, ...call, certain, reason });
  }
  return { kept, left };
}

function keptLockIndices({ plan, findings, replay }: Session): Kept[] {
  return plan.locks.flatMap(({ connection, index }): Kept[] => {
    const call = { connection, request: `PUT ${index.path}` };
    const isOurs = findings.lockIndices.has(connection) || replay?.lockWrites.has(lockWrite(call));
    return isOurs ? [{ call, reason: { kind: 'lock-index' } }] : [];
  });
}

/** Returns why a write is left in place; undefined where nothing of it is. */
function whyLeft(write: SentWrite): Reason | undefined {
  const { undos, certainty, seen, context } = write;
  if (seen?.effect === 'absent') return undefined;
  const isRolledBack = undos.some(({ state }) => state === 'clean');
  const isDealtWith = isRolledBack || isPutRight(write) || undos.some(({ state }) => state === 'not-needed');
  if (seen?.effect === 'in-place' && (isDealtWith || isLate(write)))
    return { kind: 'in-place-at-the-end', at: seen.at };
  if (isRolledBack || isPutRight(write)) return undefined;
  const isIncomplete = undos.some(({ state }) => state === 'incomplete');
  if (seen?.effect === 'changed' && certainty === 'done' && !isIncomplete)
    return { kind: 'changed-since', at: seen.at };
  if (isGone(write) || isRemovedWith(write)) return undefined;
  if (undos.length === 0) return { kind: 'no-rollback' };
  return { kind: context.session.options.rollback === 'never' ? 'rollback-not-requested' : 'rollback-incomplete' };
}

/** Returns whether a rollback of something else has removed it as well. */
function isRemovedWith({ node, certainty, context: { session, frame } }: SentWrite): boolean {
  const rolledBack = session.rollback.stack
    .filter(({ state }) => state === 'clean')
    .map(({ steps, frame: { iterations } }) => ({ steps, iterations }));
  return certainty !== 'unknown' && wentAlong(node, frame.iterations, rolledBack, session.plan);
}

/** Returns whether a write was not in place when the rollback began, so that nothing tried to roll it back. */
function isLate({ undos, context: { session } }: SentWrite): boolean {
  return session.options.rollback !== 'never' && undos.length > 0 && undos.every(({ state }) => state === undefined);
}

/** The call that a person may have to send or to take back. */
export function leftCall(
  node: PlannedRequest,
  context: StepContext,
): { readonly call?: Pick<RecordedCall, 'connection' | 'request'> } {
  try {
    const rendered = renderRequest(node.request, valuesIn(context.session, context.frame));
    const { connection, request } = callOf(rendered, node.effect, 'step', context);
    return { call: { connection, request } };
  } catch (error) {
    if (error instanceof TemplateError) return {};
    throw error;
  }
}
