import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../runs/regular-file.ts';

/** An environment file, by its looks: nobody has checked it. */
export interface EnvironmentFile {
  readonly path: string;
  /** The name of the environment. */
  readonly environment: string;
}

/** More folders than these, and more files in one of them, are not looked at; nor are larger files (bytes). */
const mostEntries = 200;
const largest = 1_000_000;

/** The environment files in this folder, in the folders in it, and where `runbook sandbox` writes one; the nearest first. */
export function environmentFiles(): EnvironmentFile[] {
  const folders = entriesOf('.').filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name));
  return ['.', ...folders.map(({ name }) => name), join('.runbook', 'sandbox')].flatMap((folder) =>
    entriesOf(folder).flatMap((entry) => {
      const path = join(folder, entry.name);
      const environment = /\.ya?ml$/.test(entry.name) ? environmentIn(path) : undefined;
      return environment === undefined ? [] : [{ path, environment }];
    }),
  );
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
      .slice(0, mostEntries);
  } catch {
    // It is not there, or not for us.
    return [];
  }
}

/** The name in a file that looks like an environment file. Parsing all of them would take too long. */
function environmentIn(path: string): string | undefined {
  try {
    const text = Buffer.from(readRegularFile(path, largest)).toString('utf8');
    if (!/^apiVersion:\s*["']?runbook\/v1/m.test(text)) return undefined;
    return /^environment:\s*["']?([^\s"'#]+)/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** Says which environment files there are, one a line; or how one comes to be. */
export function environmentsHereText(files: readonly EnvironmentFile[] = environmentFiles()): string {
  if (files.length === 0)
    return 'There is no environment file here. It has the connections of an environment: docs/environment.md has an example, and runbook sandbox writes one for a test environment';
  const width = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, environment }) => `  ${path.padEnd(width)}  ${environment}`);
  return `The environment files here are:\n${lines.join('\n')}`;
}
