import type { Block, Step } from '../../language/index.ts';
import { numbersFrom } from '../context.ts';
import { plannedRollback } from './call.ts';
import type { StepPlanner } from './planner.ts';
import { plannedDoneWhen } from './read.ts';

/** Steps that belong together, with what runs after them on every way out. */
export const blockPlanner: StepPlanner<Block> = {
  isKind: (step: Step): step is Block => 'steps' in step,
  title: ({ steps }) => (steps.length === 1 ? '1 step' : `${steps.length} steps`),
  plan: (step, path, common, context) => {
    const numbers = numbersFrom(`${common.number}.`, common.id);
    return {
      ...common,
      kind: 'block',
      ...plannedDoneWhen(step.done_when, [...path, 'done_when'], context),
      steps: context.expand(step.steps, [...path, 'steps'], context, numbers),
      ...(step.always ? { always: context.expand(step.always, [...path, 'always'], context, numbers) } : {}),
      ...plannedRollback(step, path, common, context),
    };
  },
};
