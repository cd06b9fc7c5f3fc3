import type { Path } from '../../../language/index.ts';
import { isObject } from '../../../text/index.ts';
import type { WrittenCall } from '../../catalogue.ts';
import type { AssertedSubjects } from '../../pitfalls.ts';
import { fieldOf, isTrue } from './names.ts';

/** A snapshot, a restore, and a policy that takes snapshots. */
export function acceptsMissingShards({ method, path, body }: WrittenCall): Path | undefined {
  if (method === 'POST' || method === 'PUT') {
    if (/^\/_snapshot\/[^/]+\/[^/]+(\/_restore)?$/.test(path) && isTrue(fieldOf(body, 'partial')))
      return ['body', 'partial'];
    if (/^\/_slm\/policy\/[^/]+$/.test(path) && isTrue(fieldOf(fieldOf(body, 'config'), 'partial')))
      return ['body', 'config', 'partial'];
  }
  return undefined;
}

/**
 * A shard that failed is in no `_recovery`, so that only their number shows it; a search and a count leave it out, and say so
 * in `_shards` (docs/how-servers-behave.md, X1).
 */
export function showsMissingShards({ path, query = {} }: WrittenCall, asserted: AssertedSubjects): boolean {
  const says = (pattern: RegExp) => Object.keys(asserted).some((subject) => pattern.test(subject));
  if (/^\/_cluster\/health(\/|$)/.test(path))
    return says(/status|unassigned|active_shards/) || query.wait_for_status !== undefined;
  if (/^\/_cat\/health$/.test(path)) return says(/status|unassign|active/);
  if (/^\/_cat\/indices(\/|$)/.test(path)) return says(/health/);
  if (/^\/_cat\/shards(\/|$)/.test(path)) return says(/state|length\(/);
  if (/^\/_cat\/recovery(\/|$)|\/_recovery$/.test(path)) return says(/length\(/);
  if (path.endsWith('/_restore')) return says(/shards\.(failed|successful)/);
  if (/\/_(count|search|stats)$/.test(path))
    return says(/_shards/) || isExact(asserted.count ?? asserted['hits.total.value']);
  return false;
}

function isExact(expected: unknown): boolean {
  return isObject(expected) ? 'equals' in expected : expected !== undefined;
}
