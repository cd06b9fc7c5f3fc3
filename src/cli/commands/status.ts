import { statusHere } from '../../host/status.ts';
import { statusText } from '../../report/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { here } from '../here.ts';
import { print } from '../print.ts';

export interface StatusOptions {
  readonly format: 'text' | 'json';
  readonly detailedExitcode: boolean;
}

/** `runbook status`: the runs that wait for somebody, with what is left and the commands. Offline: what the journals say. */
export async function status({ format, detailedExitcode }: StatusOptions): Promise<number> {
  const found = await statusHere();
  if (format === 'json') print(`${JSON.stringify(found, null, 2)}\n`);
  else process.stdout.write(statusText(found, here()));
  const waits =
    found.problems.length > 0 ||
    found.runs.some(({ state }) => state !== 'running' && state !== 'failed' && state !== 'interrupted');
  return detailedExitcode && waits ? exitCodes['something-to-do'] : exitCodes.done;
}
