import { isOneOf } from '../apis.ts';

/** The POST APIs that write, and leave nothing behind that could be rolled back or kept. */
export const isPassingPost = isOneOf([
  '/{index}/_cache/clear',
  '/{index}/_flush',
  '/{index}/_refresh',
  '/_nodes/reload_secure_settings',
  '/_searchable_snapshots/cache/clear',
  '/_security/api_key/{name}/_clear_cache',
  '/_security/privilege/{name}/_clear_cache',
  '/_security/realm/{name}/_clear_cache',
  '/_security/role/{name}/_clear_cache',
  '/_security/service/{name}/{name}/credential/token/{name}/_clear_cache',
]);

const isVerification = isOneOf(['/_snapshot/{name}/_verify']);

/** Returns what a POST that changes nothing writes all the same, and removes itself; undefined where it writes nothing. */
export function passingWrites(path: string): string | undefined {
  return isVerification(path)
    ? 'test blobs into the repository and deletes them, unless the repository is read-only'
    : undefined;
}
