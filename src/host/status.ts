import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Event } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import {
  type HeldLock,
  type RunStatus,
  runStates,
  type Status,
  statusOf,
  type WorkingProcess,
} from '../report/index.ts';
import {
  endsOf,
  type LockHolder,
  locksFolder,
  locksIn,
  noEventText,
  readJournal,
  runNames,
  workerOf,
} from '../runs/index.ts';
import { bundledFolder } from './files.ts';
import { messageOf } from './problem.ts';
import { ownFolder, runsFolder } from './run-folders.ts';

/** The first and the last event of a run. */
interface Ends {
  readonly folder: string;
  readonly first: Extract<Event, { type: 'run-started' }>;
  readonly last: Event;
}

/**
 * Returns the runs that wait for somebody: those whose journals are in this directory, and those that have left a lock on this
 * machine. Nothing is sent, and no secret is read. Of the many that are over, only the ends of their journals are read.
 * @throws `Problem` where somebody else may have put something into the folder of the runs.
 */
export async function statusHere(): Promise<Status> {
  const problems: string[] = [];
  const folder = locksFolder();
  const locks = folder === undefined ? [] : await locksIn(folder);
  const here = (await runNames(ownFolder())).map((id) => resolve(runsFolder, id));
  const elsewhere = locks.flatMap(({ folder }) => (folder !== undefined && existsSync(folder) ? [folder] : []));
  const known: Ends[] = [];
  for (const folder of new Set([...here, ...elsewhere])) {
    const ends = await endsOf(folder).catch((error: unknown) => messageOf(error));
    if (typeof ends === 'object' && ends.first.type === 'run-started')
      known.push({ folder, ...ends, first: ends.first });
    else if (here.includes(folder))
      problems.push(typeof ends === 'string' ? `${folder} cannot be read: ${ends}` : noEventText(folder));
  }
  const runs: RunStatus[] = [];
  for (const ends of known) {
    // A lock that a finished run has left on this machine is taken over.
    if (!here.includes(ends.folder) && ends.last.type === 'run-finished') continue;
    try {
      const status = await statusIn(ends, known);
      if (status) runs.push(status);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  const listed = new Set(runs.map(({ run }) => run));
  const held = locks.filter(({ run, state }) => state !== 'ended' && !listed.has(run));
  return {
    format: 'runbook-status/v1',
    runs: runs.sort((a, b) => runStates.indexOf(a.state) - runStates.indexOf(b.state)),
    locks: held.map(
      ({ target, run, file, ...holder }): HeldLock => ({ target, run, file, process: processOf(holder) }),
    ),
    problems,
  };
}

async function statusIn({ folder, first, last }: Ends, known: readonly Ends[]): Promise<RunStatus | undefined> {
  // A copy under another name is not continued.
  if (first.run !== basename(folder)) return undefined;
  const later = known.filter((one) => one.folder !== folder && isLater(one.first, first));
  const done = later.find((one) => one.last.type === 'run-finished' && one.last.outcome === 'done');
  const worker = await workerOf(folder);
  const about = {
    directory: dirname(dirname(dirname(folder))),
    name: nameOf(first.origin.runbook),
    ...(worker ? { process: processOf(worker) } : {}),
    ...(done ? { doneSince: { run: done.first.run, hasLocked: hasLocked(done) } } : {}),
  };
  const status = statusOf({ events: [first, last], urlOf: () => '', ...about });
  // What was tried again since counts for the newest of them; one that was refused was no try.
  const isTriedAgain = later.some(({ last: end }) => end.type === 'run-finished' && end.outcome !== 'refused');
  if (!status || (isTriedAgain && (status.state === 'failed' || status.state === 'interrupted'))) return undefined;
  // What is shown was not changed since, and of what is not finished everything counts.
  const { events, plan } = await readJournal(folder);
  const { connections } = (JSON.parse(plan) as Plan).environment;
  return statusOf({ events, urlOf: (connection) => connections[connection]?.url ?? '', ...about });
}

/** Returns whether a run has held the locks of its clusters: all of them are acquired before the first write. */
function hasLocked({ first, last }: Ends): boolean {
  return first.cluster_lock && last.type === 'run-finished' && last.writes > 0;
}

/** Returns whether a run is a later one of the same runbook on the same environment. */
function isLater(one: Ends['first'], than: Ends['first']): boolean {
  return (
    one.mode === 'real' && one.runbook === than.runbook && one.environment === than.environment && one.at > than.at
  );
}

/** A runbook as a command line names it. */
function nameOf(path: string): string {
  return ['runbooks', bundledFolder].includes(dirname(path)) ? basename(path, '.yaml') : path;
}

function processOf({ pid, host, since, beat, state }: Omit<LockHolder, 'run'>): WorkingProcess {
  return { pid, host, since, state, last_heartbeat: new Date(beat).toISOString() };
}
