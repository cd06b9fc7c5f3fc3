import { type ApprovalPolicy, approvalsOf } from '../../host/approvals.ts';
import { chooseRunbook, versionAsked } from '../../host/choose.ts';
import { locateRunbook } from '../../host/files.ts';
import { planAgain, readPlanFile } from '../../host/plan-file.ts';
import { type Planned, planFromFiles } from '../../host/plan-from-files.ts';
import { Problem } from '../../host/problem.ts';
import { attend } from '../attend.ts';

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
}

/** `runbook exec`: plans and runs. The exit code says what became of the clusters. */
export async function exec(name: string | undefined, options: ExecOptions): Promise<number> {
  if (options.detailedExitcode && !options.dryRun) throw new Problem('--detailed-exitcode: only with --dry-run');
  const { confirm, clusterLock } = options;
  const mode = options.dryRun ? 'dry' : 'real';
  const rollback = options.rollback ? 'on-failure' : 'never';
  return attend({ ...(await toRun(name, options)), mode, rollback, clusterLock, confirm }, options);
}

/** Returns what is to be run: what the runbook gives now, or a kept plan, which must be just that and approved where it must be. */
async function toRun(name: string | undefined, options: ExecOptions): Promise<Planned> {
  const { plan: file, env, set } = options;
  const policy = policyIn(options);
  if (file === undefined) {
    if (policy) throw new Problem('--require-approvals: approvals are for a plan in a file; add --plan plan.json');
    if (name === undefined) throw new Problem('missing runbook: give its name or path, or --plan plan.json');
    return planFromFiles(await chooseRunbook(name, versionAsked(env)), { env, set });
  }
  if (set.length > 0) throw new Problem('--set and --plan: the inputs are in the plan; leave --set out');
  const kept = readPlanFile(file);
  const approvals = policy
    ? {
        approvals: await approvalsOf(kept, policy),
        approvals_required: { required: policy.required, self_approval: !policy.withoutAuthor },
      }
    : {};
  const planned = await planAgain(kept, { env, ...(name === undefined ? {} : { runbook: locateRunbook(name) }) });
  return { ...planned, origin: { ...planned.origin, ...approvals } };
}

function policyIn({ requireApprovals, allowedSigners, preventSelfApproval }: ExecOptions): ApprovalPolicy | undefined {
  if (requireApprovals === undefined) {
    if (allowedSigners === undefined && !preventSelfApproval) return undefined;
    throw new Problem('missing --require-approvals N: how many people must approve the plan');
  }
  if (allowedSigners === undefined)
    throw new Problem(
      'missing --allowed-signers FILE: whose approvals count (its format: man ssh-keygen, ALLOWED SIGNERS)',
    );
  return { required: requireApprovals, allowedSigners, withoutAuthor: preventSelfApproval };
}
