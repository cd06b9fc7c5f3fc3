import { isOneOf } from '../apis.ts';

/** The APIs that write one thing after another: what fails in the middle has taken effect in part. */
export const isWrittenInParts = isOneOf([
  '/{index}/_bulk',
  '/{index}/_close',
  '/{index}/_delete_by_query',
  '/{index}/_forcemerge',
  '/{index}/_open',
  '/{index}/_update_by_query',
  '/_data_stream/_migrate/{name}',
  '/_reindex',
  '/_snapshot/{name}/_cleanup',
  // Where a node dies in the middle, the indices are replaced and no recovery shows it.
  '/_snapshot/{name}/{name}/_restore',
]);
