import { type Event, plannedAmong } from '../engine/index.ts';
import { nodesIn, type Plan } from '../plan/index.ts';

type LineLost = Event & { readonly type: 'line-lost' };

/**
 * Returns that a write may have been about to be sent in a last line that is cut off. After a power loss it was not, for its
 * intent has to be on the disk first; but somebody may have cut the line, too. Where iterations run side by side and the line does
 * not say whose it was, it may have been any of theirs.
 * @param tail What there is of the line; empty where the journal ends in a whole one.
 * @returns Nothing where the line was another event: nothing is sent on account of those.
 */
export function lostWrites(events: readonly Event[], tail: string, plan: Plan): LineLost[] {
  const [, type] = /"type":"([a-z-]+)"/.exec(tail) ?? [];
  const [, named] = /"step":"([^"]+)"/.exec(tail) ?? [];
  const isOfStep = !/"purpose":"(?!step")/.test(tail);
  const last = events.at(-1);
  if (tail === '' || (type !== undefined && type !== 'write-intended') || !isOfStep || last === undefined) return [];
  const nodes = new Map(nodesIn(plan).map(({ node }) => [node.id, node]));
  const plannedOf = plannedAmong(nodes);
  return openRequests(events)
    .filter((step) => named === undefined || step === named)
    .filter((step) => {
      const node = nodes.get(plannedOf(step)?.id ?? '');
      return node?.kind === 'request' && node.effect === 'write';
    })
    .map((step) => ({ at: last.at, type: 'line-lost', step }));
}

/** The requests that the journal ends in the middle of. */
function openRequests(events: readonly Event[]): string[] {
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'run-finished') open.clear();
    if (event.type === 'step-started' && event.kind === 'request') open.add(event.step);
    if (event.type === 'step-finished') open.delete(event.step);
  }
  return [...open];
}
