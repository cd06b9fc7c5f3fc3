import { plannedAuth } from '../auth.ts';
import type { Kind, SettingsOf } from '../kind.ts';
import { addressOf, serverTarget } from '../server.ts';
import { described } from './catalogue/described.ts';
import { catalogue } from './catalogue/index.ts';
import { privilegesFor } from './catalogue/privileges.ts';
import { dialect } from './dialect.ts';
import { lock } from './lock.ts';
import { pitfalls } from './pitfalls/index.ts';
import { preflight } from './preflight.ts';
import { usersRestoredBy } from './restored-users.ts';
import { touches } from './touches.ts';

/** A cluster, 7.10 to 9.x. */
export const elasticsearch: Kind<SettingsOf<'elasticsearch'>> = {
  step: 'call',
  http: dialect,
  planned: (settings, pin) => {
    const uuid = settings.cluster_uuid ?? pin;
    return {
      url: addressOf(settings),
      auth: plannedAuth(settings.auth),
      ...(uuid === undefined ? {} : { cluster_uuid: uuid }),
    };
  },
  preflight,
  target: (settings, secrets) => serverTarget(addressOf(settings), settings, dialect, secrets),
  catalogue,
  pitfalls,
  describe: described,
  privileges: { needed: privilegesFor, isQuestion: ({ path }) => path === '/_security/user/_has_privileges' },
  about: { path: '/', hasClusterUuid: true },
  touches,
  usersRestoredBy,
  lock,
};
