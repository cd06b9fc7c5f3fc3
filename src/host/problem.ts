/**
 * Says what became of an operation that a problem has ended. `usage`: the runbook, the environment or what was asked for is
 * wrong, no write was sent. `refused`: before the first write. `failed`: such as a journal that was changed. `intervention-required`:
 * something may be left to do.
 */
export type ProblemKind = 'usage' | 'refused' | 'failed' | 'intervention-required';

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
