import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process as others find it in a lock. */
export interface ProcessId {
  readonly pid: number;
  /** Tells the process from a later one of the same number; empty where the system does not say. */
  readonly started: string;
  readonly host: string;
  /** Of its numbers: containers have their own, also with the name of their host. Empty where the system does not say. */
  readonly space: string;
}

/** What is known of a process; `unknown` of one on another machine or in another container, which cannot be asked. */
export type ProcessState = 'alive' | 'ended' | 'unknown';

export function thisProcess(): ProcessId {
  return { pid: process.pid, started: startOf(process.pid), host: hostname(), space: spaceHere() };
}

export function stateOf({ pid, started, host, space }: ProcessId): ProcessState {
  if (host !== hostname() || space !== spaceHere()) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'ended';
  }
  return started === '' || startOf(pid) === started ? 'alive' : 'ended';
}

/** The runs that this process is at work on. */
const atWork = new Set<string>();

/** Begins to work on a run, under a name that no other process has and that no earlier one had. */
export function beginWork(): { readonly name: string; readonly end: () => void } {
  const { host, space, pid, started } = thisProcess();
  const name = [host, space, pid, started, randomUUID()].join('|');
  atWork.add(name);
  return { name, end: () => atWork.delete(name) };
}

/** Returns what is known of whoever has a name of `beginWork`; it may come from anybody. */
export function stateOfWork(name: string): ProcessState {
  const [host = '', space = '', number = '', started = ''] = name.split('|');
  const pid = Number(number);
  if (!Number.isSafeInteger(pid) || pid <= 0) return 'unknown';
  const state = stateOf({ host, space, pid, started });
  // This very process may have begun, and ended, more than one run.
  return state === 'alive' && pid === process.pid && !atWork.has(name) ? 'ended' : state;
}

function spaceHere(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
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
