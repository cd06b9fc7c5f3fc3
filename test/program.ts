import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Event } from '../src/engine/index.ts';

export const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'runbook.js');

/** What is compiled of the program is kept from test to test, and not in the cache of whoever runs them. */
const cache = join(tmpdir(), `runbook-test-cache-${process.getuid?.()}`);

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty directory to run the program in. */
export function workingDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'runbook-test-'));
}

/** A runbook of the directory's own, in its `runbooks` folder. */
export function ownRunbook(directory: string, file: string, text: string): void {
  mkdirSync(join(directory, 'runbooks'), { recursive: true });
  writeFileSync(join(directory, 'runbooks', file), text);
}

/** Runs the built program as a pipeline does: no terminal. `onStart` gets the process, to send it signals. */
export async function runbook(
  directory: string,
  args: readonly string[],
  env: Record<string, string> = {},
  onStart: (process: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    // Locks are the user's own; a test has a user of its own.
    env: { PATH: process.env.PATH ?? '', XDG_STATE_HOME: join(directory, 'state'), XDG_CACHE_HOME: cache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** The events of the newest run in a directory. */
export function lastJournal(directory: string): Event[] {
  const runs = join(directory, '.runbook', 'runs');
  const newest = readdirSync(runs).sort().at(-1) ?? '';
  return readFileSync(join(runs, newest, 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

/** The writes of a run's own steps that were sent or about to be: not those of its locks. */
export function writesIn(events: readonly Event[]): Extract<Event, { type: 'write-intended' }>[] {
  return events.flatMap((event) => (event.type === 'write-intended' && event.purpose !== 'lock' ? [event] : []));
}

/** How each step of a run ended: step → outcome. */
export function outcomes(events: readonly Event[]): Record<string, string> {
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'step-finished' ? [[event.step, event.outcome]] : [])),
  );
}

/** Every file below a directory, as path → text. */
export function filesBelow(directory: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (folder: string) => {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const path = join(folder, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats?.isDirectory()) visit(path);
      else if (stats?.isFile()) found.set(path, readFileSync(path, 'utf8'));
    }
  };
  visit(directory);
  return found;
}
