import type { RunOutcome } from '../engine/index.ts';
import type { ProblemKind } from '../host/problem.ts';

/** The exit codes of the process, by outcome (docs/commands.md). */
export const exitCodes = {
  done: 0,
  'rolled-back': 0,
  /** Failed; what was sent was rolled back. */
  failed: 1,
  /** The runbook, the environment or the command line is wrong; no write was sent. */
  usage: 2,
  arguments: 2,
  /** Failed, of unknown outcome or not cleaned up. */
  'intervention-required': 3,
  /** Refused before the first write. */
  refused: 4,
  /** `--detailed-exitcode`: nothing is wrong, and there is something to do, or a difference. */
  'something-to-do': 5,
  /** A step waits for somebody to confirm it; `runbook resume` goes on. */
  'waiting-for-confirmation': 6,
  /** A bug of this program, or a failure that it did not expect. */
  crashed: 70,
  interrupted: 130,
} as const satisfies Record<RunOutcome | ProblemKind | 'something-to-do', number>;
