import type { Auth, EnvironmentConnection } from '../language/index.ts';
import type { HttpDialect } from './dialect.ts';
import type { PreflightSubject } from './kind.ts';
import type { HttpSettings, HttpTarget, Secrets } from './target.ts';

/** The parts that the kinds over HTTP have in common. */

/** Returns the address that paths are appended to. */
export function addressOf({ url }: HttpSettings): string {
  return url.replace(/\/+$/, '');
}

export async function serverTarget(
  url: string,
  settings: HttpSettings,
  dialect: HttpDialect,
  secrets: Secrets,
): Promise<HttpTarget> {
  return { client: 'http', url, dialect, ...(await secrets.access(settings)) };
}

export function loginOf(auth: Auth | undefined): string {
  if (!auth) return 'no login';
  if (auth.basic) return `user ${auth.basic.username}`;
  return auth.api_key ? 'an API key' : 'a bearer token';
}

/** The words for a preflight: the server, as whom it is asked, and the setting that says so. */
export function wordsFor({ name, connection, identity }: PreflightSubject<EnvironmentConnection>) {
  return {
    place: `${name} (${connection.url})`,
    login: identity === undefined ? connection.login : connection.identities?.[identity],
    setting: identity === undefined ? 'auth' : `identity "${identity}"`,
  };
}

/** The connection of a request, and the identity where it is not the connection's own. */
export function asIdentity({ name, identity }: PreflightSubject<EnvironmentConnection>) {
  return { connection: name, ...(identity === undefined ? {} : { identity }) };
}
