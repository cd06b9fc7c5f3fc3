import { type Event, plannedOf } from '../engine/index.ts';
import { nodesIn, type Plan } from '../plan/index.ts';

/**
 * Returns that a write may have been about to be sent in a last line that is cut off. After a power loss it was not, for its
 * intent has to be on the disk first; but somebody may have cut the line, too.
 * @param tail What there is of the line; empty where the journal ends in a whole one.
 * @returns Undefined where the line was another event: nothing is sent on account of those.
 */
export function lostWrite(
  events: readonly Event[],
  tail: string,
  plan: Plan,
): (Event & { readonly type: 'line-lost' }) | undefined {
  const [, type] = /"type":"([a-z-]+)"/.exec(tail) ?? [];
  const isOfStep = !/"purpose":"(?!step")/.test(tail);
  const last = events.at(-1);
  if (tail === '' || (type !== undefined && type !== 'write-intended') || !isOfStep || last === undefined)
    return undefined;
  const step = openRequest(events);
  const node = step === undefined ? undefined : nodesIn(plan).find((one) => one.node.id === plannedOf(step).id)?.node;
  if (step === undefined || node?.kind !== 'request' || node.effect !== 'write') return undefined;
  return { at: last.at, type: 'line-lost', step };
}

/** The request that the journal ends in the middle of. */
function openRequest(events: readonly Event[]): string | undefined {
  const last = events.findLast(
    ({ type }) => type === 'step-started' || type === 'step-finished' || type === 'run-finished',
  );
  return last?.type === 'step-started' && last.kind === 'request' ? last.step : undefined;
}
