import type { Kept, Reason, RunSummary } from '../../engine/index.ts';
import type { RunFacts } from './facts.ts';
import type { Sentence } from './sentence.ts';

/** What is listed below the end of a run, one line each. */
export type Listed = 'in-doubt' | 'not-cleaned-up' | 'left' | 'possibly-left' | 'kept';

/** The line of a list: the step that it is about; without one it is the index of the locks. */
export interface Line {
  readonly step?: string;
  readonly reason?: Reason | Kept['reason'];
}

/** The lists of a summary. */
export function linesIn({
  in_doubt,
  cleanup_failures,
  left,
  kept,
}: RunSummary): Readonly<Record<Listed, readonly Line[]>> {
  return {
    'in-doubt': in_doubt.map((step) => ({ step })),
    'not-cleaned-up': cleanup_failures,
    left: left.filter(({ certain }) => certain),
    'possibly-left': left.filter(({ certain }) => !certain),
    kept,
  };
}

export const lists: Readonly<Record<Listed, Sentence<Line>>> = {
  'in-doubt': {
    says: 'Unknown outcome, check the server before you run this again:',
    when: 'A request of the step was sent or may have been, no response says that it took effect, and its idempotency check, where it has one, has not told.',
    isTrue: (facts, line) => isSent(facts, line) && facts.outcomes.get(line.step ?? '') === 'in-doubt',
  },
  'not-cleaned-up': {
    says: 'Not cleaned up, manual intervention required:',
    when: 'A step of `always` or of a rollback has failed, or a rollback was not carried out to its end.',
    isTrue: ({ outcomes, rolledBack }, { step = '', reason }) =>
      isRollback(reason) ? !rolledBack.has(step) : outcomes.get(step) !== 'done',
  },
  left: {
    says: 'Left in place:',
    when: 'A response, the idempotency check at the end of the run, or the operator says that the write took effect, and nothing that succeeded accounts for it.',
    isTrue: (facts, line) => {
      const write = facts.writes.get(line.step ?? '');
      return (
        write !== undefined &&
        (write.seen === 'in-place' || (write.effect === 'certain' && write.account === undefined))
      );
    },
  },
  'possibly-left': {
    says: 'Possibly left in place:',
    when: 'A request of the step was sent or may have been, and nobody knows whether it took effect.',
    isTrue: isSent,
  },
  kept: {
    says: 'Kept on purpose:',
    when: 'A request of the step was sent or may have been, the runbook declares why it stays, and its idempotency check, where it has one, does not say that it is not there.',
    isTrue: (facts, line) => line.step === undefined || isSent(facts, line),
  },
};

function isRollback(reason: Line['reason']): boolean {
  return typeof reason === 'object' && reason.kind === 'not-rolled-back';
}

function isSent(facts: RunFacts, line: Line): boolean {
  return (facts.writes.get(line.step ?? '')?.effect ?? 'none') !== 'none';
}
