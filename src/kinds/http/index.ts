import { plannedAuth } from '../auth.ts';
import type { Kind, SettingsOf } from '../kind.ts';
import { addressOf, serverTarget } from '../server.ts';
import { dialect } from './dialect.ts';
import { preflight } from './preflight.ts';

/** Any JSON API. Nothing is known of it but what its settings say: no version, no lock. */
export const http: Kind<SettingsOf<'http'>> = {
  step: 'call',
  http: dialect,
  planned: (settings) => ({ url: addressOf(settings), auth: plannedAuth(settings.auth) }),
  preflight,
  target: (settings, secrets) => serverTarget(addressOf(settings), settings, dialect, secrets),
};
