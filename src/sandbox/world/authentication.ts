import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import { hashOf } from './passwords.ts';
import { need } from './privileges.ts';
import { isReservedUser, reservedRoles, reservedUsers } from './reserved.ts';
import { changed, listOf, namesOf, type Scene, textOf, unchanged } from './scene.ts';
import { documentOf, forgotten, isUnavailable, unavailable } from './security-index.ts';
import type { Cluster, ClusterRequest, Grant, Outcome, User } from './state.ts';
import { isSince } from './versions.ts';

/** Milliseconds for which a cluster accepts a password of a reserved user again without a look at the index. */
const rememberedFor = 20 * 60_000;

type Request = Pick<ClusterRequest, 'headers' | 'path' | 'now'>;

/**
 * Returns who a request comes from, and the cluster afterwards. Native users, API keys and service accounts are documents of
 * the security index: where it cannot be read, only the file realm is left, and the reserved users
 * whose password the cluster has verified shortly before: neither a closed index nor a restored one makes it forget them.
 */
export function authenticated(cluster: Cluster, request: Request): { readonly user: User; readonly cluster: Cluster } {
  const { authorization = '' } = request.headers;
  const [scheme = '', value = ''] = authorization.split(' ');
  if (authorization === '')
    throw unauthorized(cluster, `missing authentication credentials for REST request [${request.path}]`);
  if (scheme === 'ApiKey') return { cluster, user: byApiKey(cluster, decoded(value), request) };
  if (scheme === 'Bearer') return { cluster, user: byToken(cluster, value, request) };
  const [username = '', ...rest] = decoded(value).split(':');
  const password = rest.join(':');
  const ofFile = cluster.fileUsers.find((one) => one.username === username);
  if (ofFile) {
    if (password !== ofFile.password) throw unknown(cluster, username, request);
    return { cluster, user: userWith(cluster, username, 'file', ofFile.roles, {}) };
  }
  if (isReservedUser(username)) return reserved(cluster, username, password, request);
  const found = documentOf(cluster, `user-${username}`);
  if (!found || found.enabled === false || found.password !== hashOf(password))
    throw unknown(cluster, username, request);
  return { cluster, user: userWith(cluster, username, 'native', namesOf(found.roles), found) };
}

function userWith(
  cluster: Cluster,
  username: string,
  realm: User['realm'],
  roles: readonly string[],
  found: JsonObject,
): User {
  const profile = {
    full_name: found.full_name ?? null,
    email: found.email ?? null,
    metadata: realm === 'reserved' ? { _reserved: true } : (found.metadata ?? {}),
  };
  return { username, roles, realm, grants: roles.map((role) => grantOf(cluster, role)), profile };
}

function reserved(
  cluster: Cluster,
  username: string,
  password: string,
  request: Request,
): { readonly user: User; readonly cluster: Cluster } {
  const hash = hashOf(password);
  const user = userWith(cluster, username, 'reserved', reservedUsers[username] ?? [], {});
  const known = cluster.verified[username];
  if (known && known.until > request.now && known.hash === hash) return { user, cluster };
  // From 9.0 on it says that it cannot know; the versions before it say the same as for a wrong password.
  if (isUnavailable(cluster) && isSince(cluster, 9)) {
    const cause = { type: 'unavailable_shards_exception', reason: unavailable };
    const reason = `failed to retrieve password hash for reserved user [${username}]`;
    throw new Refusal(
      refused(503, 'authentication_processing_error', reason, { root_cause: [cause], caused_by: cause }),
    );
  }
  const found = documentOf(cluster, `reserved-user-${username}`);
  if (!found || found.enabled === false || found.password !== hash)
    // A wrong password makes the cluster forget the right one.
    throw unknown(forgotten(cluster, username), username, request);
  const verified = { ...cluster.verified, [username]: { hash, until: request.now + rememberedFor } };
  return { user, cluster: { ...cluster, verified } };
}

function byApiKey(cluster: Cluster, text: string, request: Request): User {
  const [id = '', key = ''] = text.split(':');
  const found = documentOf(cluster, id);
  const isValid = found?.doc_type === 'api_key' && found.api_key_hash === hashOf(key);
  const isOver =
    found && (found.api_key_invalidated === true || Number(found.expiration_time ?? Infinity) <= request.now);
  if (!isValid || isOver) throw unusable(cluster, request, 'API key: unable to authenticate with this API key');
  const creator = isObject(found.creator) ? found.creator : {};
  const limits = isObject(found.limited_by_role_descriptors) ? found.limited_by_role_descriptors : {};
  return {
    username: textOf(creator.principal),
    roles: [],
    realm: 'api_key',
    grants: Object.values(limits).flatMap((role) => (isObject(role) ? [grantIn(role)] : [])),
    profile: {
      full_name: null,
      email: null,
      metadata: {},
      ...(isSince(cluster, 8) ? { api_key: { id, name: found.name ?? '' } } : {}),
    },
  };
}

/** A token of a service account: four bytes, and `NAMESPACE/SERVICE/NAME:SECRET`. */
function byToken(cluster: Cluster, value: string, request: Request): User {
  const [path = '', secret = ''] = decoded(value).slice(4).split(':');
  const found = documentOf(cluster, `service_account_token-${path}`);
  if (!isSince(cluster, 8) || found?.password !== hashOf(secret))
    throw unusable(cluster, request, 'oauth2 token: invalid token');
  const username = textOf(found.username);
  return {
    username,
    roles: [],
    realm: 'service_account',
    grants: [grantOf(cluster, username === 'elastic/kibana' ? 'kibana_system' : '')],
    profile: {
      full_name: `Service account - ${username}`,
      email: null,
      token: { type: '_service_account_index', name: found.name ?? '' },
      metadata: { _elastic_service_account: true },
    },
  };
}

function unknown(cluster: Cluster, username: string, { path }: Request): Refusal {
  return unauthorized(cluster, `unable to authenticate user [${username}] for REST request [${path}]`);
}

function unusable(cluster: Cluster, { path }: Request, which: string): Refusal {
  if (!isSince(cluster, 8))
    return unauthorized(cluster, `missing authentication credentials for REST request [${path}]`);
  const reason =
    'unable to authenticate with provided credentials and anonymous access is not allowed for this request';
  return unauthorized(cluster, reason, { additional_unsuccessful_credentials: which });
}

/** A refusal that leaves its cluster as given: a wrong password has an effect, too. */
function unauthorized(cluster: Cluster, reason: string, more: JsonObject = {}): Refusal {
  const header = { 'WWW-Authenticate': ['Basic realm="security", charset="UTF-8"', 'ApiKey'] };
  return new Refusal(refused(401, 'security_exception', reason, { ...more, header }), cluster);
}

function decoded(value: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

function grantOf(cluster: Cluster, role: string): Grant {
  return grantIn(reservedRoles(cluster)[role] ?? documentOf(cluster, `role-${role}`) ?? {});
}

function grantIn(role: JsonObject): Grant {
  return {
    cluster: namesOf(role.cluster),
    indices: listOf(role.indices).flatMap((entry) =>
      isObject(entry)
        ? [
            {
              names: namesOf(entry.names),
              privileges: namesOf(entry.privileges),
              isRestricted: entry.allow_restricted_indices === true,
            },
          ]
        : [],
    ),
    applications: listOf(role.applications).filter(isObject),
    run_as: namesOf(role.run_as),
  };
}

/** A role descriptor that grants the same: what an API key keeps of its creator. */
export function descriptorsOf({ roles, grants }: User): JsonObject {
  return Object.fromEntries(
    grants.map(({ cluster, indices, applications, run_as }, position) => [
      roles[position] ?? `role-${position}`,
      {
        cluster: [...cluster],
        indices: indices.map(
          ({ names, privileges, isRestricted }): Json => ({
            names: [...names],
            privileges: [...privileges],
            allow_restricted_indices: isRestricted,
          }),
        ),
        applications: [...applications],
        run_as: [...run_as],
        metadata: {},
        type: 'role',
      },
    ]),
  );
}

const realms: Readonly<Record<User['realm'], { readonly name: string; readonly type: string }>> = {
  file: { name: 'default_file', type: 'file' },
  native: { name: 'default_native', type: 'native' },
  reserved: { name: 'reserved', type: 'reserved' },
  api_key: { name: '_es_api_key', type: '_es_api_key' },
  service_account: { name: '_service_account', type: '_service_account' },
};

/** The name and type of the realm that somebody is of. */
export function realmOf({ realm }: User): { readonly name: string; readonly type: string } {
  return realms[realm];
}

export function authenticate(scene: Scene): Outcome {
  const { user } = scene;
  const { username, roles, realm, profile } = user;
  const kinds = { api_key: 'api_key', service_account: 'token' } as const;
  return unchanged(
    scene,
    ok({
      username,
      roles: [...roles],
      ...profile,
      enabled: true,
      authentication_realm: realmOf(user),
      lookup_realm: realmOf(user),
      authentication_type: realm in kinds ? kinds[realm as keyof typeof kinds] : 'realm',
    }),
  );
}

export function clearCache(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/realm/cache/clear', 'manage_security');
  const { name } = scene.cluster;
  const nodes = { [`node-of-${name}`]: { name } };
  return changed(
    scene,
    forgotten(scene.cluster),
    ok({ _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: name, nodes }),
  );
}
