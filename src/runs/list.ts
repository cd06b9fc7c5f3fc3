import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Event, type RunOutcome, suspendedState } from '../engine/index.ts';
import { readJournal, type Stage, sizeOf, stageOf } from './journal.ts';

/** One run as a list shows it. `unfinished`: it is still running, or its process died. */
export interface RunEntry {
  readonly id: string;
  readonly started: string;
  /** When its last process has finished it. */
  readonly ended?: string;
  readonly runbook: string;
  readonly environment: string;
  readonly mode: 'real' | 'dry';
  readonly outcome: RunOutcome | 'suspended' | 'unfinished';
}

/** The runs in a folder, the newest first; none where there is no such folder. */
export async function listRuns(runs: string): Promise<{ readonly entries: RunEntry[]; readonly problems: string[] }> {
  const names = await runNames(runs);
  const entries: RunEntry[] = [];
  const problems: string[] = [];
  for (const id of names) {
    try {
      const entry = await runIn(runs, id);
      if (entry) entries.push(entry);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { entries, problems };
}

/**
 * One run of a folder; undefined where it ended before its first event.
 * @throws where its record cannot be read.
 */
export async function runIn(runs: string, id: string): Promise<RunEntry | undefined> {
  return entryFor(id, (await readJournal(join(runs, id))).events);
}

/**
 * @returns A function that gives the runs in a folder, the newest first, with how far each of them is. A journal is looked
 * at again only where it has grown: those of many runs are large.
 */
export function watchRuns(runs: string): () => Promise<(readonly [id: string, stage: Stage])[]> {
  let known: ReadonlyMap<string, { readonly size: number; readonly stage: Stage }> = new Map();
  return async () => {
    const looked = new Map<string, { readonly size: number; readonly stage: Stage }>();
    for (const id of await runNames(runs)) {
      const size = await sizeOf(join(runs, id));
      const before = known.get(id);
      const look = () => (size === 0 ? 'empty' : stageOf(join(runs, id), size).catch(() => undefined));
      const stage = before?.size === size ? before.stage : await look();
      // It was removed meanwhile.
      if (stage !== undefined) looked.set(id, { size, stage });
    }
    known = looked;
    return [...looked].map(([id, { stage }]) => [id, stage] as const);
  };
}

/** The names in a folder of runs, the newest first; none where there is no such folder. */
export async function runNames(runs: string): Promise<string[]> {
  return (await readdir(runs).catch(() => [])).sort().reverse();
}

function openState(last: Event | undefined): RunEntry['outcome'] {
  return last?.type === 'suspended' ? suspendedState(last) : 'unfinished';
}

function entryFor(id: string, events: readonly Event[]): RunEntry | undefined {
  const [first] = events;
  const last = events.at(-1);
  if (first?.type !== 'run-started') return undefined;
  const { at, runbook, environment, mode } = first;
  return {
    id,
    started: at,
    runbook,
    environment,
    mode,
    ...(last?.type === 'run-finished' ? { ended: last.at, outcome: last.outcome } : { outcome: openState(last) }),
  };
}
