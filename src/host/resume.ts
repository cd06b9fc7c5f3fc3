import type { Event } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { readJournal, reopenJournal } from '../runs/index.ts';
import type { Execution } from './execute.ts';
import { differenceIn, extrasOf, inputsOf } from './kept-plan.ts';
import { planned } from './planned.ts';
import { messageOf, Problem } from './problem.ts';
import { folderOf } from './run-folders.ts';
import { version } from './version.ts';

export interface ResumeOptions {
  readonly env?: string;
  readonly confirm: readonly string[];
  readonly assumeDone: readonly string[];
  readonly assumeNotDone: readonly string[];
  readonly clusterLock: boolean;
}

type Started = Extract<Event, { type: 'run-started' }>;

/** A run as it was recorded. */
export interface Recorded {
  readonly id: string;
  readonly folder: string;
  readonly events: readonly Event[];
  readonly started: Started;
  readonly plan: Plan;
}

/** Reads the record of a run that something is to be done with. */
export async function recordedRun(id: string): Promise<Recorded> {
  const folder = folderOf(id);
  try {
    const { events, plan } = await readJournal(folder);
    const [started] = events;
    if (started?.type !== 'run-started')
      throw new Problem(`the run ${id} ended before its first event: nothing was sent. Run it again.`);
    return { id, folder, events, started, plan: JSON.parse(plan) as Plan };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${messageOf(error)}; nothing was sent`);
  }
}

/**
 * What goes on with a run, or undoes it (`now`): the plan as it was, and the journal to be replayed.
 * @throws `Problem` where the run cannot go on: nobody has reviewed what would be sent.
 */
export async function continuation(
  recorded: Recorded,
  options: ResumeOptions,
  wanted: 'on-failure' | 'now',
): Promise<Execution> {
  const { id, folder, started, plan } = recorded;
  if (majorOf(started.version) !== majorOf(version)) {
    throw new Problem(
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
    throw new Problem(
      `the run ${id} cannot go on: ${changed.join(', ')} (of ${origin.runbook}) was changed since it began, and nobody has reviewed that for it. Put it back as it was, then resume; nothing was sent.`,
    );
  }
  if (now.id !== started.plan) {
    throw new Problem(
      `the run ${id} cannot go on: ${origin.runbook} with ${origin.env} gives another plan now than the one that it began with.\n${differenceIn({ plan, id: started.plan }, now)}\nPut the files back as they were, then resume; nothing was sent.`,
    );
  }
  const assumed = new Map([
    ...options.assumeDone.map((step): [string, 'done'] => [step, 'done']),
    ...options.assumeNotDone.map((step): [string, 'not-done'] => [step, 'not-done']),
  ]);
  checkAssumptions(assumed, options, recorded.events);
  return {
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
        throw new Problem(`the journal cannot be opened: ${messageOf(error)}; nothing was sent`, 'refused');
      });
      // Between the reading and the lock another process may have gone on with it.
      if (chain.events.length !== recorded.events.length) {
        await journal.close();
        throw new Problem(`another process has gone on with the run ${id}; nothing was sent`, 'refused');
      }
      return journal;
    },
  };
}

/** What was said of a step has to be about one that is in doubt: a slip of the pen would count for nothing. */
function checkAssumptions(
  assumed: ReadonlyMap<string, string>,
  { assumeDone, assumeNotDone }: ResumeOptions,
  events: readonly Event[],
): void {
  const both = assumeDone.filter((step) => assumeNotDone.includes(step));
  if (both.length > 0) throw new Problem(`${both.join(', ')} cannot be both done and not done`);
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'write-intended' && event.step !== undefined) open.add(event.step);
    if (event.type === 'step-finished') open.delete(event.step);
  }
  const unknown = [...assumed.keys()].filter((step) => !open.has(step));
  if (unknown.length === 0) return;
  throw new Problem(
    `${unknown.join(', ')}: no such step is in doubt; ${open.size > 0 ? `in doubt: ${[...open].join(', ')}` : 'none is'}`,
  );
}

/** `0.1.2` → `0.1`: before 1.0.0 the second number is the one that breaks things. */
function majorOf(text: string): string {
  const [major = '', minor = ''] = text.split('.');
  return major === '0' ? `0.${minor}` : major;
}
