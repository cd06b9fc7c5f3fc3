import { nodesRunBy, type PlannedNode } from '../plan/index.ts';
import { isGone, lookAt, needsRollback } from './account.ts';
import { troublesIn } from './findings.ts';
import type { Reason } from './reason.ts';
import { plannedAmong } from './render.ts';
import { type Flow, type Frame, type Session, timeOf, type Undo } from './session.ts';

/** Notes what rolls back a step, before it runs; nothing where nothing does. What cleans up is not rolled back. */
export function noteRollback(
  { rollback }: { readonly rollback?: readonly PlannedNode[] },
  step: string,
  session: Session,
  frame: Frame,
): Undo | undefined {
  if (!rollback || rollback.length === 0 || frame.phase !== 'steps') return undefined;
  const before = session.replay?.rolledBack.get(step);
  const undo: Undo = {
    ...{ step, steps: rollback, frame: { ...frame, phase: 'rollback', depth: 0 } },
    ...(before === undefined || before === 'incomplete' ? {} : { state: before }),
  };
  session.rollback.stack.push(undo);
  return undo;
}

/**
 * Rolls back in reverse order what may have been sent and is in place. What cannot be rolled back is noted, and the rest goes on.
 * @returns Whether something was rolled back completely.
 */
export async function rollBack(session: Session, undo: (one: Undo) => Promise<Flow>): Promise<boolean> {
  const { replay, recorder, findings, rollback } = session;
  const needed = neededRollbacks(session);
  const before = replay?.rollback ?? 'none';
  const hasRolledBack = () => rollback.stack.some(({ state }) => state === 'clean');
  if (needed.length === 0) {
    if (before === 'begun') await recorder.record({ type: 'rollback-finished', clean: true });
    return hasRolledBack();
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
    const reason = await notNeeded(one, session);
    if (reason) {
      one.state = 'not-needed';
      await recorder.record({ type: 'rollback-skipped', step: one.step, reason });
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
    one.state = clean ? 'clean' : 'incomplete';
    if (replay?.rolledBack.get(one.step) !== one.state)
      await recorder.record({ type: 'step-rolled-back', step: one.step, clean });
  }
  const clean = troublesIn(findings) === troublesBefore;
  if (before !== 'ended') await recorder.record({ type: 'rollback-finished', clean });
  return hasRolledBack();
}

/**
 * Returns what has to be rolled back, as far as is known, the newest first: by the first intent of all that it rolls back, which
 * the journal has for the processes that come after this one. What was rolled back is not rolled back again.
 */
export function neededRollbacks({ rollback: { stack, sent, intended } }: Session): Undo[] {
  const first = new Map<Undo, number>();
  const needed = new Set<Undo>();
  for (const write of sent.values()) {
    const intent = intended.get(write.context.id) ?? 0;
    const isNeeded = needsRollback(write);
    for (const undo of write.undos) {
      first.set(undo, Math.min(intent, first.get(undo) ?? intent));
      if (isNeeded) needed.add(undo);
    }
  }
  const begun = (undo: Undo) => first.get(undo) ?? 0;
  // What is around a step was noted before it: where both begin with the same write, the step's own comes first.
  return stack
    .filter((undo) => needed.has(undo) && (undo.state === undefined || undo.state === 'incomplete'))
    .reverse()
    .sort((left, right) => begun(right) - begun(left));
}

/**
 * Looks again at what would be rolled back, so that a rollback changes nothing that the run did not change.
 * @returns Why nothing is to be rolled back; undefined where something is in place, or may be.
 */
async function notNeeded(undo: Undo, session: Session): Promise<Reason | undefined> {
  // What an earlier process has begun to roll back is not as the run had left it, and has to be rolled back to the end.
  if (hasBegun(undo, session)) return undefined;
  const covered = [...session.rollback.sent.values()].filter(
    (write) => write.undos.includes(undo) && needsRollback(write),
  );
  for (const write of covered) {
    const isOwn = write.context.id === undo.step;
    // Of a block is asked only what is not known: the check of one step does not tell what another has left.
    if (write.certainty !== 'unknown' && !isOwn) return undefined;
    const seen = await lookAt(write);
    if (seen?.effect === 'changed' && write.certainty === 'done') return { kind: 'changed-since', at: seen.at };
    if (!isGone(write)) return undefined;
  }
  return { kind: 'not-in-place', at: timeOf(session) };
}

function hasBegun({ steps, frame: { iterations } }: Undo, { replay }: Session): boolean {
  const ids = new Set(steps.flatMap(nodesRunBy).map(({ id }) => id));
  const writes = [...(replay?.undoingWrites ?? [])].map(plannedAmong(ids));
  return writes.some((write) => write && iterations.every((iteration, at) => write.iterations[at] === iteration));
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
