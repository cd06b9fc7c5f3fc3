import type { Path, Step } from '../../language/index.ts';
import type { Context } from '../context.ts';
import { blockPlanner } from './block.ts';
import { callPlanner } from './call.ts';
import { notePlanner } from './note.ts';
import { ossPlanner } from './oss.ts';
import type { Common, StepPlanner } from './planner.ts';
import { usePlanner } from './use.ts';

/** The planner of a kind of step, with the step that it plans. */
interface Planning {
  readonly title: (context: Context) => string;
  readonly plan: (path: Path, common: Common, context: Context) => ReturnType<StepPlanner<Step>['plan']>;
}

const planners: readonly ((step: Step) => Planning | undefined)[] = [
  planning(callPlanner),
  planning(ossPlanner),
  planning(notePlanner),
  planning(usePlanner),
  planning(blockPlanner),
];

function planning<S extends Step>({ isKind, title, plan }: StepPlanner<S>) {
  return (step: Step): Planning | undefined =>
    isKind(step)
      ? {
          title: (context) => title(step, context),
          plan: (path, common, context) => plan(step, path, common, context),
        }
      : undefined;
}

/** Returns how a step is planned; the schema has checked that it is of exactly one kind. */
export function planningOf(step: Step): Planning {
  for (const planner of planners) {
    const found = planner(step);
    if (found) return found;
  }
  throw new TypeError(`no planner for a step with ${Object.keys(step).join(', ')}`);
}
