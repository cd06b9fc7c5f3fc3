import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../plan/index.ts';
import { reportOf, type Subject } from '../report/index.ts';
import { readJournal } from '../runs/index.ts';
import { messageOf, Problem } from './problem.ts';

/** Where the runs of a working directory are kept. */
export const runsFolder = join('.runbook', 'runs');

/** The folder of a run. */
export function folderOf(id: string): string {
  const folder = join(runsFolder, id);
  if (!/^[A-Za-z0-9_-]+$/.test(id) || !existsSync(folder))
    throw new Problem(`there is no run "${id}" in ${runsFolder}; runbook runs lists them`);
  return folder;
}

/** The record of a run; one that was changed ends the operation. */
export function recordIn(folder: string): ReturnType<typeof readJournal> {
  return readJournal(folder).catch((error: unknown) => {
    throw new Problem(messageOf(error), 'failed');
  });
}

/** A run as its folder tells it. */
export async function runSubject(folder: string): Promise<Subject> {
  const { events, head, plan: bytes } = await recordIn(folder);
  const [started] = events;
  if (started?.type !== 'run-started')
    throw new Problem(`the run in ${folder} ended before its first event: there is nothing to report`);
  const plan = JSON.parse(bytes) as Plan;
  const report = reportOf(plan, events, { head, events: events.length });
  return { plan, id: started.plan, bytes, run: { report, events } };
}
