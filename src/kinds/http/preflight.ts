import type { Preflight, PreflightSubject, SettingsOf } from '../kind.ts';
import { asIdentity, wordsFor } from '../server.ts';

/**
 * Reachable, and the credentials are not refused. A path that the settings name must say more: that the server is up.
 * An identity that the server accepts only later may still be refused.
 */
export function preflight(subject: PreflightSubject<SettingsOf<'http'>>): Preflight {
  const { name, settings, connection, identity } = subject;
  const { place, credentials, setting } = wordsFor(subject);
  const isLater = identity !== undefined && connection.valid_later?.includes(identity);
  const { health } = settings;
  return {
    title: isLater
      ? `${place} responds to ${credentials}, accepted only later in the run`
      : `${place} is ${health === undefined ? 'reachable' : 'up'}, and accepts ${credentials}`,
    request: { type: 'http', ...asIdentity(subject), method: 'GET', path: health ?? '/' },
    expect: {
      // Few APIs have something at their root.
      status: ['2xx', ...(health === undefined ? ['3xx', 404, 405] : []), ...(isLater ? [401, 403] : [])],
      message: `${place} is not up, or did not accept ${credentials}. Check the url, health and ${setting} of connection ${name} in the environment file.`,
      body: [],
    },
  };
}
