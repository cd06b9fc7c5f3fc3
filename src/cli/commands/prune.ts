import { Problem } from '../../host/problem.ts';
import { ownFolder } from '../../host/run-folders.ts';
import { type KeptReason, pruneRuns } from '../../runs/index.ts';
import { millisecondsOf } from '../../text/index.ts';
import { inertLines } from '../print.ts';
import { runHeadings, runRow, table } from '../table.ts';

export interface PruneOptions {
  /** `30d` or `12h`. */
  readonly olderThan: string;
  readonly includeUnresolved: boolean;
  readonly dryRun: boolean;
}

const day = 86_400_000;

/** `runbook prune`: removes the folders of runs that ended long ago. */
export async function prune({ olderThan, includeUnresolved, dryRun }: PruneOptions): Promise<void> {
  const endedBefore = Date.now() - ageOf(olderThan);
  const pruning = { endedBefore, includeUnresolved, isDry: dryRun };
  const { removed, kept, problems } = await pruneRuns(ownFolder(), pruning).catch((error: Error) => {
    throw new Problem(`a run cannot be removed: ${error.message}`, 'failed');
  });
  for (const problem of problems) process.stderr.write(`kept: ${inertLines(problem)}\n`);
  if (removed.length > 0) process.stdout.write(table([runHeadings, ...removed.map(runRow)]));
  const before = new Date(endedBefore).toISOString().slice(0, 19).concat('Z');
  const runs = `${removed.length} ${removed.length === 1 ? 'run' : 'runs'} that ended before ${before}`;
  process.stdout.write(`${dryRun ? 'would remove' : 'removed'} ${runs}${keptText(kept, problems.length)}\n`);
}

function ageOf(text: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  if (days !== undefined) return Number(days) * day;
  if (/^\d{1,6}h$/.test(text)) return millisecondsOf(text);
  throw new Problem(`--older-than ${text}: expected days or hours, such as 30d or 12h`, 'arguments');
}

const words: Readonly<Record<KeptReason, string>> = {
  younger: 'not that old',
  unfinished: 'not finished (runbook resume)',
  unresolved: 'left something to do (--include-unresolved removes them, too)',
  'in-use': 'in use by another process',
};

function keptText(kept: readonly KeptReason[], unreadable: number): string {
  const counts = Object.entries(words).flatMap(([reason, text]) => {
    const count = kept.filter((one) => one === reason).length;
    return count > 0 ? [`${count} ${text}`] : [];
  });
  const all = [...counts, ...(unreadable > 0 ? [`${unreadable} not readable`] : [])];
  return all.length > 0 ? `; kept: ${all.join(', ')}` : '';
}
