import type { Origin } from '../engine/index.ts';
import type { Environment, Loaded } from '../language/index.ts';
import { type Plan, planId } from '../plan/index.ts';
import { type PlanExtras, planFor } from '../planner/index.ts';
import { hashOf } from '../runs/index.ts';
import { readEnvironment, readRunbook, valueOrStop } from './files.ts';

export interface PlanArguments extends PlanExtras {
  readonly env: string;
  readonly set: readonly string[];
  /** Asks the clusters of a plan for their `cluster_uuid`, by connection. */
  readonly askPins?: (plan: Plan, environment: Environment) => Promise<NonNullable<PlanExtras['pins']>>;
}

/** Loads, checks and plans the runbook at a path; every problem of the runbook or the environment ends the command with all of them. */
export async function planned(
  path: string,
  { env, set, askPins, ...extras }: PlanArguments,
): Promise<{ plan: Plan; id: string; environment: Loaded<Environment>; files: Origin['files'] }> {
  const runbook = readRunbook(path);
  const bundle = valueOrStop(runbook.checked, runbook.print);
  const environmentFile = readEnvironment(env);
  const environment = valueOrStop(environmentFile.checked, environmentFile.print);
  const print = (diagnostic: Parameters<typeof runbook.print>[0]) =>
    diagnostic.file === environment.source.file ? environmentFile.print(diagnostic) : runbook.print(diagnostic);
  const planWith = (more: PlanExtras) => valueOrStop(planFor(bundle, environment, set, { ...extras, ...more }), print);
  const unpinned = planWith({});
  const plan = askPins ? planWith({ pins: await askPins(unpinned, environment.value) }) : unpinned;
  const files = Object.fromEntries([...runbook.texts].map(([file, text]) => [file, hashOf(text)]));
  return { plan, id: planId(plan), environment, files };
}
