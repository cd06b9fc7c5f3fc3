import type { StepOutcome } from '../../engine/index.ts';
import type { Sentence } from './sentence.ts';

/** How a step has ended, by the name of its outcome; `about` is its id. */
export const outcomes: Readonly<Record<StepOutcome, Sentence<string>>> = {
  done: {
    says: 'done',
    when: 'A read or a write was sent, and each assertion passed; or a write whose response was lost was found in place, or the operator has said that it took effect.',
    isTrue: (facts, step) => {
      const write = facts.writes.get(step);
      return write === undefined || write.requests > 0;
    },
  },
  unchanged: {
    says: 'unchanged',
    when: 'The read that compares content (`unchanged_when`) passed, and no write was sent.',
    isTrue: (facts, step) => (facts.writes.get(step)?.requests ?? 0) === 0,
  },
  'in-place': {
    says: 'already in place; content not compared',
    when: 'The idempotency check (`done_when`) passed, and no write was sent.',
    isTrue: (facts, step) => (facts.writes.get(step)?.requests ?? 0) === 0,
  },
  skipped: {
    says: 'skipped: REASON',
    when: 'Nothing was sent: a condition is not met, or the environment has no such connection.',
    isTrue: (facts, step) => facts.writes.get(step) === undefined,
  },
  failed: {
    says: 'FAILED: REASON',
    when: 'An assertion failed, or nothing was sent, or the idempotency check did not find the write after a response that was lost. "Not sent" is only said where no request may have left.',
    isTrue: (facts, step) => !facts.notSent.has(step) || (facts.writes.get(step)?.effect ?? 'none') === 'none',
  },
  'in-doubt': {
    says: 'UNKNOWN OUTCOME: REASON',
    when: 'A request of a write was sent or may have been, and neither its response nor the idempotency check has told whether it took effect.',
    isTrue: (facts, step) => (facts.writes.get(step)?.effect ?? 'none') === 'possible',
  },
  interrupted: {
    says: 'interrupted',
    when: 'Somebody has interrupted the run, or has asked for its rollback, before the step was finished.',
    isTrue: ({ isInterrupted, isRollbackWanted }) => isInterrupted || isRollbackWanted,
  },
  'would-change': {
    says: 'would change',
    when: 'Of a dry run: the idempotency check did not find it, or the step has none. Nothing was sent.',
    isTrue: ({ writes }) => writes.size === 0,
  },
  depends: {
    says: 'may depend on a step that would change something',
    when: 'Of a dry run: an earlier write is predicted that this step may depend on. Nothing was sent.',
    isTrue: ({ writes }) => writes.size === 0,
  },
};
