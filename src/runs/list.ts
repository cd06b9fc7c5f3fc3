import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event, RunOutcome } from '../engine/index.ts';
import { readJournal } from './journal.ts';

/** One run as a list shows it. `unfinished`: it is still running, or its process died. */
export interface RunEntry {
  readonly id: string;
  readonly started: string;
  readonly runbook: string;
  readonly environment: string;
  readonly mode: 'real' | 'dry';
  readonly outcome: RunOutcome | 'unfinished';
}

/** The runs in a folder, the newest first; none where there is no such folder. */
export async function listRuns(runs: string): Promise<{ readonly entries: RunEntry[]; readonly problems: string[] }> {
  const names = await runNames(runs);
  const entries: RunEntry[] = [];
  const problems: string[] = [];
  for (const id of names) {
    try {
      const entry = entryFor(id, (await readJournal(join(runs, id))).events);
      if (entry) entries.push(entry);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { entries, problems };
}

/** The ids of the runs in a folder, the newest first. */
export async function runNames(runs: string): Promise<string[]> {
  return (await readdir(runs).catch(() => [])).sort().reverse();
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
    outcome: last?.type === 'run-finished' ? last.outcome : 'unfinished',
  };
}
