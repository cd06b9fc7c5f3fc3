import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf } from '../report/index.ts';
import { listRuns, type RunEntry, readJournal } from '../runs/index.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { table } from './list.ts';
import { inertLines } from './print.ts';

/** Where the runs of a working directory are kept. */
export const runsFolder = join('.runbook', 'runs');

/** `runbook runs`: every run of this working directory, the newest first. */
export async function runs(): Promise<void> {
  const { entries, problems } = await listRuns(runsFolder);
  for (const problem of problems) process.stderr.write(`${inertLines(problem)}\n`);
  if (entries.length === 0) {
    process.stdout.write(`no runs in ${runsFolder}\n`);
    return;
  }
  process.stdout.write(table([headings, ...entries.map(rowOf)]));
}

/** The columns of a list of runs. */
export const headings = ['RUN', 'STARTED', 'RUNBOOK', 'ENVIRONMENT', 'OUTCOME'];

/** A run as a row of such a list. */
export function rowOf({ id, started, runbook, environment, mode, outcome }: RunEntry): string[] {
  return [id, started.slice(0, 19).concat('Z'), runbook, environment, mode === 'dry' ? `dry run, ${outcome}` : outcome];
}

/** The folder of a run. */
export function folderOf(id: string): string {
  const folder = join(runsFolder, id);
  if (!/^[A-Za-z0-9_-]+$/.test(id) || !existsSync(folder))
    throw new CommandError(`there is no run "${id}" in ${runsFolder}; runbook runs lists them`);
  return folder;
}

/** `runbook show`: every call and assertion of one run. */
export async function show(id: string): Promise<void> {
  const { events } = await readJournal(folderOf(id)).catch(stopWithout);
  for (const event of events) for (const line of linesOf(event, true)) process.stdout.write(`${line}\n`);
  if (events.at(-1)?.type !== 'run-finished')
    process.stdout.write(
      `The journal ends here: the run is still going on, or its process died (runbook resume ${id} goes on with it).\n`,
    );
}

/** Ends a command with what is wrong with a run's record. */
export function stopWithout(error: unknown): never {
  throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.failed);
}
