import type { LockHolder } from '../kinds/index.ts';
import type { MaintenanceWindow } from '../language/index.ts';
import type { SkipReason } from '../plan/index.ts';
import type { Assertion, BodyAssertion, NoResponse, ServerError, Unreadable } from './result.ts';

/**
 * Why something ended as it did, was refused, or is waited for: data, to be told apart by `kind`. The sentences are made in
 * `src/report/reason-text.ts`.
 */
export type Reason =
  | SkipReason
  // Nobody let it run.
  | { readonly kind: 'not-confirmed'; readonly question: string }
  /** Nobody has answered yet, or somebody wants to answer later. */
  | { readonly kind: 'waits-for-confirmation'; readonly question: string }
  | {
      readonly kind: 'outside-maintenance-window';
      readonly environment: string;
      readonly windows: readonly MaintenanceWindow[];
    }
  // It cannot be rendered.
  | { readonly kind: 'template-error'; readonly message: string }
  /** A value that a step would have saved is not there. */
  | { readonly kind: 'missing-output'; readonly step: string; readonly output: string }
  /** Dry run: only a step that would be sent gives it. */
  | { readonly kind: 'needs-output'; readonly step: string; readonly output: string }
  /** A secret that only an ended process had in memory, and that must not be read again here. */
  | { readonly kind: 'secret-lost'; readonly step: string; readonly output: string }
  | { readonly kind: 'secret-not-reread'; readonly step: string; readonly cause?: Reason }
  | { readonly kind: 'internal-error'; readonly message: string }
  // Responses.
  | NoResponse
  | ResponseReason
  /** An assertion failed. */
  | { readonly kind: 'unexpected-response'; readonly failed: readonly Assertion[]; readonly error?: ServerError }
  /** Its status is as expected, and nothing else can be told. */
  | { readonly kind: 'unreadable-response'; readonly status: number; readonly why: Unreadable }
  /** A poll: what is not yet as it must be. */
  | { readonly kind: 'condition-not-yet-met'; readonly unmet: readonly BodyAssertion[] }
  /** `waiting_for`: what was waited for, in the author's words. */
  | { readonly kind: 'timed-out'; readonly timeout_ms: number; readonly waiting_for?: string; readonly cause: Reason }
  /** The steps of a block have run as often as they may, and its conditions do not pass. */
  | { readonly kind: 'iterations-exhausted'; readonly iterations: number; readonly unmet: SkipReason }
  // What became of a write.
  /** `again`: an earlier request may have been sent. */
  | { readonly kind: 'not-sent'; readonly cause: Reason; readonly again?: true }
  /** The idempotency check cannot tell whether it is already in place. */
  | { readonly kind: 'effect-unknown'; readonly cause: Reason }
  | ReadBack
  /** It may have taken effect, and no idempotency check can tell. */
  | { readonly kind: 'no-idempotency-check'; readonly response: AmbiguousResponse }
  /** An earlier process ended before it was recorded how the step ended; its response is recorded. */
  | { readonly kind: 'process-ended'; readonly response: ResponseReason; readonly passed: boolean }
  /** The operator said that it took effect. */
  | { readonly kind: 'decided' }
  | LockReason
  | { readonly kind: 'journal-not-writable'; readonly message: string }
  // What was not cleaned up.
  | { readonly kind: 'interrupted-twice' }
  // What a run that has not succeeded leaves in place, and why.
  /** Nothing in the runbook rolls it back. */
  | { readonly kind: 'no-rollback' }
  | { readonly kind: 'rollback-not-requested' }
  /** Its rollback was cut short or has failed. */
  | { readonly kind: 'rollback-incomplete' }
  /** It was not in place before, or not any more, and is at the end of the run: its request may have arrived late. */
  | { readonly kind: 'in-place-at-the-end'; readonly at: string }
  /** It took effect, and is not as the run left it: rolling it back would change what somebody else has done. */
  | { readonly kind: 'changed-since'; readonly at: string }
  /** Nothing to roll back: its idempotency check did not find it. */
  | { readonly kind: 'not-in-place'; readonly at: string }
  /** `partly`: some of its steps were sent. */
  | { readonly kind: 'not-rolled-back'; readonly partly: boolean; readonly cause: Reason };

/** A response by its status. */
export interface ResponseReason {
  readonly kind: 'response';
  readonly status: number;
  readonly error?: ServerError;
}

/** Responses that leave it open whether a write took effect; `no-record`: an earlier process ended before it recorded a response. */
export type AmbiguousResponse = NoResponse | ResponseReason | { readonly kind: 'no-record' };

/** An ambiguous write was read back. */
export interface ReadBack {
  readonly kind: 'read-back';
  readonly response: AmbiguousResponse;
  readonly effect: 'in-place' | 'not-in-place' | 'unknown';
  /** When, ISO 8601. */
  readonly at: string;
  /** What the idempotency check saw, where the effect is not there. */
  readonly cause?: Reason;
}

/** Something about the lock of a cluster. */
export type LockReason =
  | { readonly kind: 'lock-held'; readonly connection: string; readonly holder: LockHolder }
  | { readonly kind: 'lock-not-acquired'; readonly connection: string; readonly path: string; readonly cause: Reason }
  /** The credentials are refused, and another run holds the lock: it may have closed or replaced the users. */
  | { readonly kind: 'locked-out'; readonly connection: string; readonly holder: LockHolder; readonly cause: Reason }
  /** Another process of the same run holds it: that one is at work, or may be. */
  | {
      readonly kind: 'run-at-work';
      readonly connection: string;
      readonly holder: LockHolder;
      readonly certain: boolean;
    }
  /** An earlier process of this run has left it, and this machine cannot tell whether that process has ended. */
  | {
      readonly kind: 'awaiting-heartbeat';
      readonly connection: string;
      readonly holder: LockHolder;
      readonly wait_ms: number;
    }
  /** It may have been acquired: the response was lost, and it was not acquired in the end. */
  | { readonly kind: 'lock-uncertain'; readonly connection: string }
  /** Somebody has removed or replaced it. */
  | { readonly kind: 'lock-lost'; readonly connection: string }
  | { readonly kind: 'lock-not-released'; readonly connection: string; readonly cause: Reason }
  /** The document came with a restore, and is not in force. */
  | { readonly kind: 'lock-left-by-restore'; readonly holder: LockHolder }
  /** Its index was deleted or restored, and it was acquired again. */
  | { readonly kind: 'lock-index-moved' };
