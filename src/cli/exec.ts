import { randomBytes } from 'node:crypto';
import { canonicalJson, nodesIn, type Plan } from '../plan/index.ts';
import { createJournal } from '../runs/index.ts';
import { type ApprovalPolicy, approvalsOf } from './approvals.ts';
import { chooseRunbook, versionAsked } from './choose.ts';
import { execute, isInteractive } from './execute.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { locateRunbook } from './files.ts';
import { plannedAsKept, readPlanFile } from './plan-file.ts';
import { planned } from './planned.ts';
import { runsFolder } from './runs.ts';

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
  if (options.detailedExitcode && !options.dryRun)
    throw new CommandError('--detailed-exitcode: a dry run tells what there is to do; add --dry-run');
  const { runbook, plan, id: planId, environment, files, approvals } = await toRun(name, options);
  checkConfirmations(plan, options);
  const id = newRunId();
  const { env, set, confirm, clusterLock } = options;
  return execute({
    id,
    plan,
    planId,
    environment: environment.value,
    mode: options.dryRun ? 'dry' : 'real',
    rollback: options.rollback ? 'on-failure' : 'never',
    clusterLock,
    detailedExitcode: options.detailedExitcode,
    origin: { runbook, env, set, files, confirm, ...approvals },
    confirmed: confirm,
    assumed: new Map(),
    record: () =>
      createJournal(runsFolder, id, canonicalJson(plan)).catch((error: unknown) => {
        throw new CommandError(
          `the run's folder cannot be made: ${error instanceof Error ? error.message : String(error)}; nothing was sent`,
          exitCodes.refused,
        );
      }),
  });
}

/** What is to be run: what the runbook gives now, or a kept plan, which has to be just that and approved where it has to be. */
async function toRun(name: string | undefined, options: ExecOptions) {
  const { plan: file, env, set } = options;
  const policy = policyIn(options);
  if (file === undefined) {
    if (policy) throw new CommandError('--require-approvals: approvals are of a plan in a file; add --plan plan.json');
    if (name === undefined) throw new CommandError('which runbook? Give its name or path, or a plan: --plan plan.json');
    const runbook = await chooseRunbook(name, versionAsked(env));
    return { runbook, ...(await planned(runbook, { env, set })), approvals: {} };
  }
  if (set.length > 0) throw new CommandError('--set and --plan: the inputs are in the plan; leave --set out');
  const kept = readPlanFile(file);
  const approvals = policy ? { approvals: await approvalsOf(kept, policy) } : {};
  const now = await plannedAsKept(kept, name === undefined ? undefined : locateRunbook(name), env);
  return { ...now, approvals: { plan_file: file, ...approvals } };
}

function policyIn({ requireApprovals, allowedSigners, preventSelfApproval }: ExecOptions): ApprovalPolicy | undefined {
  if (requireApprovals === undefined) {
    if (allowedSigners === undefined && !preventSelfApproval) return undefined;
    throw new CommandError('how many people have to approve it? Add --require-approvals N');
  }
  if (allowedSigners === undefined)
    throw new CommandError(
      'whose approvals count? Add --allowed-signers FILE (its form: man ssh-keygen, ALLOWED SIGNERS)',
    );
  return { required: requireApprovals, allowedSigners, withoutAuthor: preventSelfApproval };
}

/** `20261124-130501-3f9a1c`: sorts by time, fits into a snapshot's name. */
function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** Without a terminal nobody can be asked: what needs a person has to be named, before anything is sent. */
function checkConfirmations(plan: Plan, options: ExecOptions): void {
  const asking = questionsIn(plan);
  const unknown = options.confirm.filter((id) => !asking.has(id));
  if (unknown.length > 0) {
    throw new CommandError(
      `--confirm ${unknown.join(', ')}: no such step asks for it; ${asking.size > 0 ? `these do: ${[...asking.keys()].join(', ')}` : 'none does'}`,
    );
  }
  const open = [...asking.keys()].filter((id) => !options.confirm.includes(id));
  if (open.length === 0 || isInteractive() || options.dryRun) return;
  throw new CommandError(
    `a person has to confirm, and there is no terminal to ask on; nothing was sent:\n${open.map((id) => `  ${id}: ${asking.get(id)}`).join('\n')}\nAdd ${open.map((id) => `--confirm ${id}`).join(' ')} once somebody has decided.`,
    exitCodes.refused,
  );
}

function questionsIn(plan: Plan): Map<string, string> {
  return new Map(
    nodesIn(plan).flatMap(({ node, section }) =>
      node.kind === 'skipped' || node.confirm === undefined || section === 'rollback' ? [] : [[node.id, node.confirm]],
    ),
  );
}
