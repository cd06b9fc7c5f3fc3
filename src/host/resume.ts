import type { Event } from '../engine/index.ts';
import { commandText } from '../report/index.ts';
import { didYouMean } from '../text/index.ts';
import { checkApprovalsOf } from './approvals.ts';
import { checkNames } from './confirmations.ts';
import type { Execution } from './execute.ts';
import { readEnvironment, valueOrStop } from './files.ts';
import { differenceIn, extrasOf, inputsOf } from './plan-file.ts';
import { planFromFiles } from './plan-from-files.ts';
import { Problem } from './problem.ts';
import type { RecordedRun } from './run-folders.ts';
import { version } from './version.ts';

/** With what a run goes on. */
export interface ResumeOptions {
  /** The path of the environment file, where it is at another place now. */
  readonly env?: string;
  /** Ids of steps that are confirmed, beside those that were when the run began. */
  readonly confirm?: readonly string[];
  /** Ids of steps of unknown outcome that took effect. */
  readonly assumeDone?: readonly string[];
  /** Ids of steps of unknown outcome that did not take effect: they are sent. */
  readonly assumeNotDone?: readonly string[];
  /** The path of the file with the people whose approvals count. A run that began with required approvals needs it. */
  readonly allowedSigners?: string;
  /** How many people must have approved the plan, where that is more than when the run began. */
  readonly requireApprovals?: number;
  /** `false`: go on without the lock in the clusters. */
  readonly clusterLock?: boolean;
}

/**
 * Prepares to go on with a run whose process has ended: the plan as it was, and the journal to be replayed. Nothing with a
 * recorded outcome is sent again.
 * @returns What `execute` takes.
 * @throws `Problem` where the run cannot continue: it is finished, another version of the program has begun it, its approvals
 * do not count, or its files were changed, so that nobody has reviewed what would be sent.
 */
export async function prepareResume(recorded: RecordedRun, options: ResumeOptions = {}): Promise<Execution> {
  await checkApprovals(recorded, options);
  const { id, events, started } = recorded;
  const last = events.at(-1);
  if (last?.type === 'run-finished') {
    const command = commandText('rollback', started);
    const next = last.can_be_rolled_back.length === 0 ? 'Run' : `Roll it back with ${command}, or run`;
    throw new Problem(
      `the run ${id} is finished (${last.outcome}): there is nothing to continue. ${next} it again: steps that are already in place are not sent.`,
    );
  }
  return { ...(await continuation(recorded, options)), rollback: started.rollback ? 'on-failure' : 'never' };
}

/**
 * Prepares to roll back, in reverse order, what a run may have sent, whether it is finished or not.
 * @returns What `execute` takes.
 * @throws `Problem` as `prepareResume`, and where the run was a dry run.
 */
export async function prepareRollback(recorded: RecordedRun, options: ResumeOptions = {}): Promise<Execution> {
  await checkApprovals(recorded, options);
  if (recorded.started.mode === 'dry')
    throw new Problem(`the run ${recorded.id} was a dry run: it has sent nothing to roll back`);
  return { ...(await continuation(recorded, options)), rollback: 'now' };
}

/** Before anything else is made of what the journal says. */
function checkApprovals(recorded: RecordedRun, options: ResumeOptions): Promise<void> {
  const file = options.env ?? recorded.started.origin.env;
  const { checked, print } = readEnvironment(file);
  return checkApprovalsOf(recorded, valueOrStop(checked, print).value, file, options);
}

async function continuation(recorded: RecordedRun, options: ResumeOptions): Promise<Execution> {
  const { id, started, plan } = recorded;
  const { confirm = [], assumeDone = [], assumeNotDone = [], clusterLock = true } = options;
  if (majorOf(started.version) !== majorOf(version)) {
    throw new Problem(
      `the run ${id} was begun by runbook ${started.version}, and this is ${version}: versions may interpret a plan differently. Continue it with ${started.version}; nothing was sent.`,
    );
  }
  const origin = { ...started.origin, ...(options.env === undefined ? {} : { env: options.env }) };
  const inputs = origin.plan_file === undefined ? {} : { inputs: inputsOf(plan) };
  const now = await planFromFiles(origin.runbook, { env: origin.env, set: origin.set, ...extrasOf(plan), ...inputs });
  const { files } = now.origin;
  const changed = Object.keys({ ...origin.files, ...files }).filter((file) => origin.files[file] !== files[file]);
  if (changed.length > 0) {
    throw new Problem(
      `the run ${id} cannot continue: ${changed.join(', ')} (of ${origin.runbook}) was changed since it began, and nobody has reviewed that change. Restore it, then resume; nothing was sent.`,
    );
  }
  if (now.id !== started.plan) {
    throw new Problem(
      `the run ${id} cannot continue: ${origin.runbook} with ${origin.env} gives another plan now than the one that it began with.\n${differenceIn({ plan, id: started.plan }, now)}\nPut the files back as they were, then resume; nothing was sent.`,
    );
  }
  const assumed = new Map([
    ...assumeDone.map((step): [string, 'done'] => [step, 'done']),
    ...assumeNotDone.map((step): [string, 'not-done'] => [step, 'not-done']),
  ]);
  const both = assumeDone.filter((step) => assumeNotDone.includes(step));
  if (both.length > 0) throw new Problem(`${both.join(', ')} cannot be both done and not done`, 'arguments');
  checkNames(plan, confirm);
  checkAssumptions([...assumed.keys()], recorded.events);
  return {
    plan,
    environment: now.environment,
    mode: started.mode,
    clusterLock: started.cluster_lock && clusterLock,
    origin,
    confirm: [...origin.confirm, ...confirm],
    assumed,
    recorded,
  };
}

/** Refuses statements about steps whose outcome is not unknown: a typo would count for nothing. */
function checkAssumptions(assumed: readonly string[], events: readonly Event[]): void {
  const open = new Set<string>();
  for (const event of events) {
    if ((event.type === 'write-intended' || event.type === 'line-lost') && event.step !== undefined)
      open.add(event.step);
    if (event.type === 'step-finished') open.delete(event.step);
  }
  const unknown = assumed.filter((step) => !open.has(step));
  if (unknown.length === 0) return;
  throw new Problem(
    `${unknown.join(', ')}: no such step has an unknown outcome; ${open.size > 0 ? `these have: ${[...open].join(', ')}` : 'none has'}${unknown.map((step) => didYouMean(step, open)).join('')}`,
    'arguments',
  );
}

/** `0.1.2` → `0.1`: before 1.0.0 the second number is the one that breaks things. */
function majorOf(text: string): string {
  const [major = '', minor = ''] = text.split('.');
  return major === '0' ? `0.${minor}` : major;
}
