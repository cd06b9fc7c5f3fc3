import type { RunFacts } from './facts.ts';

/** A sentence that this program says about a run, and what has to be so in the events for it to be true. */
export interface Sentence<About> {
  /** As it is printed; names in capitals stand for what differs. */
  readonly says: string;
  /** The condition in words (docs/sentences.md). */
  readonly when: string;
  /** The condition over the events. */
  readonly isTrue: (facts: RunFacts, about: About) => boolean;
}
