import { randomBytes } from 'node:crypto';
import { canonicalJson, type Plan, type PlannedNode } from '../plan/index.ts';
import { createJournal } from '../runs/index.ts';
import { chooseRunbook, versionAsked } from './choose.ts';
import { execute, isInteractive } from './execute.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { type PlanArguments, planned } from './planned.ts';
import { runsFolder } from './runs.ts';

export interface ExecOptions extends PlanArguments {
  readonly dryRun: boolean;
  readonly confirm: readonly string[];
  readonly rollback: boolean;
  readonly clusterLock: boolean;
}

/** `runbook exec`: plans and runs. The exit code says what became of the clusters. */
export async function exec(name: string, options: ExecOptions): Promise<number> {
  const runbook = await chooseRunbook(name, versionAsked(options.env));
  const { plan, id: planId, environment, files } = await planned(runbook, options);
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
    origin: { runbook, env, set, files, confirm },
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

/** `20261124-130501-3f9a1c`: sorts by time, fits into a snapshot's name. */
function newRunId(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** Without a terminal nobody can be asked: what needs a person has to be named, before anything is sent. */
function checkConfirmations(plan: Plan, options: ExecOptions): void {
  const asking = questionsIn(plan.steps);
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

function questionsIn(nodes: readonly PlannedNode[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of nodes) {
    if (node.kind === 'skipped') continue;
    if (node.confirm !== undefined) found.set(node.id, node.confirm);
    if (node.kind === 'block') for (const [id, question] of questionsIn(node.steps)) found.set(id, question);
  }
  return found;
}
