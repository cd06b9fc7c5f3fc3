import type { NoteStep } from '../../language/index.ts';
import { resolved } from '../context.ts';
import type { StepPlanner } from './planner.ts';

/** Something that a person must know; nothing is sent. */
export const notePlanner: StepPlanner<NoteStep> = {
  isKind: (step): step is NoteStep => 'note' in step,
  title: (step) => (step.severity === 'warning' ? 'Warning' : 'Note'),
  plan: (step, path, common, context) => ({
    ...common,
    kind: 'note',
    severity: step.severity ?? 'info',
    note: String(resolved(context, [...path, 'note'], step.note) ?? step.note),
  }),
};
