import { isOneOf } from '../../apis.ts';
import type { WrittenCall } from '../../catalogue.ts';

/** The APIs that wait unless `wait_for_completion=false`; `_forcemerge` takes that since 8.1. */
const isLong = isOneOf([
  '/{index}/_delete_by_query',
  '/{index}/_forcemerge',
  '/{index}/_update_by_query',
  '/_enrich/policy/{name}/_execute',
  '/_reindex',
]);

/** All others respond at once unless they are told to wait. */
export function waitsForCompletion({ path, query }: WrittenCall): boolean {
  const wanted = query?.wait_for_completion;
  // A template is decided by whoever gives its value.
  return isLong(path) ? wanted === undefined || String(wanted) === 'true' : String(wanted) === 'true';
}
