import { basename, dirname, resolve } from 'node:path';
import type { Event } from '../engine/index.ts';
import { kindOf } from '../kinds/index.ts';
import type { Environment } from '../language/index.ts';
import type { Plan } from '../plan/index.ts';
import { commandText } from '../report/index.ts';
import { foldersLeft, locksFolder, readJournal, watchRuns } from '../runs/index.ts';
import { runsFolder } from './run-folders.ts';

/** A run that has begun to write and has not ended: its process has ended, or is still at work. */
export interface UnfinishedRun {
  readonly run: string;
  readonly runbook: string;
  /** The connections of the environment that it has written to, by their names there. */
  readonly connections: readonly string[];
  /** The working directory that it was begun in. */
  readonly directory: string;
  /** What continues it, in that directory. */
  readonly resume: string;
  readonly rollback: string;
}

/**
 * The unfinished runs that have written to a connection of an environment: those whose journals are in this directory, and those
 * that have left a lock on this machine. Nothing is sent, and no secret is read.
 */
export async function unfinishedRuns({ connections }: Environment): Promise<UnfinishedRun[]> {
  const urls = new Map(
    Object.entries(connections).map(([name, settings]) => [kindOf(settings).planned(settings, undefined).url, name]),
  );
  const here = (await watchRuns(runsFolder)()).flatMap(([id, stage]) =>
    stage === 'unfinished' ? [resolve(runsFolder, id)] : [],
  );
  const left = await foldersLeft(locksFolder(), [...urls.keys()]);
  const found: UnfinishedRun[] = [];
  for (const folder of new Set([...here, ...left])) {
    const run = await unfinishedIn(folder, urls).catch(() => undefined);
    if (run) found.push(run);
  }
  return found;
}

/** @param urls The name of each connection by its address. @throws where there is no journal that can be read. */
async function unfinishedIn(folder: string, urls: ReadonlyMap<string, string>): Promise<UnfinishedRun | undefined> {
  const { events, plan } = await readJournal(folder);
  const [started] = events;
  const isUnfinished = started?.type === 'run-started' && events.at(-1)?.type !== 'run-finished';
  // A copy under another name is not continued.
  if (!isUnfinished || started.run !== basename(folder)) return undefined;
  const { environment } = JSON.parse(plan) as Plan;
  const written = new Set(events.flatMap(connectionsWrittenBy));
  const connections = [...written].flatMap((name) => urls.get(environment.connections[name]?.url ?? '') ?? []);
  if (connections.length === 0) return undefined;
  return {
    run: started.run,
    runbook: started.runbook,
    connections,
    directory: dirname(dirname(dirname(folder))),
    resume: commandText('resume', started),
    rollback: commandText('rollback', started),
  };
}

function connectionsWrittenBy(event: Event): string[] {
  return event.type === 'write-intended' ? [event.call.connection] : [];
}

/** Returns what an operator must know before anything is sent to the same connections. */
export function unfinishedText({ run, runbook, connections, directory, resume, rollback }: UnfinishedRun): string {
  const where = directory === process.cwd() ? '' : `, in ${directory}`;
  return `run ${run} (${runbook}) has written to ${connections.join(', ')} and is not finished: its process has ended, or is still at work. Until it is finished, indices may be closed, and users replaced. Continue it: ${resume}, or roll it back: ${rollback}${where}`;
}
