import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from './chain.ts';
import { type ProcessId, type ProcessState, stateOf, thisProcess } from './process.ts';

/** What a lock file says of its holder. */
interface Holder extends ProcessId {
  readonly run: string;
  /** The run's own folder. */
  readonly folder?: string;
  readonly target?: string;
  readonly since: string;
}

/** A process that is at work on the same target. */
export class Locked extends Error {}

/**
 * Returns where the locks of this user are on this machine, whatever the working directory; undefined for a user without a home,
 * such as an arbitrary one in a container.
 */
export function locksFolder(): string | undefined {
  try {
    return join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runbook', 'locks');
  } catch {
    return undefined;
  }
}

/**
 * Takes a lock file per target, all or none. One whose process has ended is taken over.
 * @param targets What is locked, such as urls.
 * @param runFolder The run's own folder, for whoever finds the lock of a process that has died.
 * @returns What gives them back.
 * @throws `Locked` where a process is at work on one of them.
 */
export async function lockHere(
  folder: string,
  targets: readonly string[],
  run: string,
  runFolder: string,
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const held: string[] = [];
  const release = async () => {
    for (const file of held.splice(0).reverse()) await unlink(file).catch(() => undefined);
  };
  try {
    for (const target of [...targets].sort()) {
      const file = fileOf(folder, target);
      await lockFile(file, target, { run, folder: runFolder });
      held.push(file);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

/** A process that has acquired a lock on this machine, or in a folder of a run. */
export interface LockHolder {
  readonly run: string;
  readonly pid: number;
  readonly host: string;
  /** When it has acquired it, ISO 8601. */
  readonly since: string;
  /** `unknown` of a process on another machine or in another container, which cannot be asked. */
  readonly state: ProcessState;
  /** When the lock file was written last, milliseconds since 1970: the process of a run does so every minute. */
  readonly beat: number;
}

/** A lock on this machine. */
export interface LocalLock extends LockHolder {
  /** What is locked, such as a url. */
  readonly target: string;
  /** The run's own folder. */
  readonly folder?: string;
  /** The lock file. */
  readonly file: string;
}

/** The locks in a folder of locks; those whose processes have ended, too: the next run takes them over. */
export async function locksIn(folder: string): Promise<LocalLock[]> {
  const locks: LocalLock[] = [];
  for (const name of (await readdir(folder).catch(() => [])).filter((one) => one.endsWith('.json'))) {
    const file = join(folder, name);
    const lock = await lockAt(file);
    if (lock?.target !== undefined) locks.push({ ...lock, target: lock.target, file });
  }
  return locks;
}

/** The process that is at work on a run, or was when it died; undefined where none is. */
export async function workerOf(folder: string): Promise<LockHolder | undefined> {
  return lockAt(join(folder, 'lock.json'));
}

async function lockAt(file: string): Promise<(LockHolder & Pick<Holder, 'folder' | 'target'>) | undefined> {
  const holder = await holderOf(file);
  const beat = (await stat(file).catch(() => undefined))?.mtimeMs;
  if (!holder || beat === undefined) return undefined;
  const { run, pid, host, since, folder, target } = holder;
  return {
    ...{ run, pid, host, since, beat, state: stateOf(holder) },
    ...(folder === undefined ? {} : { folder }),
    ...(target === undefined ? {} : { target }),
  };
}

function fileOf(folder: string, target: string): string {
  return join(folder, `${hashOf(target).slice(0, 32)}.json`);
}

/** How often the process of a run touches the lock in its folder, and how long somebody on another machine waits for that. */
const beatEvery = 60_000;
const awaitBeat = beatEvery + 15_000;

/** Waits for the process of a run on another machine, which cannot be asked. */
export interface Patience {
  /** Learns what is waited for. */
  readonly say: (text: string) => void;
  /** Waits; false where somebody does not want to wait any longer. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
}

/**
 * Takes the lock in the folder of a run, from wherever the folder is seen: one process per run. That of a process that has
 * ended is taken over at once; that of one on another machine once two of its heartbeats have not come.
 * @param patience Without it, nobody waits: a process on another machine counts as being at work.
 * @returns What gives it back.
 * @throws `Locked` where a process is at work on the run, or may be.
 */
export async function lockRun(folder: string, run: string, patience?: Patience): Promise<() => Promise<void>> {
  const file = join(folder, 'lock.json');
  await lockFile(file, folder, { run }, patience && ((holder) => isSilent(file, holder, patience)));
  const timer = setInterval(() => {
    const now = new Date();
    // A folder that is gone has no lock to keep.
    utimes(file, now, now).catch(() => undefined);
  }, beatEvery);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await unlink(file).catch(() => undefined);
  };
}

/** Returns whether two heartbeats of a process have not come. */
async function isSilent(file: string, { run, pid, host, since }: Holder, { say, pause }: Patience): Promise<boolean> {
  const seen = await lastBeat(file);
  say(
    `run ${run} was last worked on by process ${pid} on ${host} (since ${since}), and this machine cannot tell whether that process has ended: waiting for its heartbeat, ${(2 * awaitBeat) / 1_000} s`,
  );
  for (let missed = 0; missed < 2; missed++)
    if (!(await pause(awaitBeat)) || (await lastBeat(file)) !== seen) return false;
  return true;
}

async function lastBeat(file: string): Promise<string | undefined> {
  return stat(file).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => undefined,
  );
}

/** @param hasEnded Asked about a holder on another machine; without it, such a one counts as being at work. */
async function lockFile(
  file: string,
  target: string,
  who: Pick<Holder, 'run' | 'folder'>,
  hasEnded: (holder: Holder) => Promise<boolean> = async () => false,
): Promise<void> {
  const holder: Holder = { ...thisProcess(), ...who, since: new Date().toISOString() };
  const own = `${file}.${randomUUID()}`;
  // Whole before it has its name: nobody reads half of it.
  await writeFile(own, JSON.stringify({ target, ...holder }), { mode: 0o600 });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await link(own, file);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = await holderOf(file);
      const state = other ? stateOf(other) : 'ended';
      if (other && (state === 'alive' || (state === 'unknown' && !(await hasEnded(other)))))
        throw new Locked(lockedText(target, other, file));
      if (attempt === 20) throw new Locked(`${target}: the lock ${file} cannot be taken over; remove it by hand`);
      await removeStale(file, other);
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

/**
 * One process at a time removes a lock that was left behind, and looks at it again first: between two that have both
 * seen it, the slower one would otherwise remove the lock that the quicker one has just taken.
 */
async function removeStale(file: string, stale: Holder | undefined): Promise<void> {
  const guard = `${file}.takeover`;
  const handle = await open(guard, 'wx', 0o600).catch(() => undefined);
  if (!handle) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    // Nobody needs that long for two file operations: that process has ended, too.
    if (age > 10_000) await unlink(guard).catch(() => undefined);
    else await new Promise((resolve) => setTimeout(resolve, 50));
    return;
  }
  try {
    const holder = await holderOf(file);
    if (JSON.stringify(holder) === JSON.stringify(stale)) await unlink(file).catch(() => undefined);
  } finally {
    await handle.close();
    await unlink(guard).catch(() => undefined);
  }
}

async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as Holder;
    return typeof holder.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function lockedText(target: string, { pid, host, run, since }: Holder, file: string): string {
  return `${target} is being worked on by run ${run} (process ${pid} on ${host}, since ${since}). Wait for it, or stop it (kill -TERM ${pid}). If that process is not there, remove ${file}`;
}
