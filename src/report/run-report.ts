import type {
  Assertion,
  LockReason,
  Note,
  Origin,
  Purpose,
  Reason,
  RecordedCall,
  RunOutcome,
  RunSummary,
  ServerError,
  StepDescription,
  StepOutcome,
  Suspension,
} from '../engine/index.ts';
import type { JsonObject } from '../text/index.ts';

/** A run as its journal tells it: each step with its calls and assertions. It contains no secret. */
export interface RunReport {
  readonly format: 'runbook-report/v1';
  readonly run: string;
  readonly mode: 'real' | 'dry';
  /** `suspended`: it can be resumed once somebody has decided something. `unfinished`: it is going on, or its process died. */
  readonly state: RunOutcome | 'suspended' | 'unfinished';
  /** Why it is suspended. */
  readonly suspended?: Suspension;
  readonly title: string;
  /** The runbook's file, without its folder. */
  readonly runbook: string;
  readonly environment: string;
  /** The plan's id. */
  readonly plan: string;
  /** Of the program. */
  readonly version: string;
  /** Who has started it: `dana@laptop`. */
  readonly operator: string;
  readonly origin: Origin;
  /** ISO 8601, as all times here. */
  readonly started_at: string;
  readonly finished_at?: string;
  readonly journal: JournalFacts;
  /** Each other process that has gone on with it, or has rolled it back. */
  readonly resumed: readonly {
    readonly at: string;
    readonly as: 'resume' | 'rollback';
    readonly version: string;
    readonly operator: string;
  }[];
  readonly summary?: RunSummary;
  /** In the order in which they began. */
  readonly steps: readonly ReportedStep[];
  readonly locks: readonly ReportedLock[];
  /** The calls that acquired, renewed and released the locks. */
  readonly lock_calls: readonly ReportedCall[];
  /** Steps whose rollback has ended. */
  readonly rollbacks: readonly ReportedRollback[];
  /** Of a dry run: what it predicts, in the shape of the plan. */
  readonly forecast?: readonly Forecast[];
}

export interface ReportedRollback {
  readonly step: string;
  readonly clean: boolean;
  /** Why nothing was sent. */
  readonly skipped?: Reason;
  readonly message?: string;
}

/** The journal that a report was made from: `runbook verify RUN --head` takes the hash. */
export interface JournalFacts {
  /** SHA-256 of its last line. */
  readonly head: string;
  readonly events: number;
}

export interface ReportedStep extends StepDescription {
  /** Missing where it has not ended. */
  readonly outcome?: StepOutcome;
  readonly reason?: Reason;
  /** The reason as a sentence. */
  readonly message?: string;
  readonly depends_on?: string;
  readonly started_at: string;
  readonly finished_at?: string;
  readonly calls: readonly ReportedCall[];
  readonly assertions: readonly Assertion[];
  readonly saved?: JsonObject;
  /** Names of what was saved and is secret. */
  readonly saved_secrets?: readonly string[];
  readonly confirmation?: { readonly question: string; readonly confirmed: boolean };
  readonly notes: readonly Note[];
}

export interface ReportedCall extends RecordedCall {
  readonly purpose: Purpose;
  /** When its response came; of a write without one, when it was about to be sent. */
  readonly at: string;
  readonly duration_ms?: number;
  /** Missing where there was no response, or none is recorded. */
  readonly status?: number;
  readonly warnings: readonly string[];
  readonly error?: ServerError;
  /** Why there was no response. */
  readonly failure?: { readonly sent: 'no' | 'maybe'; readonly reason: Reason; readonly message: string };
}

export interface ReportedLock {
  readonly at: string;
  readonly connection: string;
  readonly state: 'waiting' | 'acquired' | 'released' | 'refused' | 'lost' | 'not-released';
  readonly reason?: LockReason;
  readonly message?: string;
}

/** The prediction of a dry run for one step of the plan. */
export interface Forecast {
  readonly step: string;
  readonly number: string;
  readonly title: string;
  readonly depth: number;
  readonly effect?: 'read' | 'write';
  /** `blocked`: an earlier step stops the run. Otherwise how the step has ended in the dry run. */
  readonly prediction: StepOutcome | 'blocked';
  readonly message?: string;
  /** The number of the loop that sends it once for each item, where only the run knows how many there are. */
  readonly per_item_of?: string;
  /** The number of the block with `until` that sends it in each iteration, where only the run knows how many there are. */
  readonly per_iteration_of?: string;
  /** In such a loop: a condition or an idempotency check may find that it is not sent for an item. */
  readonly at_most?: true;
  /** The number of the step that would have to be sent first, that blocks this one, or of the block that it is unchanged with. */
  readonly behind?: string;
}

/** Milliseconds for people: `12 ms`, `5.2 s`, `3 min 20 s`. */
export function timeText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Milliseconds that go on, in whole seconds: `0 s`, `14 s`, `3 min 20 s`, `2 h 5 min`. */
export function elapsedText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Milliseconds between two times of a report; undefined where one of them is missing. */
export function durationBetween(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, Date.parse(to) - Date.parse(from));
}

/** A poll asks the same many times: of the calls of a step so many are shown, the first and the last ones. */
const mostCalls = 20;

/** Returns the calls of a step that are shown where it has many, and how many are left out between them. */
export function shownCalls({ calls }: Pick<ReportedStep, 'calls'>): {
  readonly first: readonly ReportedCall[];
  readonly left: number;
  readonly last: readonly ReportedCall[];
} {
  const left = Math.max(0, calls.length - mostCalls);
  if (left === 0) return { first: calls, left, last: [] };
  return { first: calls.slice(0, mostCalls / 2), left, last: calls.slice(-mostCalls / 2) };
}

/** Returns whether a step has not done what it was to do, or has not ended. */
export function isBad(outcome: ReportedStep['outcome']): boolean {
  return outcome === undefined || outcome === 'failed' || outcome === 'in-doubt' || outcome === 'interrupted';
}

/** Returns whether a run can go on. */
export function isOpen(state: RunReport['state']): boolean {
  return state === 'unfinished' || state === 'suspended' || state === 'waiting-for-confirmation';
}

/** Returns whether a run did what was asked of it: a rollback that nobody asked for is no success, however well it went. */
export function isGood(state: RunReport['state']): boolean {
  return state === 'done' || state === 'rolled-back';
}
