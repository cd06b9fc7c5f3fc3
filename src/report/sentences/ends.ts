import type { RunSummary } from '../../engine/index.ts';
import type { RunFacts } from './facts.ts';
import type { Sentence } from './sentence.ts';

/** The end of a run: one of these stands in its last line. */
export type End =
  | 'done'
  | 'refused'
  | 'no-write-sent'
  | 'all-rolled-back'
  | 'nothing-to-roll-back'
  | 'undone'
  | 'nothing-to-undo'
  | 'intervention-required'
  | 'suspended'
  | 'waiting-for-confirmation';

/** Returns which of the sentences says how a run has ended. */
export function endOf(summary: RunSummary): End {
  switch (summary.outcome) {
    case 'done':
      return 'done';
    case 'refused':
      return 'refused';
    case 'rolled-back':
      return summary.rolled_back ? 'undone' : 'nothing-to-undo';
    case 'intervention-required':
      return summary.suspended ? 'suspended' : 'intervention-required';
    case 'waiting-for-confirmation':
      return 'waiting-for-confirmation';
    case 'failed':
    case 'interrupted':
      if (summary.writes === 0) return 'no-write-sent';
      return summary.rolled_back ? 'all-rolled-back' : 'nothing-to-roll-back';
  }
}

export const ends: Readonly<Record<End, Sentence<RunSummary>>> = {
  done: {
    says: 'done, N writes were sent; M steps were already in place, content not compared',
    when: 'No step has failed, is interrupted or of unknown outcome; N counts each request of a write that was sent or may have been; M, which is left out where it is 0, the steps and blocks whose idempotency check passed.',
    isTrue: (facts, { writes, in_place }) =>
      hasEndedWell(facts) && requestsIn(facts) === writes && inPlaceIn(facts) === in_place,
  },
  refused: {
    says: 'refused before the first write at STEP: REASON',
    when: 'No request of a write was sent, nor may one have been.',
    isTrue: (facts) => requestsIn(facts) === 0,
  },
  'no-write-sent': {
    says: 'No write of a step was sent.',
    when: 'No request of a write was sent, nor may one have been. Locks are not counted: they are no steps.',
    isTrue: (facts) => requestsIn(facts) === 0,
  },
  'all-rolled-back': {
    says: 'Rolled back: nothing that its steps wrote is left in place.',
    when: 'A rollback was sent and is complete, and each write that took effect or may have is rolled back, was not in place, was put right by a step of `always`, or is kept.',
    isTrue: (facts) => facts.rolledBack.size > 0 && isAccountedFor(facts),
  },
  'nothing-to-roll-back': {
    says: 'Nothing had to be rolled back: nothing that its steps wrote is left in place.',
    when: 'No rollback was sent, and each write that took effect or may have was not in place, was put right by a step of `always`, or is kept.',
    isTrue: (facts) => facts.rolledBack.size === 0 && isAccountedFor(facts),
  },
  undone: {
    says: 'rolled back: nothing that its steps wrote is left in place',
    when: 'Somebody asked for it; otherwise as after a failure.',
    isTrue: (facts) => facts.rolledBack.size > 0 && isAccountedFor(facts),
  },
  'nothing-to-undo': {
    says: 'nothing had to be rolled back: nothing that its steps wrote is left in place',
    when: 'Somebody asked for it, and no rollback was sent; otherwise as after a failure.',
    isTrue: (facts) => facts.rolledBack.size === 0 && isAccountedFor(facts),
  },
  'intervention-required': {
    says: 'Manual intervention is required.',
    when: 'Something is listed below it: a step of unknown outcome, what was not cleaned up, or what is left in place.',
    isTrue: (_, { in_doubt, cleanup_failures, left }) => in_doubt.length + cleanup_failures.length + left.length > 0,
  },
  suspended: {
    says: 'suspended at STEP, manual intervention required: REASON',
    when: 'The last event suspends the run: nothing was sent after it, and `runbook resume` goes on.',
    isTrue: ({ suspended }) => suspended !== undefined,
  },
  'waiting-for-confirmation': {
    says: 'suspended, waiting for the confirmation of STEP: QUESTION',
    when: 'The last event suspends the run at a step that nobody has confirmed: no write of it was sent, and `runbook resume` goes on.',
    isTrue: ({ suspended, writes }) => suspended?.by === 'confirmation' && !writes.has(suspended.step),
  },
};

function inPlaceIn({ outcomes }: RunFacts): number {
  return [...outcomes.values()].filter((one) => one === 'in-place').length;
}

/** Returns how many requests of writes were sent, or may have been. */
function requestsIn({ writes }: RunFacts): number {
  return [...writes.values()].reduce((sum, { requests }) => sum + requests, 0);
}

function hasEndedWell({ outcomes, isInterrupted }: RunFacts): boolean {
  return !isInterrupted && [...outcomes.values()].every((one) => !['failed', 'in-doubt', 'interrupted'].includes(one));
}

/** What cleans up is not accounted for: a failure of it is listed by itself. */
function isAccountedFor({ writes }: RunFacts): boolean {
  return [...writes.values()].every(
    ({ phase, effect, account }) => phase !== 'steps' || effect === 'none' || account !== undefined,
  );
}
