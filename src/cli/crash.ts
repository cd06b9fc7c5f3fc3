import { writeSync } from 'node:fs';
import { crashAdvice } from '../host/problem.ts';
import { version } from '../host/version.ts';
// Not from index.ts: `--help` would load every package of the language.
import { inert } from '../text/inert.ts';
import { exitCodes } from './exit-codes.ts';

/** The run that this process works on, where there is one. */
let run: string | undefined;

/** Notes which run a crash would leave behind. */
export function noteRun(id: string): void {
  run = id;
}

/**
 * Returns what a person reads of an error that nobody has expected: no stack, and the message of system calls only. Others may
 * have a value in them, and here is no redactor.
 */
export function crashText(error: unknown): string {
  const { name, message, code, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : ({} as never);
  const what = syscall === undefined ? [name ?? 'an unknown error', code].filter(Boolean).join(' ') : message;
  return inert(`runbook ${version} has crashed: ${what}. ${crashAdvice(run)}`);
}

/** Ends the process where something was thrown that nobody catches: what goes on after it cannot be trusted. */
export function endOnCrash(): void {
  const end = (error: unknown) => {
    try {
      writeSync(2, `${crashText(error)}\n`);
    } catch {
      // Nobody reads it.
    }
    process.exit(exitCodes.crashed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
