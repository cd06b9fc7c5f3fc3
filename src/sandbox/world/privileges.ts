import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import { restrictedPrefixes } from './features.ts';
import { matches } from './filter-path.ts';
import { clusterPrivileges, unknownClusterPrivilege } from './privilege-names.ts';
import { bodyOf, listOf, namesOf, type Scene, textOf, unchanged } from './scene.ts';
import type { Cluster, Grant, Outcome, User } from './state.ts';
import { isSince } from './versions.ts';

/** The cluster privileges that grant what a call needs, the least one first. */
const clusterGrants = {
  monitor: ['monitor', 'manage', 'all'],
  manage: ['manage', 'all'],
  monitor_snapshot: ['monitor_snapshot', 'create_snapshot', 'manage', 'all'],
  create_snapshot: ['create_snapshot', 'manage', 'all'],
  read_security: ['read_security', 'manage_security', 'all'],
  manage_security: ['manage_security', 'all'],
  manage_own_api_key: ['manage_own_api_key', 'manage_api_key', 'manage_security', 'all'],
  manage_api_key: ['manage_api_key', 'manage_security', 'all'],
  read_api_keys: ['read_security', 'manage_api_key', 'manage_security', 'all'],
  manage_service_account: ['manage_service_account', 'manage_security', 'all'],
} as const;

/** Actions on indices, and the index privileges that grant them. */
export const indexActions = {
  search: { action: 'indices:data/read/search', grants: ['read', 'all'] },
  get: { action: 'indices:data/read/get', grants: ['read', 'all'] },
  index: { action: 'indices:data/write/index', grants: ['create_doc', 'create', 'index', 'write', 'all'] },
  deleteDocument: { action: 'indices:data/write/delete', grants: ['delete', 'write', 'all'] },
  refresh: { action: 'indices:admin/refresh', grants: ['maintenance', 'manage', 'all'] },
  create: { action: 'indices:admin/create', grants: ['create_index', 'manage', 'all'] },
  delete: { action: 'indices:admin/delete', grants: ['delete_index', 'manage', 'all'] },
  close: { action: 'indices:admin/close', grants: ['manage_follow_index', 'manage', 'all'] },
  open: { action: 'indices:admin/open', grants: ['manage', 'all'] },
  view: { action: 'indices:admin/get', grants: ['view_index_metadata', 'manage', 'all'] },
  aliases: { action: 'indices:admin/aliases', grants: ['manage', 'all'] },
  viewAliases: { action: 'indices:admin/aliases/get', grants: ['view_index_metadata', 'manage', 'all'] },
  settings: { action: 'indices:monitor/settings/get', grants: ['monitor', 'view_index_metadata', 'manage', 'all'] },
  changeSettings: { action: 'indices:admin/settings/update', grants: ['manage', 'all'] },
  recovery: { action: 'indices:monitor/recovery', grants: ['monitor', 'manage', 'all'] },
} as const;
export type IndexAction = (typeof indexActions)[keyof typeof indexActions];

/** Privileges that only security's own privileges imply, not `manage`. */
const ofSecurity = /security|api_key|token|saml|oidc|service_account|user_profile|delegate_pki/;

function implies(held: string, wanted: string): boolean {
  if (held === 'all' || held === wanted || (held.includes('*') && matches(held, wanted))) return true;
  if (held === 'manage') return wanted !== 'all' && !ofSecurity.test(wanted);
  if (held === 'manage_security') return ofSecurity.test(wanted);
  return held === 'monitor' && wanted.startsWith('cluster:monitor/');
}

function mayCluster({ grants }: User, wanted: string): boolean {
  return grants.some(({ cluster }) => cluster.some((held) => implies(held, wanted)));
}

/** Refuses those who have none of the cluster privileges that an action needs. */
export function need(
  { user, cluster }: Pick<Scene, 'user' | 'cluster'>,
  action: string,
  privilege: keyof typeof clusterGrants,
): void {
  const grants = clusterGrants[privilege];
  if (grants.some((one) => mayCluster(user, one))) return;
  throw unauthorized(cluster, user, action, '', `cluster privileges [${grants.join(',')}]`);
}

/** From 8.0 on the refusal says who may. */
function unauthorized(cluster: Cluster, user: User, action: string, on: string, grantedBy: string): Refusal {
  const who = `action [${action}] is unauthorized for user [${user.username}]`;
  const more = ` with effective roles [${user.roles.join(',')}]${on}, this action is granted by the ${grantedBy}`;
  return new Refusal(refused(403, 'security_exception', isSince(cluster, 8) ? who + more : who));
}

/** Refuses who may not do something with an index or alias of this name; without a name, who may do it with none at all. */
export function needIndex(
  { user, cluster }: Pick<Scene, 'user' | 'cluster'>,
  action: IndexAction,
  name?: string,
): void {
  const isAllowed =
    name === undefined
      ? user.grants.some(({ indices }) => indices.some(({ privileges }) => isGranted(privileges, action)))
      : mayIndex(cluster, user, name, action);
  if (isAllowed) return;
  const kind = name !== undefined && isRestricted(cluster, name) ? 'restricted indices' : 'indices';
  const on = name === undefined ? '' : ` on ${kind} [${name}]`;
  throw unauthorized(cluster, user, action.action, on, `index privileges [${action.grants.join(',')}]`);
}

function isRestricted(cluster: Cluster, name: string): boolean {
  return restrictedPrefixes(cluster).some((prefix) => name.startsWith(prefix));
}

function isGranted(privileges: readonly string[], { action, grants }: IndexAction): boolean {
  return privileges.some(
    (one) => (grants as readonly string[]).includes(one) || (one.includes(':') && matches(one, action)),
  );
}

/**
 * Returns whether somebody may do something with the index or alias of a name. Restricted ones need a grant that says so; what
 * an alias grants holds for its indices, whatever their names.
 */
export function mayIndex(cluster: Cluster, { grants }: User, name: string, action: IndexAction): boolean {
  return covers(grants, name, isRestricted(cluster, name), (privileges) => isGranted(privileges, action));
}

function covers(
  grants: readonly Grant[],
  name: string,
  isRestricted: boolean,
  fits: (privileges: readonly string[]) => boolean,
): boolean {
  return grants.some(({ indices }) =>
    indices.some(
      (grant) =>
        (grant.isRestricted || !isRestricted) &&
        fits(grant.privileges) &&
        grant.names.some((pattern) => matches(pattern, name)),
    ),
  );
}

/** The index privileges that another one contains. */
const contained: Readonly<Record<string, readonly string[]>> = {
  manage: [
    'monitor',
    'view_index_metadata',
    'create_index',
    'auto_configure',
    'delete_index',
    'maintenance',
    'manage_follow_index',
    'manage_ilm',
    'manage_leader_index',
    'manage_data_stream_lifecycle',
  ],
  write: ['index', 'create', 'create_doc', 'delete'],
  index: ['create', 'create_doc'],
  create: ['create_doc'],
};

function mayDo(cluster: Cluster, user: User, name: string, wanted: string, allowsRestricted: boolean): boolean {
  const fits = (privileges: readonly string[]) =>
    privileges.some((held) => held === 'all' || held === wanted || contained[held]?.includes(wanted));
  const [start = ''] = name.split('*');
  const isPattern = name.includes('*');
  const meetsRestricted = restrictedPrefixes(cluster).some(
    (prefix) => start.startsWith(prefix) || (isPattern && prefix.startsWith(start)),
  );
  // A pattern leaves out what is restricted unless it is asked for; a name that is restricted is that in any case.
  return covers(user.grants, name, meetsRestricted && (allowsRestricted || !isPattern), fits);
}

/** Answers which of the privileges that are asked for somebody has. */
export function hasPrivileges(scene: Scene): Outcome {
  const { cluster: asked, index, application } = bodyOf(scene);
  const { user, cluster } = scene;
  if (asked === undefined && index === undefined && application === undefined) {
    const reason = `failed to parse privileges check [${user.username}/has_privileges]. All privilege fields [cluster,index,applications] are missing`;
    throw new Refusal(refused(400, 'parse_exception', reason));
  }
  const unknown = namesOf(asked).find(
    (name) => !name.includes(':') && !clusterPrivileges(cluster.version).includes(name),
  );
  if (unknown !== undefined)
    throw new Refusal(refused(400, 'illegal_argument_exception', unknownClusterPrivilege(cluster.version, unknown)));
  const ofCluster = Object.fromEntries(namesOf(asked).map((name) => [name, mayCluster(user, name)]));
  const ofIndices: Record<string, JsonObject> = {};
  for (const entry of listOf(index)) {
    if (!isObject(entry)) continue;
    for (const name of namesOf(entry.names))
      ofIndices[name] = {
        ...ofIndices[name],
        ...Object.fromEntries(
          namesOf(entry.privileges).map((one) => [
            one,
            mayDo(cluster, user, name, one, entry.allow_restricted_indices === true),
          ]),
        ),
      };
  }
  const ofApplications: Record<string, Record<string, JsonObject>> = {};
  for (const entry of listOf(application)) {
    if (!isObject(entry)) continue;
    const name = textOf(entry.application);
    for (const resource of namesOf(entry.resources)) {
      const has = namesOf(entry.privileges).map((one) => [one, mayInApplication(user, name, one, resource)]);
      ofApplications[name] = { ...ofApplications[name], [resource]: Object.fromEntries(has) };
    }
  }
  const body = { cluster: ofCluster, index: ofIndices, application: ofApplications };
  const has_all_requested = !JSON.stringify(Object.values(body)).includes(':false');
  return unchanged(scene, ok({ username: user.username, has_all_requested, ...body }));
}

function mayInApplication({ grants }: User, application: string, privilege: string, resource: string): boolean {
  return grants.some(({ applications }) =>
    applications.some(
      (one) =>
        matches(textOf(one.application), application) &&
        namesOf(one.privileges).some((pattern) => matches(pattern, privilege)) &&
        namesOf(one.resources).some((pattern) => matches(pattern, resource)),
    ),
  );
}

/** Answers what somebody's roles grant. */
export function showPrivileges(scene: Scene): Outcome {
  const { grants } = scene.user;
  const indices = grants.flatMap((grant) =>
    grant.indices.map(
      ({ names, privileges, isRestricted }): Json => ({
        names: [...names],
        privileges: [...privileges],
        allow_restricted_indices: isRestricted,
      }),
    ),
  );
  return unchanged(
    scene,
    ok({
      cluster: [...new Set(grants.flatMap(({ cluster }) => cluster))],
      global: [],
      indices,
      applications: grants.flatMap(({ applications }) => applications),
      run_as: grants.flatMap(({ run_as }) => run_as),
    }),
  );
}
