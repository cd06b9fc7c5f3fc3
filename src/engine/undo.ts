import type { PlannedNode } from '../plan/index.ts';
import { emit, type Frame, type Session, type Undo } from './session.ts';

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
export async function rollBack(session: Session, undo: (one: Undo) => Promise<unknown>): Promise<boolean> {
  const needed = session.undoStack.filter(({ isNeeded }) => isNeeded).reverse();
  if (needed.length === 0) return false;
  await emit(session, { type: 'rollback-started', of: needed.map(({ step }) => step) });
  const before = session.cleanupFailures.length;
  for (const one of needed) {
    if (session.ports.interruption() === 'stop-without-rollback') {
      const reason = 'its rollback was skipped: the run was interrupted twice';
      session.cleanupFailures.push({ step: one.step, reason });
    } else await undo(one);
  }
  const clean = session.cleanupFailures.length === before;
  await emit(session, { type: 'rollback-finished', clean });
  return clean;
}
