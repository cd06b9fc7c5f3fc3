import type { Origin } from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import { canonicalJson, type Plan } from '../plan/index.ts';
import { type PlanExtras, planFor } from '../planner/index.ts';
import { hashOf } from '../runs/index.ts';
import { authoritiesOf } from './ca.ts';
import { locateRunbook, readEnvironment, readRunbook, valueOrStop } from './files.ts';

/** From what a plan is made. */
export interface PlanArguments extends Omit<PlanExtras, 'authorities'> {
  /** The path of the environment file. */
  readonly env: string;
  /** Inputs as `name=value`; they override those of the environment. */
  readonly set?: readonly string[];
  /** Asks the clusters of a plan for their `cluster_uuid`, by connection: the plan is pinned to them. */
  readonly askPins?: (plan: Plan, environment: Environment) => Promise<NonNullable<PlanExtras['pins']>>;
}

/** The files and arguments that a plan was made from: with them, a run is resumed from its journal. */
export type PlanOrigin = Omit<Origin, 'confirm'>;

/** A plan, and what it was made from: `execute` takes it as it is. */
export interface Planned {
  readonly plan: Plan;
  /** The plan's bytes, its canonical JSON. */
  readonly bytes: string;
  /** The plan's id: SHA-256 over its bytes, in hexadecimal. */
  readonly id: string;
  /** Where the connections are; its secrets are references. */
  readonly environment: Environment;
  readonly origin: PlanOrigin;
}

/**
 * Loads, checks and plans a runbook from its files. Offline, and no secret is read: the same files and arguments give the
 * same plan.
 * @param runbook A path, or a name (`users-7.10`): that of a file in `./runbooks`, or of a bundled one.
 * @throws `Problem` with everything that is wrong with the runbook, its fragments, the environment and the inputs.
 */
export async function planFromFiles(
  runbook: string,
  { env, set = [], askPins, ...extras }: PlanArguments,
): Promise<Planned> {
  const path = locateRunbook(runbook);
  const runbookFile = readRunbook(path);
  const bundle = valueOrStop(runbookFile.checked, runbookFile.print);
  const environmentFile = readEnvironment(env);
  const environment = valueOrStop(environmentFile.checked, environmentFile.print);
  const print = (diagnostic: Parameters<typeof runbookFile.print>[0]) =>
    diagnostic.file === environment.source.file ? environmentFile.print(diagnostic) : runbookFile.print(diagnostic);
  const authorities = authoritiesOf(environment.value, env);
  const planWith = (more: PlanExtras) =>
    valueOrStop(planFor(bundle, environment, set, { ...extras, authorities, ...more }), print);
  const unpinned = planWith({});
  const plan = askPins ? planWith({ pins: await askPins(unpinned, environment.value) }) : unpinned;
  const files = Object.fromEntries([...runbookFile.texts].map(([file, text]) => [file, hashOf(text)]));
  let made: string | undefined;
  // Not before they are asked for: a run makes them itself, of the plan that it is given.
  const bytes = () => {
    made ??= canonicalJson(plan);
    return made;
  };
  return {
    plan,
    get bytes() {
      return bytes();
    },
    get id() {
      return hashOf(bytes());
    },
    environment: environment.value,
    origin: { runbook: path, env, set, files },
  };
}
