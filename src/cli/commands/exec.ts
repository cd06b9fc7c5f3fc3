import { randomBytes } from 'node:crypto';
import { type ApprovalPolicy, approvalsOf } from '../../host/approvals.ts';
import { chooseRunbook, versionAsked } from '../../host/choose.ts';
import { locateRunbook } from '../../host/files.ts';
import { plannedAsKept, readPlanFile } from '../../host/kept-plan.ts';
import { planned } from '../../host/planned.ts';
import { Problem } from '../../host/problem.ts';
import { runsFolder } from '../../host/run-folders.ts';
import { canonicalJson, nodesIn, type Plan } from '../../plan/index.ts';
import { createJournal } from '../../runs/index.ts';
import { attend } from '../attend.ts';
import { isInteractive } from '../terminal.ts';

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
    throw new Problem('--detailed-exitcode: a dry run tells what there is to do; add --dry-run');
  const { runbook, plan, id: planId, environment, files, approvals } = await toRun(name, options);
  checkConfirmations(plan, options);
  const id = newRunId();
  const { env, set, confirm, clusterLock } = options;
  return attend(
    {
      id,
      plan,
      planId,
      environment: environment.value,
      mode: options.dryRun ? 'dry' : 'real',
      rollback: options.rollback ? 'on-failure' : 'never',
      clusterLock,
      origin: { runbook, env, set, files, confirm, ...approvals },
      confirmed: confirm,
      assumed: new Map(),
      record: () =>
        createJournal(runsFolder, id, canonicalJson(plan)).catch((error: unknown) => {
          throw new Problem(
            `the run's folder cannot be made: ${error instanceof Error ? error.message : String(error)}; nothing was sent`,
            'refused',
          );
        }),
    },
    options,
  );
}

/** What is to be run: what the runbook gives now, or a kept plan, which has to be just that and approved where it has to be. */
async function toRun(name: string | undefined, options: ExecOptions) {
  const { plan: file, env, set } = options;
  const policy = policyIn(options);
  if (file === undefined) {
    if (policy) throw new Problem('--require-approvals: approvals are of a plan in a file; add --plan plan.json');
    if (name === undefined) throw new Problem('which runbook? Give its name or path, or a plan: --plan plan.json');
    const runbook = await chooseRunbook(name, versionAsked(env));
    return { runbook, ...(await planned(runbook, { env, set })), approvals: {} };
  }
  if (set.length > 0) throw new Problem('--set and --plan: the inputs are in the plan; leave --set out');
  const kept = readPlanFile(file);
  const approvals = policy ? { approvals: await approvalsOf(kept, policy) } : {};
  const now = await plannedAsKept(kept, name === undefined ? undefined : locateRunbook(name), env);
  return { ...now, approvals: { plan_file: file, ...approvals } };
}

function policyIn({ requireApprovals, allowedSigners, preventSelfApproval }: ExecOptions): ApprovalPolicy | undefined {
  if (requireApprovals === undefined) {
    if (allowedSigners === undefined && !preventSelfApproval) return undefined;
    throw new Problem('how many people have to approve it? Add --require-approvals N');
  }
  if (allowedSigners === undefined)
    throw new Problem('whose approvals count? Add --allowed-signers FILE (its form: man ssh-keygen, ALLOWED SIGNERS)');
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
    throw new Problem(
      `--confirm ${unknown.join(', ')}: no such step asks for it; ${asking.size > 0 ? `these do: ${[...asking.keys()].join(', ')}` : 'none does'}`,
    );
  }
  const open = [...asking.keys()].filter((id) => !options.confirm.includes(id));
  if (open.length === 0 || isInteractive() || options.dryRun) return;
  throw new Problem(
    `a person has to confirm, and there is no terminal to ask on; nothing was sent:\n${open.map((id) => `  ${id}: ${asking.get(id)}`).join('\n')}\nAdd ${open.map((id) => `--confirm ${id}`).join(' ')} once somebody has decided.`,
    'refused',
  );
}

function questionsIn(plan: Plan): Map<string, string> {
  return new Map(
    nodesIn(plan).flatMap(({ node, section }) =>
      node.kind === 'skipped' || node.confirm === undefined || section === 'rollback' ? [] : [[node.id, node.confirm]],
    ),
  );
}
