import type { RunFacts } from './facts.ts';
import type { Sentence } from './sentence.ts';

/** What the end of a run advises to type next. */
export type Hint = 'roll-back' | 'roll-back-the-rest' | 'decide' | 'confirm' | 'continue' | 'resume' | 'unlock';

const suspendedHints = { step: 'decide', confirmation: 'confirm', lock: 'continue', journal: 'continue' } as const;

/** Returns the hints that a run gives where it has ended, is suspended, or is neither. */
export function hintsOf({ summary, suspended }: Pick<RunFacts, 'summary' | 'suspended'>): Hint[] {
  if (suspended) return [suspendedHints[suspended.by]];
  if (!summary) return ['resume'];
  const { can_be_rolled_back, outcome, locks_left } = summary;
  const next: Hint[] = can_be_rolled_back.length > 0 ? [outcome === 'done' ? 'roll-back' : 'roll-back-the-rest'] : [];
  return locks_left.length > 0 ? [...next, 'unlock'] : next;
}

export const hints: Readonly<Record<Hint, Sentence<undefined>>> = {
  'roll-back': {
    says: 'Roll it back: runbook rollback RUN',
    when: 'A write took effect or may have, its runbook rolls it back, and it is not rolled back.',
    isTrue: canBeRolledBack,
  },
  'roll-back-the-rest': {
    says: 'To complete the rollback: runbook rollback RUN',
    when: 'As above, of a run that has failed: the rollback was not asked for, or is not complete.',
    isTrue: canBeRolledBack,
  },
  decide: {
    says: 'Check the server, then say whether it took effect: runbook resume RUN --assume-done STEP',
    when: 'The last event suspends the run at a step whose write was sent or may have been, and its response has not told.',
    isTrue: ({ suspended, writes }) =>
      suspended?.by === 'step' && (writes.get(suspended.step)?.effect ?? 'none') !== 'none',
  },
  confirm: {
    says: 'Confirm it and continue: runbook resume RUN --confirm STEP',
    when: 'The last event suspends the run at a step that nobody has confirmed, and no write of it was sent.',
    isTrue: ({ suspended, writes }) => suspended?.by === 'confirmation' && !writes.has(suspended.step),
  },
  continue: {
    says: 'Then continue: runbook resume RUN',
    when: 'The last event suspends the run at a lock or at its journal.',
    isTrue: ({ suspended }) => suspended?.by === 'lock' || suspended?.by === 'journal',
  },
  resume: {
    says: 'not finished: it is still running, or its process died (runbook resume RUN continues it)',
    when: 'The last event is not the end of the run.',
    isTrue: ({ summary }) => summary === undefined,
  },
  unlock: {
    says: 'Remove it with runbook unlock once the cluster responds.',
    when: 'A request that acquires the lock was sent or may have been, and no response says that it was released.',
    isTrue: ({ locks }) => [...locks.values()].some((state) => state !== 'released'),
  },
};

function canBeRolledBack({ writes }: RunFacts): boolean {
  return [...writes.values()].some(({ effect, account }) => effect !== 'none' && account !== 'rolled-back');
}
