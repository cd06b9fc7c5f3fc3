import { evaluateValue } from '../language/index.ts';
import type { PlannedNote } from '../plan/index.ts';
import { textOf } from '../text/index.ts';
import type { Note, StepResult } from './event.ts';
import { lookupAtRun } from './render.ts';
import { pastOf, type Session, type StepContext, valuesIn } from './session.ts';

/** Says something that a person must know; it is said again in the summary. */
export async function runNote({ note, severity, number }: PlannedNote, context: StepContext): Promise<StepResult> {
  const { session, frame, id } = context;
  const { recorder } = session;
  const before = pastOf(context)?.note;
  if (before) {
    sayAgain(before, context);
    return { outcome: 'done' };
  }
  const text = textOf(evaluateValue(note, lookupAtRun(valuesIn(session, frame), 'shown')));
  const said: Note = { severity, note: text };
  sayAgain(said, context);
  await recorder.record({ type: 'noted', step: id, number, depth: frame.depth, ...said });
  return { outcome: 'done' };
}

/** Notes what is to be said again in the summary. */
export function sayAgain({ severity, note }: Note, { session, frame }: StepContext): void {
  // What cleans up says what is so after it.
  const behind = frame.phase === 'steps' ? session.rollback.sent.size : 0;
  session.findings.notes.push({ severity, note, behind });
}

/** Returns the notes that still hold: what was said after a write that is rolled back may not be true any more. */
export function notesThatHold({ findings, rollback }: Session): Note[] {
  const isUndone = [...rollback.sent.values()].map(({ undos }) => undos.some(({ state }) => state === 'clean'));
  return findings.notes
    .filter(({ behind }) => !isUndone.slice(0, behind).includes(true))
    .map(({ severity, note }) => ({ severity, note }));
}
