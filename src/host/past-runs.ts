import { join } from 'node:path';
import type { Event, RunOutcome } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { readJournal, runNames } from '../runs/index.ts';
import { ownFolder } from './run-folders.ts';

/** A run that has ended. */
export interface PastRun {
  readonly id: string;
  /** ISO 8601. */
  readonly started: string;
  readonly outcome: RunOutcome;
  readonly took_ms: number;
  /** Whether another process has gone on with it: what lies between the two counts as well. */
  readonly resumed: boolean;
}

/** A journal may be large, and what is old says little. */
const mostLooked = 30;

/**
 * Returns the last runs of a plan's runbook in its environment that have ended, the newest first; dry runs are left out. A run whose
 * journal cannot be read is left out, too.
 * @param most How many.
 * @throws `Problem` where somebody else may have put something into the folder of the runs.
 */
export async function pastRuns({ runbook, environment }: Plan, most: number): Promise<PastRun[]> {
  const runs = ownFolder();
  const found: PastRun[] = [];
  for (const id of (await runNames(runs)).slice(0, mostLooked)) {
    if (found.length === most) break;
    const contents = await readJournal(join(runs, id)).catch(() => undefined);
    const [started] = contents?.events ?? [];
    const isOf = started?.type === 'run-started' && started.mode === 'real' && started.runbook === runbook.file;
    const past = isOf && started.environment === environment.name ? endedRun(id, contents?.events ?? []) : undefined;
    if (past) found.push(past);
  }
  return found;
}

function endedRun(id: string, events: readonly Event[]): PastRun | undefined {
  const [first] = events;
  const last = events.at(-1);
  if (!first || last?.type !== 'run-finished') return undefined;
  return {
    id,
    started: first.at,
    outcome: last.outcome,
    took_ms: Math.max(0, Date.parse(last.at) - Date.parse(first.at)),
    resumed: events.some(({ type }) => type === 'run-resumed'),
  };
}
