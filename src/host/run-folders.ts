import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../engine/index.ts';
import { type Plan, parsePlan } from '../plan/index.ts';
import { type Subject, subjectOf } from '../report/index.ts';
import { assertOwn, NotOwn, noEventText, readJournal } from '../runs/index.ts';
import { didYouMean } from '../text/index.ts';
import { lostWrites } from './lost-write.ts';
import { messageOf, Problem } from './problem.ts';

/** Where the runs of a working directory are kept. */
export const runsFolder = join('.runbook', 'runs');

/**
 * Returns a folder of runs, or below it.
 * @throws `Problem` where somebody else may have put something into it.
 */
export function ownFolder(folder = runsFolder): string {
  try {
    assertOwn(folder);
  } catch (error) {
    if (error instanceof NotOwn) throw new Problem(`${error.message}; nothing was sent by this command`, 'refused');
    throw error;
  }
  return folder;
}

/** The folder of a run. */
export function folderOf(id: string, runs = runsFolder): string {
  const folder = join(runs, id);
  if (!isRunId(id) || !existsSync(folder))
    throw new Problem(
      `no run "${id}" in ${runs}; runbook runs lists them${didYouMean(id, namesIn(runs))}`,
      'arguments',
    );
  return ownFolder(folder);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** `20261124-130501-3f9a1c`: sorts by time, to the millisecond, and fits into a snapshot's name; the last three digits are random. */
export function newRunId(now = new Date()): string {
  const second = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const millisecond = now.getUTCMilliseconds().toString(16).padStart(3, '0');
  return `${second}-${millisecond}${randomBytes(2).toString('hex').slice(1)}`;
}

/** Returns whether an id can be the name of a folder, and nothing else. */
export function isRunId(id: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(id);
}

/** A run as its journal has it. */
export interface RecordedRun {
  readonly id: string;
  /** The run's own folder. */
  readonly folder: string;
  readonly events: readonly Event[];
  /** The first event. */
  readonly started: Extract<Event, { type: 'run-started' }>;
  readonly plan: Plan;
  /** The plan's bytes. */
  readonly planText: string;
  /** The hash that the journal ends in. */
  readonly head: string;
  /** Bytes of a last line that was not written to its end. */
  readonly torn: number;
  /** The last of the events, which the journal does not have yet: writes of which one may have been about to be sent in that line. */
  readonly lost: readonly (Event & { readonly type: 'line-lost' })[];
}

/**
 * Reads a run that is to be resumed or rolled back.
 * @param runs The folder of all runs.
 * @throws `Problem` where there is no such run, or where its journal was changed, has no event or is that of another run.
 */
export async function readRun(id: string, runs = runsFolder): Promise<RecordedRun> {
  const folder = folderOf(id, runs);
  try {
    const { plan: planText, head, torn, tail, ...journal } = await readJournal(folder);
    const [started] = journal.events;
    if (started?.type !== 'run-started')
      throw new Problem(`${noEventText(folder)}. Check the servers, then run it again.`, 'failed');
    // Two folders with one journal would send everything twice.
    if (started.run !== id)
      throw new Problem(
        `${folder} has the journal of the run ${started.run}, not of ${id}: the folder was copied or renamed. Go on with the run ${started.run} in the folder of that name; nothing was sent by this command`,
      );
    const plan = recordedPlan(planText, folder);
    const lost = lostWrites(journal.events, tail, plan);
    const events = [...journal.events, ...lost];
    return { id, folder, events, started, plan, planText, head, torn, lost };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${messageOf(error)}; nothing was sent by this command`);
  }
}

/** The journal of a run; one that was changed ends the operation. */
export function recordIn(folder: string): ReturnType<typeof readJournal> {
  return readJournal(folder).catch((error: unknown) => {
    throw new Problem(messageOf(error), 'failed');
  });
}

/** The plan of a run, checked against its schema: whoever can write the folder can write a journal that fits any plan. */
export function recordedPlan(bytes: string, folder: string): Plan {
  const read = parsePlan(bytes);
  if ('plan' in read) return read.plan;
  throw new Problem(
    `${join(folder, 'plan.json')} is not used: ${read.problem}; nothing was sent by this command`,
    'failed',
  );
}

/** A run as its folder tells it. */
export async function runSubject(folder: string): Promise<Subject> {
  const record = await recordIn(folder);
  if (record.events.length === 0) throw new Problem(`${noEventText(folder)}; there is nothing to report`, 'failed');
  const lost = lostWrites(record.events, record.tail, recordedPlan(record.plan, folder));
  return subjectOf({ ...record, events: [...record.events, ...lost] });
}
