import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RunEntry, runIn, runNames } from './list.ts';
import { Locked, lockRun } from './local-lock.ts';

/** Which runs are removed. */
export interface Pruning {
  /** Those that ended before; milliseconds since 1970. */
  readonly endedBefore: number;
  /** Also those after which something was left to do. */
  readonly includeUnresolved: boolean;
  /** Says what would be removed, and removes nothing. */
  readonly isDry: boolean;
}

/** Why a run is kept. */
export type KeptReason = 'younger' | 'unfinished' | 'unresolved' | 'in-use';

export interface Pruned {
  /** The newest first. */
  readonly removed: readonly RunEntry[];
  readonly kept: readonly KeptReason[];
  /** What is wrong with folders that are kept because they are no record of a run. */
  readonly problems: readonly string[];
}

/**
 * Removes the folders of runs that have ended.
 * @throws where a folder cannot be removed.
 */
export async function pruneRuns(runs: string, pruning: Pruning): Promise<Pruned> {
  const removed: RunEntry[] = [];
  const kept: KeptReason[] = [];
  const problems: string[] = [];
  for (const id of await runNames(runs)) {
    const entry = await runIn(runs, id).catch((error: Error) => error.message);
    if (typeof entry !== 'object') {
      problems.push(entry ?? `${join(runs, id)}: no event is in its journal`);
      continue;
    }
    const reason = keptReason(entry, pruning) ?? (await removeRun(runs, id, pruning));
    if (reason === undefined) removed.push(entry);
    else kept.push(reason);
  }
  return { removed, kept, problems };
}

function keptReason({ outcome, ended }: RunEntry, { endedBefore, includeUnresolved }: Pruning): KeptReason | undefined {
  if (
    outcome === 'unfinished' ||
    outcome === 'suspended' ||
    outcome === 'waiting-for-confirmation' ||
    ended === undefined
  )
    return 'unfinished';
  if (!(Date.parse(ended) < endedBefore)) return 'younger';
  return outcome === 'intervention-required' && !includeUnresolved ? 'unresolved' : undefined;
}

/** Removes one folder, unless a process is at work on that run, such as its rollback, or has been since it was listed. */
async function removeRun(runs: string, id: string, pruning: Pruning): Promise<KeptReason | undefined> {
  let release: () => Promise<void>;
  try {
    release = await lockRun(join(runs, id), id);
  } catch (error) {
    if (error instanceof Locked) return 'in-use';
    throw error;
  }
  try {
    const now = await runIn(runs, id);
    const reason = now ? keptReason(now, pruning) : 'unfinished';
    if (reason !== undefined || pruning.isDry) return reason;
    // Out of the way first: a folder that is removed half is no run, and would be named as a broken one for ever.
    const bin = join(dirname(runs), 'removed');
    await mkdir(bin, { recursive: true, mode: 0o700 });
    await rename(join(runs, id), join(bin, id));
    await rm(bin, { recursive: true, force: true });
    return undefined;
  } finally {
    await release();
  }
}
