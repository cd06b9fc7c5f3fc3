import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Event, type Reason, type RunOutcome, suspendedState } from '../engine/index.ts';
import { noEventText, readJournal, type Stage, sizeOf, stageOf } from './journal.ts';

/** One run as a list shows it. `unfinished`: it is still running, or its process died. */
export interface RunEntry {
  readonly id: string;
  readonly started: string;
  /** When its last process has finished it. */
  readonly ended?: string;
  readonly runbook: string;
  readonly environment: string;
  readonly mode: 'real' | 'dry';
  /** Who has started it, then who else has gone on with it. */
  readonly operators: readonly string[];
  readonly outcome: RunOutcome | 'suspended' | 'unfinished';
  /** Why it has not succeeded, or does not go on. */
  readonly because?: { readonly step?: string; readonly reason: Reason };
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
      else problems.push(noEventText(join(runs, id)));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { entries, problems };
}

/**
 * One run of a folder; undefined where its journal has no event.
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

function entryFor(id: string, events: readonly Event[]): RunEntry | undefined {
  const [first] = events;
  if (first?.type !== 'run-started') return undefined;
  const { at, runbook, environment, mode, operator } = first;
  const others = events.flatMap((event) => (event.type === 'run-resumed' ? [event.operator] : []));
  return {
    id,
    started: at,
    runbook,
    environment,
    mode,
    operators: [...new Set([operator, ...others])],
    ...stateAt(events.at(-1)),
  };
}

function stateAt(last: Event | undefined): Pick<RunEntry, 'ended' | 'outcome' | 'because'> {
  switch (last?.type) {
    case 'run-finished':
      return { ended: last.at, outcome: last.outcome, ...becauseOf(last.suspended ?? last.failure) };
    case 'suspended':
      return { outcome: suspendedState(last), ...becauseOf(last) };
    default:
      return { outcome: 'unfinished' };
  }
}

function becauseOf(cause: NonNullable<RunEntry['because']> | undefined): Pick<RunEntry, 'because'> {
  if (cause === undefined) return {};
  const { step, reason } = cause;
  return { because: { ...(step === undefined ? {} : { step }), reason } };
}
