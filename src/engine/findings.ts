import type { CleanupFailure, Note, RunSummary, Suspension } from './event.ts';
import type { LockReason, Reason } from './reason.ts';
import type { Redactor } from './redactor.ts';

/** What has come to light in a run so far: the summary says it at the end. */
export interface Findings {
  /** The first thing that went wrong. */
  failure?: { readonly step: string; readonly reason: Reason };
  /** Why the run cannot go on before somebody decides. */
  suspended?: Suspension;
  wasInterrupted: boolean;
  /** Writes that were sent, or may have been. */
  writes: number;
  inDoubt: string[];
  /** Steps and blocks that were in place already, their content not compared. */
  inPlace: number;
  readonly cleanupFailures: CleanupFailure[];
  readonly notes: SaidNote[];
  readonly locksLeft: LockReason[];
  /** The connections on which the index of the locks was created. */
  readonly lockIndices: Set<string>;
}

/** A note, and how many writes had been sent when it was said: it may be about them. */
export type SaidNote = Note & { readonly behind: number };

export function createFindings(): Findings {
  return {
    wasInterrupted: false,
    writes: 0,
    inDoubt: [],
    inPlace: 0,
    cleanupFailures: [],
    notes: [],
    locksLeft: [],
    lockIndices: new Set(),
  };
}

/** Returns how much has gone wrong so far that a rollback is not clean with. */
export function troublesIn({ cleanupFailures, inDoubt }: Findings): number {
  return cleanupFailures.length + inDoubt.length;
}

/** Returns what of the findings stands in a summary, redacted. */
export function summarized(
  { failure, suspended, writes, inDoubt, inPlace, cleanupFailures, locksLeft }: Findings,
  notes: readonly Note[],
  redactor: Redactor,
): Omit<
  RunSummary,
  | 'outcome'
  | 'predicted_writes'
  | 'predicted_writes_per_item'
  | 'rolled_back'
  | 'can_be_rolled_back'
  | 'by_hand'
  | 'kept'
  | 'left'
> {
  return redactor.record({
    ...(failure ? { failure } : {}),
    in_doubt: inDoubt,
    in_place: inPlace,
    cleanup_failures: cleanupFailures,
    writes,
    ...(suspended ? { suspended } : {}),
    notes,
    locks_left: locksLeft,
  });
}

/** The state of a run that is suspended. */
export function suspendedState({ by }: Suspension): 'waiting-for-confirmation' | 'suspended' {
  return by === 'confirmation' ? 'waiting-for-confirmation' : 'suspended';
}
