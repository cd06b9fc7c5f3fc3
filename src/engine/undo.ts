import type { PlannedNode } from '../plan/index.ts';
import { emit, type Flow, type Frame, type Session, type Undo } from './session.ts';

/** Notes what undoes a step, before it runs; nothing where nothing does. What cleans up is not undone. */
export function undoFor(
  { rollback }: { readonly rollback?: readonly PlannedNode[] },
  step: string,
  session: Session,
  frame: Frame,
): Undo | undefined {
  if (!rollback || rollback.length === 0 || frame.phase !== 'steps') return undefined;
  const undo: Undo = { step, steps: rollback, frame: { ...frame, phase: 'rollback', depth: 0 }, isNeeded: false };
  session.undoStack.push(undo);
  return undo;
}

/** A request of the operation itself may have been sent: its own undoing and that of the blocks around it is needed. */
export function mayHaveBeenSent(frame: Frame, undo: Undo | undefined): void {
  if (frame.phase !== 'steps') return;
  for (const one of undo ? [...frame.undo, undo] : frame.undo) one.isNeeded = true;
}

/**
 * Undoes in reverse order what may have been sent. What cannot be undone is noted, and the rest goes on.
 * @returns Whether there was something to undo and all of it was.
 */
export async function rollBack(session: Session, undo: (one: Undo) => Promise<Flow>): Promise<boolean> {
  const { past } = session;
  const needed = neededUndos(session);
  const before = past?.rollback ?? 'none';
  if (needed.length === 0) {
    if (before === 'begun') await emit(session, { type: 'rollback-finished', clean: true });
    return past !== undefined && past.undone.size > 0;
  }
  if (before === 'none') await emit(session, { type: 'rollback-started', of: needed.map(({ step }) => step) });
  session.isRollingBack = true;
  const failuresBefore = troublesOf(session);
  for (const one of needed) {
    const reason = whyNot(session);
    if (reason !== undefined) {
      session.cleanupFailures.push({ step: one.step, reason: `not rolled back: ${reason}` });
      continue;
    }
    const failures = troublesOf(session);
    const flow = await undo(one);
    if (session.suspended) return false;
    // Stopped by a signal, which fails no step.
    if (flow === 'stop' && troublesOf(session) === failures)
      session.cleanupFailures.push({ step: one.step, reason: `not rolled back to its end: ${interruptedTwice}` });
    const clean = troublesOf(session) === failures;
    if (past?.undone.get(one.step) !== clean) await emit(session, { type: 'undone', step: one.step, clean });
  }
  const clean = troublesOf(session) === failuresBefore;
  if (before !== 'ended') await emit(session, { type: 'rollback-finished', clean });
  return clean;
}

/** What has to be undone, the newest first. What an earlier process has undone is not undone again. */
export function neededUndos({ undoStack, past }: Session): Undo[] {
  return undoStack.filter(({ isNeeded, step }) => isNeeded && past?.undone.get(step) !== true).reverse();
}

/** How much has gone wrong so far that a rollback is not clean with. */
function troublesOf({ cleanupFailures, inDoubt }: Session): number {
  return cleanupFailures.length + inDoubt.length;
}

const interruptedTwice = 'the run was interrupted twice';

/**
 * Why nothing may be undone now. Without a record a later `resume` would take what was undone for done; without the lock
 * another run may be working on what this one would undo.
 */
function whyNot({ ports, isUnrecorded, journalProblem, lockProblem }: Session): string | undefined {
  if (ports.interruption() === 'stop-without-rollback') return interruptedTwice;
  if (isUnrecorded) return `the journal cannot be written (${journalProblem})`;
  return lockProblem;
}
