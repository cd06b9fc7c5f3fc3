import type { EffectChecked, Event, Note, RecordedCall, StepResult } from './event.ts';
import type { ResponseReason } from './reason.ts';
import { hasSucceeded, isRefusal, sentIn } from './retry.ts';

/** What the journal of a run says of one step. */
export interface PastStep {
  /** Its `when` was met and it was allowed to run. */
  isStarted: boolean;
  confirmed?: boolean;
  /** What its `done_when` said last. */
  effect?: EffectChecked['effect'];
  /** What its idempotency check said last, after its write was sent. */
  seen?: Seen;
  note?: Note;
  /** How often its write was about to be sent. */
  attempts: number;
  /** Writes that were sent, or may have been. */
  writes: number;
  /** True if one of them may have taken effect; the last one aside, where that is not known. */
  mayHaveBeenSent: boolean;
  /** What became of the last of them; `unknown` where the journal ends before its response. */
  last?: 'unknown' | 'not-sent' | 'ambiguous' | RecordedResponse;
  finished?: StepResult;
}

/** What an idempotency check said. `absent`: what it makes is not there at all; `changed`: it is there, and is not as the write leaves it. */
export interface Seen {
  readonly effect: 'in-place' | 'absent' | 'changed' | 'unknown';
  /** ISO 8601. */
  readonly at: string;
}

export function seenIn({ effect, absent }: Pick<EffectChecked, 'effect' | 'absent'>): Seen['effect'] {
  if (effect !== 'not-in-place') return effect;
  return absent === true ? 'absent' : 'changed';
}

/** The recorded response to a write. */
export interface RecordedResponse extends ResponseReason {
  readonly isExpected: boolean;
}

/** A run so far, as its journal tells it. */
export interface Replay {
  readonly steps: ReadonlyMap<string, PastStep>;
  /** A write of a step or of a lock was about to be sent: locks may be held. */
  readonly hasWritten: boolean;
  readonly isInterrupted: boolean;
  /** Somebody asked for the rollback. */
  readonly isRollbackWanted: boolean;
  /** How far the rollback is. */
  readonly rollback: 'none' | 'begun' | 'ended';
  /** Step → how its rollback has ended. */
  readonly rolledBack: ReadonlyMap<string, RollbackState>;
  /** Writes of rollbacks that were about to be sent: what they change is not as the run had left it. */
  readonly undoingWrites: ReadonlySet<string>;
  /** Step → which of the run's intents its first one was, from 1. */
  readonly intended: ReadonlyMap<string, number>;
  /** The step of the operation that failed first. */
  readonly firstFailed: string | undefined;
  /** The writes about locks that succeeded: connection and request. */
  readonly lockWrites: ReadonlySet<string>;
}

/** How a rollback has ended. `clean`: all of it is done. `not-needed`: nothing of what it rolls back was in place. */
export type RollbackState = 'clean' | 'incomplete' | 'not-needed';

/** Returns what is known of the writes of a step that may have taken effect. */
export function certaintyOf({ finished, last }: PastStep): 'done' | 'succeeded' | 'unknown' {
  if (finished?.outcome === 'done') return 'done';
  return typeof last === 'object' && (last.isExpected || hasSucceeded(last.status)) ? 'succeeded' : 'unknown';
}

/** Returns whether a write of the step may have taken effect. */
export function hasEffect({ mayHaveBeenSent, last }: PastStep): boolean {
  return mayHaveBeenSent || last === 'unknown';
}

/** Folds a journal into what replaying needs of it; its size does not grow with the number of polls. */
export function replayOf(events: readonly Event[]): Replay {
  const steps = new Map<string, PastStep>();
  const rolledBack = new Map<string, RollbackState>();
  const undoingWrites = new Set<string>();
  const lockWrites = new Set<string>();
  const intended = new Map<string, number>();
  let firstFailed: string | undefined;
  /** What ran since the last rollback began. */
  let undoing = new Set<string>();
  let hasWritten = false;
  let isInterrupted = false;
  let isRollbackWanted = false;
  let rollback: Replay['rollback'] = 'none';
  let isFinished = false;
  const stepOf = (id: string): PastStep => {
    const known = steps.get(id);
    if (known) return known;
    const found: PastStep = { isStarted: false, attempts: 0, writes: 0, mayHaveBeenSent: false };
    steps.set(id, found);
    // What is rolled back is looked at meanwhile, and was there before.
    if (rollback === 'begun') undoing.add(id);
    return found;
  };
  for (const event of events) {
    if (event.type === 'write-intended' || event.type === 'line-lost') {
      hasWritten = true;
      // Its steps run between the beginning and the end of the rollback, and no others do.
      const step = event.type === 'line-lost' || event.purpose === 'step' ? event.step : undefined;
      if (step !== undefined && rollback === 'begun') undoingWrites.add(step);
      if (step !== undefined && !intended.has(step)) intended.set(step, intended.size + 1);
    }
    if (event.type === 'step-finished' && isFailure(event)) firstFailed ??= event.step;
    if (event.type === 'response' && event.purpose === 'lock' && hasSucceeded(event.status))
      lockWrites.add(lockWrite(event.call));
    switch (event.type) {
      case 'run-resumed':
        if (event.as === 'rollback') isRollbackWanted = true;
        if (isFinished) {
          // What was not rolled back is tried again from its beginning, and what was not in place then is looked at again.
          for (const id of undoing) steps.delete(id);
          for (const [step, state] of rolledBack) if (state !== 'clean') rolledBack.delete(step);
          undoing = new Set();
          rollback = 'none';
        }
        isFinished = false;
        break;
      case 'interrupted':
        isInterrupted = true;
        break;
      case 'rollback-started':
        rollback = 'begun';
        break;
      case 'step-rolled-back':
        rolledBack.set(event.step, event.clean ? 'clean' : 'incomplete');
        break;
      case 'rollback-skipped':
        rolledBack.set(event.step, 'not-needed');
        break;
      case 'rollback-finished':
        rollback = 'ended';
        break;
      case 'run-finished':
        isFinished = true;
        break;
      default:
        if ('step' in event && event.step !== undefined) note(stepOf(event.step), event);
    }
  }
  return {
    ...{ steps, hasWritten, isInterrupted, isRollbackWanted, rollback },
    ...{ rolledBack, undoingWrites, intended, firstFailed, lockWrites },
  };
}

/** Of a step of the operation itself; that of a block is the failure of a step in it. */
function isFailure({ kind, phase, outcome }: Extract<Event, { type: 'step-finished' }>): boolean {
  if (kind === 'block' || (phase !== 'steps' && phase !== 'preflight')) return false;
  return outcome === 'failed' || outcome === 'in-doubt';
}

/** A call about a lock, as `lockWrites` has it. */
export function lockWrite({ connection, request }: Pick<RecordedCall, 'connection' | 'request'>): string {
  return `${connection} ${request}`;
}

function note(step: PastStep, event: Event): void {
  switch (event.type) {
    case 'step-started':
      step.isStarted = true;
      break;
    case 'confirmation':
      step.confirmed = event.confirmed;
      break;
    case 'effect-checked':
      step.effect = event.effect;
      if (step.writes > 0) step.seen = { effect: seenIn(event), at: event.at };
      break;
    case 'noted':
      step.note = { severity: event.severity, note: event.note };
      break;
    case 'write-intended':
    case 'line-lost':
      // What became of an earlier one is not known, and will not be.
      if (step.last === 'unknown') step.mayHaveBeenSent = true;
      delete step.seen;
      step.attempts = event.type === 'line-lost' ? step.attempts + 1 : event.attempt;
      step.writes++;
      step.last = 'unknown';
      break;
    case 'response': {
      if (event.call.effect !== 'write') break;
      const { status, error, as_expected } = event;
      step.last = { kind: 'response', status, ...(error ? { error } : {}), isExpected: as_expected === true };
      if (!isRefusal(status)) step.mayHaveBeenSent = true;
      break;
    }
    case 'no-response': {
      if (event.call.effect !== 'write') break;
      const isUnsent = sentIn(event) === 'no';
      step.last = isUnsent ? 'not-sent' : 'ambiguous';
      if (isUnsent) step.writes--;
      else step.mayHaveBeenSent = true;
      break;
    }
    case 'step-finished': {
      const { outcome, reason, saved, saved_secrets } = event;
      step.finished = {
        outcome,
        ...(reason === undefined ? {} : { reason }),
        ...(saved === undefined ? {} : { saved }),
        ...(saved_secrets === undefined ? {} : { saved_secrets }),
      };
      break;
    }
    default:
  }
}
