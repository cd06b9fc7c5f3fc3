import { ownFolder, runsFolder } from '../../host/run-folders.ts';
import { runListOf } from '../../report/index.ts';
import { listRuns } from '../../runs/index.ts';
import { inertLines } from '../print.ts';
import { runHeadings, runRow, table } from '../table.ts';

export interface RunsOptions {
  readonly format: 'text' | 'json';
}

/** `runbook runs`: every run of this working directory, the newest first. */
export async function runs({ format }: RunsOptions): Promise<void> {
  const { entries, problems } = await listRuns(ownFolder());
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(runListOf(entries, problems), null, 2)}\n`);
    return;
  }
  for (const problem of problems) process.stderr.write(`${inertLines(problem)}\n`);
  if (entries.length === 0) {
    process.stdout.write(`no runs in ${runsFolder}\n`);
    return;
  }
  process.stdout.write(table([runHeadings, ...entries.map(runRow)]));
}
