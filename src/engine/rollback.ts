import type { PlannedNode } from '../plan/index.ts';
import { troublesIn } from './findings.ts';
import type { Reason } from './reason.ts';
import type { Flow, Frame, Session, Undo } from './session.ts';

/** Notes what rolls back a step, before it runs; nothing where nothing does. What cleans up is not rolled back. */
export function noteRollback(
  { rollback }: { readonly rollback?: readonly PlannedNode[] },
  step: string,
  session: Session,
  frame: Frame,
): Undo | undefined {
  if (!rollback || rollback.length === 0 || frame.phase !== 'steps') return undefined;
  const undo: Undo = { step, steps: rollback, frame: { ...frame, phase: 'rollback', depth: 0 }, isNeeded: false };
  session.rollback.stack.push(undo);
  return undo;
}

/** A request of the operation itself may have been sent: what rolls it back, and what rolls back the blocks around it, is needed. */
export function markNeeded(frame: Frame, undo: Undo | undefined): void {
  if (frame.phase !== 'steps') return;
  for (const one of undo ? [...frame.undo, undo] : frame.undo) one.isNeeded = true;
}

/**
 * Rolls back in reverse order what may have been sent. What cannot be rolled back is noted, and the rest goes on.
 * @returns Whether there was something to roll back and all of it was.
 */
export async function rollBack(session: Session, undo: (one: Undo) => Promise<Flow>): Promise<boolean> {
  const { replay, recorder, findings, rollback } = session;
  const needed = neededRollbacks(session);
  const before = replay?.rollback ?? 'none';
  if (needed.length === 0) {
    if (before === 'begun') await recorder.record({ type: 'rollback-finished', clean: true });
    return replay !== undefined && replay.rolledBack.size > 0;
  }
  if (before === 'none') await recorder.record({ type: 'rollback-started', of: needed.map(({ step }) => step) });
  rollback.isRunning = true;
  const troublesBefore = troublesIn(findings);
  for (const one of needed) {
    const cause = hindrance(session);
    if (cause !== undefined) {
      findings.cleanupFailures.push({ step: one.step, reason: { kind: 'not-rolled-back', partly: false, cause } });
      continue;
    }
    const troubles = troublesIn(findings);
    const flow = await undo(one);
    if (findings.suspended) return false;
    // Stopped by a signal, which fails no step.
    if (flow === 'stop' && troublesIn(findings) === troubles) {
      const reason: Reason = { kind: 'not-rolled-back', partly: true, cause: { kind: 'interrupted-twice' } };
      findings.cleanupFailures.push({ step: one.step, reason });
    }
    const clean = troublesIn(findings) === troubles;
    if (replay?.rolledBack.get(one.step) !== clean)
      await recorder.record({ type: 'step-rolled-back', step: one.step, clean });
  }
  const clean = troublesIn(findings) === troublesBefore;
  if (before !== 'ended') await recorder.record({ type: 'rollback-finished', clean });
  return clean;
}

/** Returns what must be rolled back, the newest first. What an earlier process has rolled back is not rolled back again. */
export function neededRollbacks({ rollback, replay }: Session): Undo[] {
  return rollback.stack.filter(({ isNeeded, step }) => isNeeded && replay?.rolledBack.get(step) !== true).reverse();
}

/**
 * Returns why nothing may be rolled back now. Without a journal a later `resume` would take what was rolled back for done; without the lock
 * another run may be working on what this one would undo.
 */
function hindrance({ ports, recorder, locks }: Session): Reason | undefined {
  if (ports.interruption() === 'stop-without-rollback') return { kind: 'interrupted-twice' };
  if (recorder.isUnrecorded()) return { kind: 'journal-not-writable', message: recorder.problem() ?? '' };
  return locks.problem();
}
