import { endOf, ends } from './ends.ts';
import type { RunFacts } from './facts.ts';
import { hints, hintsOf } from './hints.ts';
import { type Listed, linesIn, lists } from './lists.ts';
import { outcomes } from './outcomes.ts';
import type { Sentence } from './sentence.ts';

export { endOf, ends } from './ends.ts';
export { factsOf, type RunFacts } from './facts.ts';
export { hints } from './hints.ts';
export { lists } from './lists.ts';
export { outcomes } from './outcomes.ts';

/** A sentence that a journal says, and that its events do not bear out. */
export interface Unfounded {
  readonly says: string;
  readonly when: string;
  /** The step that it is about, where it is about one. */
  readonly step?: string;
}

/** Returns what a run says of itself, at its end and of each step, and its events do not bear out. */
export function unfoundedIn(facts: RunFacts): Unfounded[] {
  const { summary } = facts;
  const found: Unfounded[] = [];
  const check = <T>({ says, when, isTrue }: Sentence<T>, about: T, step?: string) => {
    if (!isTrue(facts, about)) found.push({ says, when, ...(step === undefined ? {} : { step }) });
  };
  for (const [step, outcome] of facts.outcomes) check(outcomes[outcome], step, step);
  for (const hint of hintsOf(facts)) check(hints[hint], undefined);
  if (!summary) return found;
  check(ends[endOf(summary)], summary);
  const listed = linesIn(summary);
  for (const name of Object.keys(lists) as Listed[])
    for (const line of listed[name]) check(lists[name], line, line.step);
  return found;
}
