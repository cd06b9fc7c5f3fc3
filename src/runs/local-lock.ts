import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, open, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { hashOf } from './chain.ts';

/** What a lock file says of its holder. */
export interface Holder {
  readonly pid: number;
  /** Tells the process from a later one of the same number; empty where the system does not say. */
  readonly started: string;
  readonly host: string;
  readonly run: string;
  readonly since: string;
}

/** A process that is at work on the same target. */
export class Locked extends Error {}

/** Returns where the locks of this user are on this machine, whatever the working directory. */
export function locksFolder(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'runbook', 'locks');
}

/**
 * Takes a lock file per target, all or none. One whose process has ended is taken over.
 * @param targets What is locked, such as urls.
 * @returns What gives them back.
 * @throws `Locked` where a process is at work on one of them.
 */
export async function lockHere(folder: string, targets: readonly string[], run: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const held: string[] = [];
  const release = async () => {
    for (const file of held.splice(0).reverse()) await unlink(file).catch(() => undefined);
  };
  try {
    for (const target of [...targets].sort()) {
      const file = join(folder, `${hashOf(target).slice(0, 32)}.json`);
      await lockFile(file, target, run);
      held.push(file);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

async function lockFile(file: string, target: string, run: string): Promise<void> {
  const holder: Holder = { ...thisProcess(), run, since: new Date().toISOString() };
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
      if (other && isAlive(other)) throw new Locked(lockedText(target, other, file));
      if (attempt === 20) throw new Locked(`${target}: the lock ${file} cannot be taken over; remove it by hand`);
      await removeStale(file);
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

/**
 * One process at a time removes a lock that was left behind, and looks at it again first: between two that have both
 * seen it, the slower one would otherwise remove the lock that the quicker one has just taken.
 */
async function removeStale(file: string): Promise<void> {
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
    if (!holder || !isAlive(holder)) await unlink(file).catch(() => undefined);
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

function thisProcess(): Pick<Holder, 'pid' | 'started' | 'host'> {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() };
}

/** Returns whether the process that holds a lock is there. One on another machine cannot be asked, and counts as there. */
function isAlive({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === '' || startOf(pid) === started;
}

/**
 * The boot and the tick in which a process began, where the system tells (Linux: field 22 of /proc/PID/stat). One that has
 * ended and that nobody has asked for its exit code (state Z) has none.
 */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
