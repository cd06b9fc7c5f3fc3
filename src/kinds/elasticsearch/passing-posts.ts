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
