import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Event } from '../engine/index.ts';

/** The record of one run: a folder with the plan and, line by line, every event. Only its owner can read it. */
export interface Journal {
  readonly folder: string;
  /** Appends one event. A `write-intended` is on the disk when this resolves (fsync); others may still be in a cache. */
  readonly record: (event: Event) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Makes the folder of a new run and writes its plan.
 * @throws where the folder exists already or cannot be written: then nothing may be sent.
 */
export async function createJournal(runs: string, id: string, plan: string): Promise<Journal> {
  const folder = join(runs, id);
  await mkdir(runs, { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'plan.json'), plan, { mode: 0o600, flag: 'wx' });
  const file = await open(join(folder, 'journal.jsonl'), 'ax', 0o600);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  // One after the other: lines must not mix, and an intent must be behind everything that happened before it.
  let last: Promise<void> = Promise.resolve();
  return {
    folder,
    record: (event) => {
      const written = last.catch(() => undefined).then(() => append(file, event));
      last = written;
      return written;
    },
    close: async () => {
      await last.catch(() => undefined);
      await file.close();
    },
  };
}

async function append(file: FileHandle, event: Event): Promise<void> {
  await file.appendFile(`${JSON.stringify(event)}\n`);
  if (event.type === 'write-intended' || event.type === 'run-finished') await file.sync();
}

/** A new file is only there after a power loss when its folder is on the disk, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The events of a journal, in order. A torn last line, as a crash leaves it, is left out.
 * @throws where any other line is damaged; the message names it.
 */
export async function readJournal(folder: string): Promise<Event[]> {
  const file = join(folder, 'journal.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  const torn = lines.pop();
  const events = lines.map((line, index) => {
    try {
      return JSON.parse(line) as Event;
    } catch {
      throw new Error(`${file}:${index + 1}: this line is no event; the journal was damaged`);
    }
  });
  if (torn !== undefined && torn !== '' && events.length === 0)
    throw new Error(`${file}:1: this line is no event; the journal was damaged`);
  return events;
}
