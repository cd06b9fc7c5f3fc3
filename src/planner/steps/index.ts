import type { Step } from '../../language/index.ts';
import { blockPlanner } from './block.ts';
import { callPlanner } from './call.ts';
import { notePlanner } from './note.ts';
import { ossPlanner } from './oss.ts';
import type { StepPlanner } from './planner.ts';
import { usePlanner } from './use.ts';

const planners: readonly StepPlanner<Step>[] = [
  callPlanner,
  ossPlanner,
  notePlanner,
  usePlanner,
  blockPlanner,
] as unknown as readonly StepPlanner<Step>[];

/** The planner of a step's kind; the schema has checked that it has exactly one. */
export function plannerFor(step: Step): StepPlanner<Step> {
  const planner = planners.find(({ isKind }) => isKind(step));
  if (!planner) throw new TypeError(`no planner for a step with ${Object.keys(step).join(', ')}`);
  return planner;
}
