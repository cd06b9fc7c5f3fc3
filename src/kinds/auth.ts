import type { Auth } from '../language/index.ts';
import type { PlannedAuth } from '../plan/index.ts';

/** Returns what a plan says of `auth` in an environment file. */
export function plannedAuth(auth: Auth | undefined): PlannedAuth {
  if (!auth) return { type: 'none' };
  if (auth.basic) return { type: 'basic', username: auth.basic.username };
  return { type: auth.api_key ? 'api_key' : 'bearer' };
}

/** The credentials in words: `user elastic`, `an API key`. */
export function authText(auth: PlannedAuth): string {
  return auth.type === 'basic' ? `user ${auth.username}` : words[auth.type];
}

const words = { none: 'no credentials', api_key: 'an API key', bearer: 'a bearer token', access_key: 'access key' };
