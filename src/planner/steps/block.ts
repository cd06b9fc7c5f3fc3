import { type Block, type Step, stepsWithin } from '../../language/index.ts';
import { type Context, numbersFrom } from '../context.ts';
import { plannedRollback } from './call.ts';
import type { StepPlanner } from './planner.ts';
import { plannedDoneWhen } from './read.ts';
import { plannedRepetition } from './repetition.ts';

/** Steps that belong together, with what runs after them on success, failure or interruption. */
export const blockPlanner: StepPlanner<Block> = {
  isKind: (step: Step): step is Block => 'steps' in step,
  title: ({ steps }) => (steps.length === 1 ? '1 step' : `${steps.length} steps`),
  plan: (step, path, common, context) => {
    const numbers = numbersFrom(`${common.number}.`, common.id);
    const within = { ...context, cleanup: cleanupOf(step, context) };
    return {
      ...common,
      kind: 'block',
      ...plannedDoneWhen(step.done_when, [...path, 'done_when'], context),
      ...(step.until
        ? plannedRepetition(step, path, common, within, numbers)
        : { steps: context.expand(step.steps, [...path, 'steps'], within, numbers) }),
      ...(step.always ? { always: context.expand(step.always, [...path, 'always'], context, numbers) } : {}),
      ...plannedRollback(step, path, common, context),
    };
  },
};

/** The steps of the block's `always`, by their ids in its file, and those of the blocks around it. */
function cleanupOf({ always }: Block, { cleanup, prefix, suffix }: Context): ReadonlyMap<string, string> {
  const ids = (always ?? [])
    .flatMap(stepsWithin)
    .flatMap(({ step: { id }, place }) => (id && place !== 'rollback' && place !== 'evidence' ? [id] : []));
  return new Map([...cleanup, ...ids.map((id): [string, string] => [id, prefix + id + suffix])]);
}
