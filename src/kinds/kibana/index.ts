import { plannedAuth } from '../auth.ts';
import type { Kind, SettingsOf } from '../kind.ts';
import { addressOf, serverTarget } from '../server.ts';
import { catalogue } from './catalogue.ts';
import { dialect } from './dialect.ts';
import { preflight } from './preflight.ts';

/** A Kibana, or one space of it. */
export const kibana: Kind<SettingsOf<'kibana'>> = {
  step: 'call',
  http: dialect,
  planned: (settings) => ({ url: spaceAddress(settings), auth: plannedAuth(settings.auth) }),
  preflight,
  target: (settings, secrets) => serverTarget(spaceAddress(settings), settings, dialect, secrets),
  catalogue,
  about: { path: '/api/status', hasClusterUuid: false },
};

/** Everything in a space but the default one has a path of its own. */
function spaceAddress(settings: SettingsOf<'kibana'>): string {
  const { space = 'default' } = settings;
  return addressOf(settings) + (space === 'default' ? '' : `/s/${space}`);
}
