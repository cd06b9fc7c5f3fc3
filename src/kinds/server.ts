import type { EnvironmentConnection } from '../language/index.ts';
import { authText } from './auth.ts';
import type { HttpDialect } from './dialect.ts';
import type { PreflightSubject } from './kind.ts';
import type { HttpTarget, Secrets, ServerSettings } from './target.ts';

/** The parts that the kinds over HTTP have in common. */

/** Returns the address that paths are appended to. */
export function addressOf({ url }: ServerSettings): string {
  return url.replace(/\/+$/, '');
}

export async function serverTarget(
  url: string,
  settings: ServerSettings,
  dialect: HttpDialect,
  secrets: Secrets,
): Promise<HttpTarget> {
  return { client: 'http', url, dialect, ...(await secrets.access(settings)) };
}

/** The words for a preflight: the server, its credentials, and the setting that they come from. */
export function wordsFor({ name, connection, identity }: PreflightSubject<EnvironmentConnection>) {
  const auth = identity === undefined ? connection.auth : connection.identities?.[identity];
  return {
    place: `${name} (${connection.url})`,
    credentials: auth && auth.type !== 'none' ? authText(auth) : 'requests without credentials',
    setting: identity === undefined ? 'auth' : `identity "${identity}"`,
  };
}

/** The connection of a request, and the identity where it is not the connection's own. */
export function asIdentity({ name, identity }: PreflightSubject<EnvironmentConnection>) {
  return { connection: name, ...(identity === undefined ? {} : { identity }) };
}
