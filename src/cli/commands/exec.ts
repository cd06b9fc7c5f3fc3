import type { GivenApproval } from '../../engine/index.ts';
import { approvalsOf, forDryRun, policiesFor } from '../../host/approvals.ts';
import { chooseRunbook, versionAsked } from '../../host/choose.ts';
import { locateRunbook, readEnvironment } from '../../host/files.ts';
import { planAgain, readPlanFile } from '../../host/plan-file.ts';
import { type Planned, planFromFiles } from '../../host/plan-from-files.ts';
import { Problem } from '../../host/problem.ts';
import { unfinishedRuns } from '../../host/unfinished.ts';
import { unfinishedText } from '../../report/index.ts';
import { attend } from '../attend.ts';
import { exitCodes } from '../exit-codes.ts';
import { here } from '../here.ts';
import { inertLines } from '../print.ts';

export interface ExecOptions {
  readonly env: string;
  readonly set: readonly string[];
  readonly dryRun: boolean;
  readonly confirm: readonly string[];
  readonly rollback: boolean;
  readonly clusterLock: boolean;
  readonly detailedExitcode: boolean;
  /** A file with the plan that is to be run. */
  readonly plan?: string;
  readonly requireApprovals?: number;
  readonly allowedSigners?: string;
  readonly preventSelfApproval: boolean;
  readonly verbose: boolean;
}

/** `runbook exec`: plans and runs. The exit code says what became of the clusters. */
export async function exec(name: string | undefined, options: ExecOptions): Promise<number> {
  if (options.detailedExitcode && !options.dryRun)
    throw new Problem('--detailed-exitcode: only with --dry-run', 'arguments');
  const { confirm, clusterLock } = options;
  const mode = options.dryRun ? 'dry' : 'real';
  const rollback = options.rollback ? 'on-failure' : 'never';
  // Said before anything is sent: what the servers say may be the consequence.
  const unfinished = await unfinishedTexts(options.env);
  for (const text of unfinished) process.stderr.write(`WARNING: ${text}\n`);
  const { plan, environment, origin } = await toRun(name, options);
  const code = await attend({ plan, environment, origin, mode, rollback, clusterLock, confirm }, options);
  if (code === exitCodes.refused) for (const text of unfinished) process.stdout.write(`\nPossibly why: ${text}\n`);
  return code;
}

/** What an operator must know of earlier runs; of an environment file that is wrong, planning says so. */
async function unfinishedTexts(env: string): Promise<string[]> {
  const environment = readEnvironment(env).checked.value?.value;
  const unfinished = environment ? await unfinishedRuns(environment) : [];
  return unfinished.map(({ run, connections }) => inertLines(unfinishedText(run, connections, here())));
}

/** Returns what is to be run: what the runbook gives now, or a kept plan, which must be just that and approved where it must be. */
async function toRun(name: string | undefined, options: ExecOptions): Promise<Planned> {
  const { plan: file, env, set, dryRun } = options;
  const policiesOf = ({ environment }: Planned) =>
    policiesFor(dryRun ? forDryRun(environment) : environment, env, options);
  if (file === undefined) {
    if (options.requireApprovals !== undefined)
      throw new Problem('--require-approvals: approvals are for a plan in a file; add --plan plan.json', 'arguments');
    if (name === undefined)
      throw new Problem(
        'missing runbook: give its name (runbook list shows them) or its path, or --plan plan.json',
        'arguments',
      );
    const planned = await planFromFiles(await chooseRunbook(name, versionAsked(env)), { env, set });
    const [policy] = policiesOf(planned);
    if (policy)
      throw new Problem(
        `the environment ${planned.environment.environment} requires approvals (${env}: requires), and they are for a plan in a file. Write it (runbook plan ${name} --env ${env} --out plan.json), have ${policy.required} people approve it (runbook approve plan.json), and run it with runbook exec --plan plan.json --env ${env}; no write was sent`,
        'refused',
      );
    return planned;
  }
  if (set.length > 0) throw new Problem('--set and --plan: the inputs are in the plan; leave --set out', 'arguments');
  const kept = readPlanFile(file);
  const planned = await planAgain(kept, { env, ...(name === undefined ? {} : { runbook: locateRunbook(name) }) });
  const policies = policiesOf(planned);
  const [first] = policies;
  if (!first) return planned;
  const given: (readonly GivenApproval[])[] = [];
  for (const policy of policies) given.push(await approvalsOf(kept, policy));
  const approvals_required = {
    required: first.required,
    self_approval: !first.withoutAuthor,
    signers: planned.environment.requires && !dryRun ? ('environment' as const) : ('option' as const),
  };
  return { ...planned, origin: { ...planned.origin, approvals: given[0] ?? [], approvals_required } };
}
