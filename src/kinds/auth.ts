import type { Auth, SecretReference } from '../language/index.ts';
import type { PlannedAuth } from '../plan/index.ts';

/** Returns what a plan says of `auth` in an environment file. */
export function plannedAuth(auth: Auth | undefined): PlannedAuth {
  if (!auth) return { type: 'none' };
  if (auth.basic) return { type: 'basic', ...auth.basic };
  if (auth.api_key) return { type: 'api_key', secret: auth.api_key };
  return { type: 'bearer', secret: auth.bearer as SecretReference };
}

/** The credentials in words: `user elastic`, `an API key`. */
export function authText(auth: PlannedAuth): string {
  return auth.type === 'basic' ? `user ${auth.username}` : words[auth.type];
}

const words = { none: 'no credentials', api_key: 'an API key', bearer: 'a bearer token', access_key: 'access key' };
