import { matchesRegex } from '../../language/index.ts';
import type { HttpRequest } from '../../plan/index.ts';
import { isObject, type Json } from '../../text/index.ts';

/** The index of the users, as the versions name it. */
const securityIndices = ['.security', '.security-6', '.security-7'];

/**
 * Returns the snapshot that a request restores the users from, `repository/snapshot`; undefined where it restores none. A
 * pattern such as `*` counts for nothing: which versions it restores system indices in is not told by it.
 */
export function usersRestoredBy({
  method,
  path,
  body,
}: Pick<HttpRequest, 'method' | 'path' | 'body'>): string | undefined {
  const [, snapshot] = /^\/_snapshot\/([^/]+\/[^/]+)\/_restore$/.exec(path) ?? [];
  if (method !== 'POST' || snapshot === undefined || body === undefined || !isObject(body)) return undefined;
  const { feature_states, indices, rename_pattern } = body;
  const isOwnName = rename_pattern === undefined && namesIn(indices).some(isOfUsers);
  return isOwnName || namesIn(feature_states).includes('security') ? snapshot : undefined;
}

function namesIn(value: Json | undefined): string[] {
  const values = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return values.flatMap((one) => (typeof one === 'string' ? one.split(',') : [])).map((name) => name.trim());
}

/** In `.security*` each star stands for any characters. */
function isOfUsers(pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'));
  const expression = `^${parts.join('.*')}$`;
  return pattern.startsWith('.') && securityIndices.some((index) => matchesRegex(index, expression));
}
