import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Event } from '../engine/index.ts';
import { type Chain, chainOf, eventIn, hashOf, JournalDamage, lineOf, parsedLine } from './chain.ts';
import { makeFolder } from './folder.ts';
import { openRegularFile } from './open-regular-file.ts';
import { readRegularFile } from './regular-file.ts';

/** The journal of one run: a folder with the plan and, line by line, every event. Only its owner can read it. */
export interface Journal {
  readonly folder: string;
  /**
   * Appends one event. A `write-intended` is on the disk when this resolves (fsync); others may still be in a cache.
   * Rejects where it is not written, or where the disk is full and it was written into the reserve.
   */
  readonly record: (event: Event) => Promise<void>;
  /** The hash of the last line. */
  readonly head: () => string;
  readonly close: () => Promise<void>;
}

/** Where a run's plan and events stand in its folder. */
const planFile = 'plan.json';
const journalFile = 'journal.jsonl';
/** Given back to a full disk, so that what cleans up can still be recorded. */
const reserveFile = 'reserve';
const reserveBytes = 1_000_000;
/** What loses nothing but time when the machine loses power is not worth an fsync. */
const synced: ReadonlySet<Event['type']> = new Set(['run-started', 'run-resumed', 'write-intended', 'run-finished']);

/**
 * Makes the folder of a new run and writes its plan.
 * @param runs The folder that the run's folder is made in; it is made, too, where it is missing.
 * @param id The run's id, the name of its folder.
 * @param plan The bytes of the plan, its canonical JSON.
 * @throws where the folder exists already or cannot be written: then nothing may be sent.
 */
export async function createJournal(runs: string, id: string, plan: string): Promise<Journal> {
  const folder = join(runs, id);
  await makeFolder(runs);
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, planFile), plan, { mode: 0o600, flag: 'wx' });
  const file = await open(join(folder, journalFile), 'ax', 0o600);
  await reserve(folder);
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  return journalIn(folder, file, hashOf(plan), 0);
}

/**
 * Opens the journal of a run that goes on. A torn last line is cut off; nothing else may be wrong with it.
 * @param folder The run's own folder.
 * @throws `JournalDamage`, or where it cannot be written.
 */
export async function reopenJournal(
  folder: string,
): Promise<{ readonly journal: Journal; readonly contents: JournalContents }> {
  const contents = await readJournal(folder);
  const file = await open(join(folder, journalFile), 'a', 0o600);
  if (contents.torn > 0) {
    await file.truncate(contents.length);
    await file.sync();
  }
  await reserve(folder);
  return { journal: journalIn(folder, file, contents.head, contents.length), contents };
}

/** What is in the folder of a run: the events of its journal, and the plan that the journal belongs to. */
export interface JournalContents extends Chain {
  /** The bytes of the plan, its canonical JSON. */
  readonly plan: string;
}

/**
 * Reads the journal of a run, its events in order, and checks that each line follows from the one before. A torn last line, as
 * a crash leaves it, is left out.
 * @param folder The run's own folder.
 * @throws `JournalDamage` where any other line is damaged, or is about another plan; the message names it.
 */
export async function readJournal(folder: string): Promise<JournalContents> {
  const file = join(folder, journalFile);
  const bytes = contentOf(file);
  const plan = new TextDecoder('utf-8', { ignoreBOM: true }).decode(contentOf(join(folder, planFile)));
  const { lineProblem } = await checker();
  return { ...chainOf(bytes, plan, file, lineProblem), plan };
}

/** The schema is large, and most commands read no journal. */
const checker = () => import('./journal-line.ts');

function contentOf(file: string): Uint8Array {
  try {
    return readRegularFile(file, Number.POSITIVE_INFINITY);
  } catch (error) {
    throw new JournalDamage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Says what is known of a run without an event in its journal: whether anything was sent is not. */
export function noEventText(folder: string): string {
  return `${folder}: its journal has no event. Either the run has just begun or its process ended before the first one, or the journal was emptied: whether anything was sent is not known`;
}

/**
 * The events of a journal from the n-th on, as they are written; whether they follow from each other is for `readJournal`.
 * @param skip How many events the caller has seen.
 * @returns A function that gives what has come since it was called last; it rejects with `JournalDamage` where a line is no event.
 */
export function followJournal(folder: string, skip: number): () => Promise<Event[]> {
  let offset = 0;
  let toSkip = skip;
  return async () => {
    const name = join(folder, journalFile);
    const file = await openRegularFile(name);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - offset));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      const length = bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      offset += length;
      if (length === 0) return [];
      const lines = bytes.toString('utf8', 0, length - 1).split('\n');
      const fresh = lines.slice(toSkip);
      toSkip -= lines.length - fresh.length;
      const { lineProblem } = await checker();
      return fresh.map((line) => eventIn(parsedLine(line, name), name, lineProblem));
    } finally {
      await file.close();
    }
  };
}

/** How far the journal of a run is: it has no event yet, it goes on (or its process died), or `run-finished` is its last event. */
export type Stage = 'empty' | 'unfinished' | 'finished';

/** Returns how far a journal of so many bytes is; only its last line is read. */
export async function stageOf(folder: string, size: number): Promise<Stage> {
  return stageAfter(await lastLineOf(folder, size));
}

/**
 * The first and the last event of a journal; undefined where there is none. What is between them is not read, and whether they
 * follow from each other is for `readJournal`.
 */
export async function endsOf(folder: string): Promise<{ readonly first: Event; readonly last: Event } | undefined> {
  const [first, last] = [await firstLineOf(folder), await lastLineOf(folder, await sizeOf(folder))];
  return first === undefined || last === undefined
    ? undefined
    : { first: JSON.parse(first) as Event, last: JSON.parse(last) as Event };
}

async function firstLineOf(folder: string): Promise<string | undefined> {
  const file = await openRegularFile(join(folder, journalFile));
  try {
    for (let length = 10_000; ; length *= 10) {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, 0);
      const end = bytes.indexOf('\n');
      if (end >= 0) return bytes.toString('utf8', 0, end);
      if (bytesRead < length) return undefined;
    }
  } finally {
    await file.close();
  }
}

/** The last line that was written to its end; undefined where there is none. */
async function lastLineOf(folder: string, size: number): Promise<string | undefined> {
  const file = await openRegularFile(join(folder, journalFile));
  try {
    for (let length = 10_000; ; length *= 10) {
      const bytes = Buffer.alloc(Math.min(size, length));
      await file.read(bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString('utf8').split('\n');
      // A line break ends each line: behind the last one is nothing, or one that is torn.
      const isWhole = lines.length > 2 || bytes.length === size;
      if (isWhole) return lines.at(-2);
    }
  } finally {
    await file.close();
  }
}

function stageAfter(line: string | undefined): Stage {
  if (line === undefined) return 'empty';
  return /"type":"run-finished"/.test(line) ? 'finished' : 'unfinished';
}

/** The bytes of a journal; 0 where there is none yet. */
export async function sizeOf(folder: string): Promise<number> {
  return (await stat(join(folder, journalFile)).catch(() => undefined))?.size ?? 0;
}

function journalIn(folder: string, file: FileHandle, start: string, size: number): Journal {
  let head = start;
  let length = size;
  /** Why nothing more can be written: a line is torn, and what follows must not stand behind it. */
  let broken: Error | undefined;
  let hasReserve = true;
  const append = async (event: Event): Promise<void> => {
    if (broken) throw broken;
    const line = lineOf(event, head);
    const bytes = Buffer.from(`${line}\n`);
    try {
      writeWhole(file.fd, bytes);
    } catch (error) {
      await file.truncate(length).catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    }
    head = hashOf(line);
    length += bytes.length;
    if (synced.has(event.type)) await file.sync();
  };
  const record = async (event: Event): Promise<void> => {
    try {
      await append(event);
    } catch (error) {
      if (!hasReserve || (error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      hasReserve = false;
      await unlink(join(folder, reserveFile)).catch(() => undefined);
      await append(event);
      throw Object.assign(error as Error, { isKept: true });
    }
  };
  // One after the other: lines must not mix, and an intent must be behind everything that happened before it.
  let last: Promise<void> = Promise.resolve();
  return {
    folder,
    record: (event) => {
      const written = last.catch(() => undefined).then(() => record(event));
      last = written;
      return written;
    },
    head: () => head,
    close: async () => {
      await last.catch(() => undefined);
      await file.close();
      await unlink(join(folder, reserveFile)).catch(() => undefined);
    },
  };
}

/** Into the cache of the machine, which takes less time than to ask another thread to. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written);
}

/** Real bytes, not a hole: a disk that is full has no room for a hole's. */
async function reserve(folder: string): Promise<void> {
  await writeFile(join(folder, reserveFile), Buffer.alloc(reserveBytes, 1), { mode: 0o600 });
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
