import { type Event, undosOf } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { undoText } from '../report/index.ts';
import { readJournal, reopenJournal } from '../runs/index.ts';
import { answerTo, execute, isInteractive } from './execute.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { differenceIn, extrasOf, inputsOf } from './plan-file.ts';
import { planned } from './planned.ts';
import { folderOf } from './runs.ts';
import { version } from './version.ts';

export interface ResumeOptions {
  readonly env?: string;
  readonly confirm: readonly string[];
  readonly assumeDone: readonly string[];
  readonly assumeNotDone: readonly string[];
  readonly clusterLock: boolean;
}

type Started = Extract<Event, { type: 'run-started' }>;

/** `runbook resume`: goes on with a run whose process has ended before the run. */
export async function resume(id: string, options: ResumeOptions): Promise<number> {
  const recorded = await recordOf(id);
  const last = recorded.events.at(-1);
  if (last?.type === 'run-finished') {
    const next = last.outcome === 'rolled-back' ? 'Run' : `Undo it with runbook rollback ${id}, or run`;
    throw new CommandError(
      `the run ${id} is finished (${last.outcome}): there is nothing to go on with. ${next} it again: what is there already is left as it is.`,
    );
  }
  return goOn(recorded, options, 'on-failure');
}

export interface RollbackOptions extends ResumeOptions {
  readonly yes: boolean;
}

/** `runbook rollback`: undoes what a run may have sent, in reverse order. */
export async function rollback(id: string, options: RollbackOptions): Promise<number> {
  const recorded = await recordOf(id);
  const { events, plan, started } = recorded;
  if (started.mode === 'dry') throw new CommandError(`the run ${id} was a dry run: it has sent nothing to undo`);
  const undos = await undosOf(plan, events);
  if (undos.length === 0) {
    throw new CommandError(
      `the run ${id} has nothing to undo: it has sent no write that its runbook can undo, or all of them are undone`,
    );
  }
  process.stdout.write(`${undoText(undos, plan)}\n`);
  if (!options.yes) {
    if (!isInteractive())
      throw new CommandError(
        'a person has to confirm, and there is no terminal to ask on; nothing was sent. Add --yes once somebody has decided.',
        exitCodes.refused,
      );
    if ((await answerTo(`Undo this on ${started.environment}? Type yes to go on: `)) !== 'yes')
      throw new CommandError('it was not confirmed; nothing was sent', exitCodes.refused);
  }
  return goOn(recorded, options, 'now');
}

interface Recorded {
  readonly id: string;
  readonly folder: string;
  readonly events: readonly Event[];
  readonly started: Started;
  readonly plan: Plan;
}

async function recordOf(id: string): Promise<Recorded> {
  const folder = folderOf(id);
  try {
    const { events, plan } = await readJournal(folder);
    const [started] = events;
    if (started?.type !== 'run-started')
      throw new CommandError(`the run ${id} ended before its first event: nothing was sent. Run it again.`);
    return { id, folder, events, started, plan: JSON.parse(plan) as Plan };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}; nothing was sent`);
  }
}

async function goOn(recorded: Recorded, options: ResumeOptions, wanted: 'on-failure' | 'now'): Promise<number> {
  const { id, folder, started, plan } = recorded;
  if (majorOf(started.version) !== majorOf(version)) {
    throw new CommandError(
      `the run ${id} was begun by runbook ${started.version}, and this is ${version}: it may understand the plan in another way. Go on with ${started.version}; nothing was sent.`,
    );
  }
  const origin = { ...started.origin, ...(options.env === undefined ? {} : { env: options.env }) };
  const inputs = origin.plan_file === undefined ? {} : { inputs: inputsOf(plan) };
  const now = await planned(origin.runbook, { env: origin.env, set: origin.set, ...extrasOf(plan), ...inputs });
  const changed = Object.keys({ ...origin.files, ...now.files }).filter(
    (file) => origin.files[file] !== now.files[file],
  );
  if (changed.length > 0) {
    throw new CommandError(
      `the run ${id} cannot go on: ${changed.join(', ')} (of ${origin.runbook}) was changed since it began, and nobody has reviewed that for it. Put it back as it was, then resume; nothing was sent.`,
    );
  }
  if (now.id !== started.plan) {
    throw new CommandError(
      `the run ${id} cannot go on: ${origin.runbook} with ${origin.env} gives another plan now than the one that it began with.\n${differenceIn({ plan, id: started.plan }, now)}\nPut the files back as they were, then resume; nothing was sent.`,
    );
  }
  const assumed = new Map([
    ...options.assumeDone.map((step): [string, 'done'] => [step, 'done']),
    ...options.assumeNotDone.map((step): [string, 'not-done'] => [step, 'not-done']),
  ]);
  checkAssumptions(assumed, options, recorded.events);
  return execute({
    id,
    plan,
    planId: started.plan,
    environment: now.environment.value,
    mode: started.mode,
    rollback: wanted === 'now' ? wanted : started.rollback ? 'on-failure' : 'never',
    clusterLock: started.cluster_lock && options.clusterLock,
    origin,
    confirmed: [...origin.confirm, ...options.confirm],
    assumed,
    journal: recorded.events,
    record: async () => {
      const { journal, chain } = await reopenJournal(folder).catch((error: unknown) => {
        throw new CommandError(
          `the journal cannot be opened: ${error instanceof Error ? error.message : String(error)}; nothing was sent`,
          exitCodes.refused,
        );
      });
      // Between the reading and the lock another process may have gone on with it.
      if (chain.events.length !== recorded.events.length) {
        await journal.close();
        throw new CommandError(`another process has gone on with the run ${id}; nothing was sent`, exitCodes.refused);
      }
      return journal;
    },
  });
}

/** What was said of a step has to be about one that is in doubt: a slip of the pen would count for nothing. */
function checkAssumptions(
  assumed: ReadonlyMap<string, string>,
  { assumeDone, assumeNotDone }: ResumeOptions,
  events: readonly Event[],
): void {
  const both = assumeDone.filter((step) => assumeNotDone.includes(step));
  if (both.length > 0) throw new CommandError(`${both.join(', ')} cannot be both done and not done`);
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'write-intended') open.add(event.step);
    if (event.type === 'step-finished') open.delete(event.step);
  }
  const unknown = [...assumed.keys()].filter((step) => !open.has(step));
  if (unknown.length === 0) return;
  const steps = [...open].filter((step) => !step.startsWith('lock/'));
  throw new CommandError(
    `${unknown.join(', ')}: no such step is in doubt; ${steps.length > 0 ? `in doubt: ${steps.join(', ')}` : 'none is'}`,
  );
}

/** `0.1.2` → `0.1`: before 1.0.0 the second number is the one that breaks things. */
function majorOf(text: string): string {
  const [major = '', minor = ''] = text.split('.');
  return major === '0' ? `0.${minor}` : major;
}
