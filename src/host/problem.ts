/**
 * Says what became of an operation that a problem has ended. `usage`: the runbook, the environment or what was asked for is
 * wrong, no write was sent; `arguments`: it is what was asked for, such as a name that nothing has. `refused`: before the first write. `failed`: such as a journal that was changed. `intervention-required`:
 * something may be left to do. `crashed`: this program is wrong; the journal says what was sent.
 */
export type ProblemKind = 'usage' | 'arguments' | 'refused' | 'failed' | 'intervention-required' | 'crashed';

/** Ends an operation with a message for people: what was found, what was expected, what to do. It holds no secret. */
export class Problem extends Error {
  readonly kind: ProblemKind;

  constructor(message: string, kind: ProblemKind = 'usage') {
    super(message);
    this.kind = kind;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns what to do after a crash of this program, in a run where there is one. */
export function crashAdvice(run: string | undefined): string {
  const report = 'Please report it with the command that you ran';
  if (run === undefined) return `No run had begun. ${report}.`;
  return `What was sent is in the journal of run ${run}, if it had begun: look at it (runbook show ${run}), then continue it (runbook resume ${run}) or roll it back (runbook rollback ${run}). ${report}.`;
}
