import { evaluateValue } from '../language/index.ts';
import type { PlannedNote } from '../plan/index.ts';
import { textOf } from '../text/index.ts';
import type { Note, StepResult } from './event.ts';
import { lookupAtRun } from './render.ts';
import { pastOf, type StepContext, valuesIn } from './session.ts';

/** Says something that a person must know; it is said again in the summary. */
export async function runNote({ note, severity, number }: PlannedNote, context: StepContext): Promise<StepResult> {
  const { session, frame, id } = context;
  const { findings, recorder } = session;
  const before = pastOf(context)?.note;
  if (before) {
    findings.notes.push(before);
    return { outcome: 'done' };
  }
  const text = textOf(evaluateValue(note, lookupAtRun(valuesIn(session, frame), 'shown')));
  const said: Note = { severity, note: text };
  findings.notes.push(said);
  await recorder.record({ type: 'noted', step: id, number, depth: frame.depth, ...said });
  return { outcome: 'done' };
}
