import { kindOf } from '../kinds/index.ts';
import type { Environment } from '../language/index.ts';
import type { RunStatus } from '../report/index.ts';
import { statusHere } from './status.ts';

/** A run that has begun to write and is not finished. */
export interface UnfinishedRun {
  readonly run: RunStatus;
  /** The connections of the environment that it has written to, by their names there. */
  readonly connections: readonly string[];
}

/**
 * Returns the unfinished runs that have written to a connection of an environment, or hold its lock: those of `runbook status`. Nothing
 * is sent, and no secret is read.
 */
export async function unfinishedRuns({ connections }: Environment): Promise<UnfinishedRun[]> {
  const names = new Map(
    Object.entries(connections).map(([name, settings]) => [kindOf(settings).planned(settings, undefined).url, name]),
  );
  const { runs } = await statusHere();
  return runs.flatMap((run) => {
    const written = run.written.flatMap(({ url }) => names.get(url) ?? []);
    return written.length > 0 ? [{ run, connections: written }] : [];
  });
}
