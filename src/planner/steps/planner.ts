import type { Path, Step } from '../../language/index.ts';
import type { PlannedBlock, PlannedNote, PlannedRequest } from '../../plan/index.ts';
import type { Context } from '../context.ts';

/** What every planned step has, whatever it does. */
export type Common = Pick<PlannedBlock, 'id' | 'number' | 'title' | 'at' | 'when' | 'confirm' | 'disruptive'>;

/** Plans one kind of step. A new kind is a file with one of these and a line in `index.ts`. */
export interface StepPlanner<S extends Step> {
  readonly isKind: (step: Step) => step is S;
  /** The title where the author gives none. */
  readonly title: (step: S, context: Context) => string;
  /** `context` has the step's own connection; `common.id` is final. */
  readonly plan: (step: S, path: Path, common: Common, context: Context) => PlannedRequest | PlannedNote | PlannedBlock;
}
