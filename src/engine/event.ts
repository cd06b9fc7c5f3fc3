import type { Content } from '../language/index.ts';
import type { Json, JsonObject } from '../text/index.ts';
import type { LockReason, Reason } from './reason.ts';
import type { Assertion, NoResponse, ServerError } from './result.ts';

/** How a step ended. */
export type StepOutcome =
  /** Sent (or read), and every assertion passed. */
  | 'done'
  /** Its content was compared (`unchanged_when`), and is as the write would leave it; the write was not sent. */
  | 'unchanged'
  /** Its effect is in place (`done_when`); content was not compared, and the write was not sent. */
  | 'in-place'
  | 'skipped'
  | 'failed'
  /** Sent, and nobody knows whether it took effect. */
  | 'in-doubt'
  /** The run was stopped before it was finished. */
  | 'interrupted'
  /** Dry run: it would be sent. */
  | 'would-change'
  /** Dry run: it cannot be known before an earlier step has really been sent. */
  | 'depends';

/** How a run ended; the exit codes of the command line follow from it. */
export type RunOutcome =
  | 'done'
  | 'failed'
  | 'intervention-required'
  | 'refused'
  | 'interrupted'
  /** Undone because somebody asked for it. */
  | 'rolled-back'
  /** A step waits for somebody to confirm it; the run can be resumed. */
  | 'waiting-for-confirmation';

/** Which part of the operation a step belongs to. */
export type Phase = 'preflight' | 'steps' | 'evidence' | 'always' | 'rollback';

/** What a step is to a reader of the journal. */
export type StepKind = 'request' | 'block' | 'note';

/** A step as a reader of the journal knows it. */
export interface StepDescription {
  readonly step: string;
  readonly number: string;
  readonly title: string;
  readonly phase: Phase;
  readonly kind: StepKind;
  /**
   * How many blocks are around it.
   * @asType integer
   * @minimum 0
   * @maximum 10000
   */
  readonly depth: number;
  /** Where it stands in the runbook: `users-7.10.yaml:41:5`. */
  readonly place: string;
}

/** How a step ended, and what it saved. */
export interface StepResult {
  readonly outcome: StepOutcome;
  readonly reason?: Reason;
  /** Dry run: the step that would have to be sent before this one can be known; of `would-change`, a step that may have done it by then. */
  readonly depends_on?: string;
  readonly saved?: JsonObject;
  /** Names of what was saved, too, and is secret. */
  readonly saved_secrets?: readonly string[];
  /** Those of them that a rollback needs, each encrypted with the environment's key. */
  readonly sealed?: { readonly [name: string]: string };
}

/** Something that a person must know, in the author's words. */
export interface Note {
  readonly severity: 'info' | 'warning';
  readonly note: string;
}

/** Something that was to be cleaned up, and was not. */
export interface CleanupFailure {
  readonly step: string;
  readonly reason: Reason;
  /** What a person may have to send. */
  readonly call?: { readonly connection: string; readonly request: string };
}

/** A write, and its call where that can be told. */
interface AccountedWrite {
  /** Without one it is the program's own: the index of the locks. */
  readonly step?: string;
  readonly call?: { readonly connection: string; readonly request: string };
}

/** What stays when a run has not succeeded, because the runbook says so. */
export interface Kept extends AccountedWrite {
  /** In the author's words; `lock-index` of the index of the locks. */
  readonly reason: string | { readonly kind: 'lock-index' };
}

/** What is in place, or may be, although the run has not succeeded. */
export interface Left extends AccountedWrite {
  /** Nobody knows of the others whether they are in place. */
  readonly certain: boolean;
  readonly reason: Reason;
}

/** A call for a person to read before it is sent, or to send by hand, as far as it is known. */
export interface ShownCall extends Omit<RecordedCall, 'opaque_id' | 'effect'> {
  /** Of its step. */
  readonly title: string;
}

/** Why a run is not finished: somebody must decide about a step or confirm one, or what is in its way must go. */
export type Suspension =
  | { readonly by: 'step' | 'confirmation'; readonly step: string; readonly reason: Reason }
  | { readonly by: 'lock' | 'journal'; readonly reason: Reason };

export interface RunSummary {
  readonly outcome: RunOutcome;
  /** Somebody has stopped it. */
  readonly interrupted?: true;
  /** The first thing that went wrong. */
  readonly failure?: { readonly step: string; readonly reason: Reason };
  /** Steps of which nobody knows whether they took effect. */
  readonly in_doubt: readonly string[];
  /** What did not work while cleaning up: in `always` or in the rollback. */
  readonly cleanup_failures: readonly CleanupFailure[];
  /** How many steps and blocks were in place already; nobody has compared their content. */
  readonly in_place: number;
  /** How many writes were sent. */
  readonly writes: number;
  /** Dry run: how many writes would change, or depend on one that would be. */
  readonly predicted_writes: number;
  /** Dry run: how many there are besides, for each item of a list that only the run knows. */
  readonly predicted_writes_per_item: number;
  readonly rolled_back: boolean;
  /** Steps that `runbook rollback` would roll back, the newest first. */
  readonly can_be_rolled_back: readonly string[];
  /** Where a rollback is not complete or was skipped: the calls that complete it, in their order. */
  readonly by_hand: readonly ShownCall[];
  /** Of a run that has not succeeded: what stays as the runbook declares. */
  readonly kept: readonly Kept[];
  /** Of a run that has not succeeded: what is in place, or may be, and nobody has rolled back. */
  readonly left: readonly Left[];
  readonly suspended?: Suspension;
  readonly notes: readonly Note[];
  /** Locks that are left behind, or may be. */
  readonly locks_left: readonly LockReason[];
}

/** That a person has approved the plan, and the proof of it: `runbook verify` checks it again. */
export interface GivenApproval {
  readonly name: string;
  /** Its kind and fingerprint. */
  readonly key: string;
  readonly approved_at?: string;
  readonly expires_at?: string;
  /** What was signed; without it, the plan itself. */
  readonly statement?: string;
  readonly signature: string;
}

/** How many approvals a plan needed before its run began: `resume` and `verify` ask for the same ones. */
export interface ApprovalRequirement {
  readonly required: number;
  /** False if an approval by the plan's author does not count. */
  readonly self_approval: boolean;
  /** Who said whose approvals count: `option` of the command line, which is needed again to go on with the run. */
  readonly signers: 'environment' | 'option';
}

/** What a run was started with: enough to plan it again. Paths are as they were given. */
export interface Origin {
  readonly runbook: string;
  readonly env: string;
  readonly set: readonly string[];
  /** The file with the plan that was run, where it was one: the inputs are in it. */
  readonly plan_file?: string;
  readonly approvals?: readonly GivenApproval[];
  /** Without it, no approval was asked for. */
  readonly approvals_required?: ApprovalRequirement;
  /** SHA-256 of the runbook and of each fragment it uses, by path. */
  readonly files: { readonly [path: string]: string };
  /** Steps that were confirmed by name. */
  readonly confirm: readonly string[];
}

/** A call as it may be kept: secrets are references. */
export interface RecordedCall extends Content {
  readonly connection: string;
  readonly identity?: string;
  readonly effect: 'read' | 'write';
  readonly request: string;
  readonly query?: Json;
  readonly opaque_id: string;
}

/** The two reads that ask whether the effect of a write is there; `unchanged_when` compares content. */
export type Check = 'done_when' | 'unchanged_when';

/** Why a step sends a request: it is the step's own, it asks whether its effect is there, or how far what it waits for is. */
export type StepPurpose = 'step' | Check | 'progress';

/** Why a request is sent: for a step, or about a lock. */
export type CallOwner =
  | { readonly purpose: StepPurpose; readonly step: string }
  | { readonly purpose: 'lock'; readonly step?: undefined };
export type Purpose = CallOwner['purpose'];

export interface RunStarted {
  readonly type: 'run-started';
  readonly run: string;
  readonly mode: 'real' | 'dry';
  readonly plan: string;
  readonly runbook: string;
  readonly title: string;
  readonly environment: string;
  /** Of the program. */
  readonly version: string;
  /** Who has started it: `dana@laptop`. */
  readonly operator: string;
  readonly origin: Origin;
  /** What was asked for: after a failure it rolls back, or stays as it is. */
  readonly rollback: boolean;
  readonly cluster_lock: boolean;
}

/** Another process goes on with the run, or rolls it back. */
export interface RunResumed {
  readonly type: 'run-resumed';
  readonly as: 'resume' | 'rollback';
  readonly version: string;
  readonly operator: string;
}

/** The last line of an earlier process is cut off, and may have been the intent of a write: that write may have been sent. */
export interface LineLost {
  readonly type: 'line-lost';
  readonly step: string;
}

export type StepStarted = { readonly type: 'step-started' } & StepDescription;

/** The only event that must be on disk before the run goes on: the write that follows it is about to be sent. */
export type WriteIntended = {
  readonly type: 'write-intended';
  readonly attempt: number;
  readonly call: RecordedCall;
} & CallOwner;

export type ResponseReceived = {
  readonly type: 'response';
  readonly call: RecordedCall;
  readonly status: number;
  readonly duration_ms: number;
  readonly warnings: readonly string[];
  /** Of a write: whether every assertion passes. */
  readonly as_expected?: boolean;
  readonly error?: ServerError;
} & CallOwner;

export type ResponseMissing = {
  readonly type: 'no-response';
  readonly call: RecordedCall;
  readonly duration_ms: number;
  readonly reason: NoResponse | Extract<Reason, { kind: 'journal-not-writable' }>;
} & CallOwner;

export interface Waiting {
  readonly type: 'waiting';
  readonly step: string;
  /** Of a poll: what is waited for, in the author's words. */
  readonly waiting_for?: string;
  readonly reason: Reason;
  readonly ms: number;
}

/** How much of one thing is done. */
export interface Progress {
  readonly done: number;
  /** Where it is known. */
  readonly total?: number;
  /** `bytes`, or a word in the plural. */
  readonly unit: string;
}

/** How far what a poll waits for is: recorded when it has changed, and otherwise every now and then, to say that it has not. */
export interface Progressed {
  readonly type: 'progress';
  readonly step: string;
  readonly measures: readonly Progress[];
}

export type Asserted = { readonly type: 'asserted'; readonly step: string } & Assertion;

export interface EffectChecked {
  readonly type: 'effect-checked';
  readonly step: string;
  readonly effect: 'in-place' | 'not-in-place' | 'unknown';
  /** Not in place: there is nothing at all where it would be. */
  readonly absent?: true;
  readonly reason?: Reason;
}

export interface Confirmation {
  readonly type: 'confirmation';
  readonly step: string;
  readonly question: string;
  /** What was asked about: the writes that follow, as far as they were known. */
  readonly calls: readonly ShownCall[];
  readonly confirmed: boolean;
}

export type StepFinished = { readonly type: 'step-finished' } & StepResult & StepDescription;

export type Noted = {
  readonly type: 'noted';
  readonly step: string;
  readonly number: string;
  /**
   * How many blocks are around it.
   * @asType integer
   * @minimum 0
   * @maximum 10000
   */
  readonly depth: number;
} & Note;

export interface Interrupted {
  readonly type: 'interrupted';
}

export interface RollbackStarted {
  readonly type: 'rollback-started';
  readonly of: readonly string[];
}

/** The rollback of one step or block has ended. */
export interface Undone {
  readonly type: 'step-rolled-back';
  readonly step: string;
  readonly clean: boolean;
}

/** A rollback that turned out not to be needed: what it rolls back is not in place. */
export interface RollbackSkipped {
  readonly type: 'rollback-skipped';
  readonly step: string;
  readonly reason: Reason;
}

export interface RollbackFinished {
  readonly type: 'rollback-finished';
  readonly clean: boolean;
}

/** A person has said whether a step of unknown outcome took effect. */
export interface Decided {
  readonly type: 'decided';
  readonly step: string;
  readonly took_effect: boolean;
}

/** The run cannot go on before somebody decides something. Nothing else is sent; it can be resumed. */
export type Suspended = { readonly type: 'suspended' } & Suspension;

export interface LockChanged {
  readonly type: 'lock';
  readonly connection: string;
  readonly state: 'waiting' | 'acquired' | 'released' | 'refused' | 'lost' | 'not-released';
  readonly reason?: LockReason;
}

export type RunFinished = { readonly type: 'run-finished' } & RunSummary;

/** An event before the interpreter has stamped it. */
export type NewEvent =
  | RunStarted
  | RunResumed
  | LineLost
  | StepStarted
  | WriteIntended
  | ResponseReceived
  | ResponseMissing
  | Waiting
  | Progressed
  | Asserted
  | EffectChecked
  | Confirmation
  | StepFinished
  | Noted
  | Interrupted
  | RollbackStarted
  | Undone
  | RollbackSkipped
  | RollbackFinished
  | Decided
  | Suspended
  | LockChanged
  | RunFinished;

/**
 * Everything that can happen in a run. The journal stores these; terminal, reports and `show` are folds over them.
 * They hold no secret: calls are recorded with references in the place of secrets, and every text is redacted.
 */
export type Event = { readonly at: string } & NewEvent;
