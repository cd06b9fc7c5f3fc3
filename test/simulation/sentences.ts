import { factsOf, unfoundedIn } from '../../src/report/sentences/index.ts';
import type { Ending } from './simulate.ts';

/**
 * Each sentence of a run's record, held against its events, and against what arrived in the world. What a process could not
 * record is not in its events: there it has said it on the terminal only.
 */
export function falseSentences(ending: Ending): string[] {
  const { scenario, events, sent } = ending;
  if (sent.some(({ isUnrecorded }) => isUnrecorded)) return [];
  const facts = factsOf(scenario.plan, events);
  return [
    ...unfoundedIn(facts).map(
      ({ says, step }) => `"${says}"${step === undefined ? '' : ` of ${step}`} is not borne out by the events`,
    ),
    ...againstTheWorld(ending),
    ...leftInTheWorld(ending),
    ...rolledBackAsSaid(ending),
  ];
}

/** What is surely left in place took effect in the world. */
function leftInTheWorld({ summary, sent }: Ending): string[] {
  return (summary?.left ?? [])
    .filter(({ certain, step }) => certain && !sent.some((one) => one.step === step && one.tookEffect))
    .map(({ step }) => `${step} is said to be left in place, and no request of it took effect`);
}

/** What a run says that `runbook rollback` would roll back is what it rolls back, and where it says nothing, nothing is. */
function rolledBackAsSaid({ events }: Ending): string[] {
  return events.flatMap((event, index) => {
    const next = events[index + 1];
    if (event.type !== 'run-finished' || next?.type !== 'run-resumed' || next.as !== 'rollback') return [];
    const after = events.slice(index + 1);
    const begun = after.find(({ type }) => type === 'rollback-started');
    const rolledBack = begun?.type === 'rollback-started' ? begun.of : [];
    const isEnded = after.some(({ type }) => type === 'run-finished');
    const skipped = after.flatMap((one) => (one.type === 'rollback-skipped' ? [one.step] : []));
    // What was found not to be in place is looked at again, and nothing is sent for it.
    const needed = rolledBack.filter((step) => event.can_be_rolled_back.includes(step) || !skipped.includes(step));
    if (!isEnded || JSON.stringify(needed) === JSON.stringify(event.can_be_rolled_back)) return [];
    return [`said that ${event.can_be_rolled_back} can be rolled back, and the rollback was of ${needed}`];
  });
}

/** What a step says of itself, and what became of its requests. */
function againstTheWorld({ events, sent, cuts }: Ending): string[] {
  // After a power loss, a step that had ended may have lost its end, but never the intent of its write.
  if (cuts.length > 0) return [];
  const arrived = (step: string, before: number) =>
    sent.some((one) => !one.isLock && one.tookEffect && one.step === step && one.events <= before);
  return events.flatMap((event, index) => {
    if (event.type !== 'step-finished') return [];
    const { step, outcome, reason } = event;
    const says = (what: string) => [`${step} says "${outcome}", and ${what}`];
    if ((outcome === 'unchanged' || outcome === 'skipped') && arrived(step, index))
      return says('a request of it took effect');
    if (reason?.kind === 'not-sent' && !reason.again && arrived(step, index))
      return says('that nothing was sent, and a request of it took effect');
    return [];
  });
}
