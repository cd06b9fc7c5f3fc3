import { write } from 'node:fs';

/** Text for people on the way to a terminal or a pipe, which may be slow, hung or gone. */
export interface Output {
  readonly write: (text: string) => void;
  /** Waits until everything is out, but no longer than this; milliseconds. Whether it is out. */
  readonly drain: (limit: number) => Promise<boolean>;
}

/** More than this is not kept for a reader that does not read; bytes. */
const largestBacklog = 1_000_000;

/**
 * Writes from a thread of its own, so that nobody waits for a reader: a terminal that is stopped (Ctrl-S) or a pipe that
 * is full would otherwise stop the run in the middle of a write. What does not fit into the backlog is left out, and that
 * is said; the journal has it.
 */
export function openOutput(descriptor: number): Output {
  let backlog: Buffer[] = [];
  let size = 0;
  let omitted = 0;
  let isWriting = false;
  let isGone = false;
  let idle: (() => void)[] = [];
  const next = () => {
    if (backlog.length === 0 || isGone) {
      isWriting = false;
      for (const wake of idle) wake();
      idle = [];
      return;
    }
    isWriting = true;
    const bytes = Buffer.concat(backlog);
    backlog = [];
    write(descriptor, bytes, 0, bytes.length, null, (error, written) => {
      if (error && error.code !== 'EAGAIN') {
        isGone = true;
        backlog = [];
      } else if (error || written < bytes.length) backlog.unshift(bytes.subarray(error ? 0 : written));
      size = backlog.reduce((sum, { length }) => sum + length, 0);
      // A reader that sets its end not to block is asked again in a moment.
      if (error?.code === 'EAGAIN') setTimeout(next, 20);
      else next();
    });
  };
  const append = (text: string) => {
    const bytes = Buffer.from(text);
    backlog.push(bytes);
    size += bytes.length;
    if (!isWriting) next();
  };
  return {
    write: (text) => {
      if (isGone) return;
      if (size > largestBacklog) {
        omitted++;
        return;
      }
      if (omitted > 0) append(`… ${omitted} lines are left out here: nobody read them; runbook show has them\n`);
      omitted = 0;
      append(text);
    },
    drain: (limit) =>
      new Promise((resolve) => {
        if (!isWriting) return resolve(true);
        const timer = setTimeout(() => resolve(false), limit);
        idle.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
      }),
  };
}
