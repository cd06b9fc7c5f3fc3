import { isObject, type Json, type JsonObject } from '../../language/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import { matches } from './filter-path.ts';
import { bodyOf, changed, listOf, namesOf, part, type Scene, textOf, unchanged } from './scene.ts';
import {
  type Cluster,
  type ClusterRequest,
  type Grant,
  type Index,
  idAfter,
  isEight,
  type Outcome,
  type User,
  type World,
  withIndex,
  without,
} from './state.ts';

const securityIndex = '.security-7';
const superuser: Grant = { cluster: ['all'], indices: [{ names: ['*'], privileges: ['all'], isRestricted: true }] };
const reservedUsers = [
  'elastic',
  'kibana',
  'kibana_system',
  'logstash_system',
  'beats_system',
  'apm_system',
  'remote_monitoring_user',
];

/**
 * Who a request comes from. Native users and API keys are documents of `.security`: while it is closed, or not yet
 * restored, only the file realm answers (field note L1). There is no cache of logins.
 */
export function userOf(cluster: Cluster, { headers, path }: Pick<ClusterRequest, 'headers' | 'path'>): User {
  const { authorization = '' } = headers;
  const [scheme = '', value = ''] = authorization.split(' ');
  if (authorization === '') throw unauthorized(`missing authentication credentials for REST request [${path}]`);
  if (scheme === 'ApiKey') return byApiKey(cluster, decoded(value), path);
  const [username = '', ...rest] = decoded(value).split(':');
  const password = rest.join(':');
  if (username === cluster.file.username) {
    if (password !== cluster.file.password) throw unauthorized(unable(username, path));
    return { username, roles: ['superuser'], realm: 'file', grants: [superuser] };
  }
  const isReserved = isReservedUser(cluster, username);
  const found = documentOf(cluster, `${isReserved ? 'reserved-user' : 'user'}-${username}`);
  if (!found || found.enabled === false || found.password !== hashOf(password))
    throw unauthorized(unable(username, path));
  const roles = isReserved ? [username === 'elastic' ? 'superuser' : username] : listOf(found.roles).map(String);
  return {
    username,
    roles,
    realm: isReserved ? 'reserved' : 'native',
    grants: roles.map((role) => grantOf(cluster, role)),
  };
}

function byApiKey(cluster: Cluster, text: string, path: string): User {
  const [id = '', key = ''] = text.split(':');
  const found = documentOf(cluster, id);
  if (found?.doc_type !== 'api_key' || found.api_key_hash !== hashOf(key))
    throw unauthorized(
      `unable to authenticate with provided credentials and anonymous access is not allowed for this request [${path}]`,
    );
  return { username: textOf(found.creator), roles: [], realm: 'api_key', grants: [superuser] };
}

function unable(username: string, path: string): string {
  return `unable to authenticate user [${username}] for REST request [${path}]`;
}

function unauthorized(reason: string): Refusal {
  return new Refusal(refused(401, 'security_exception', reason));
}

function decoded(value: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

/** Stands in for bcrypt: as long, with its prefix, and good for nothing but comparing. */
export function hashOf(password: string): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = 0x811c9dc5;
  let hash = '$2a$10$';
  for (let index = 0; index < 53; index++) {
    for (const character of `${index}${password}`)
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    hash += alphabet[state % 64];
  }
  return hash;
}

function isReservedUser(cluster: Cluster, username: string): boolean {
  // The stand-in for security on the real 8.5 knows none either.
  return !isEight(cluster) && reservedUsers.includes(username);
}

/** The security index where it can be read. */
function readable({ indices }: Cluster): Index | undefined {
  const index = indices[securityIndex];
  return index?.isOpen && index.recovery.isDone && index.failed.length === 0 ? index : undefined;
}

function documentOf(cluster: Cluster, id: string): JsonObject | undefined {
  return readable(cluster)?.documents.get(id);
}

function grantOf(cluster: Cluster, role: string): Grant {
  if (role === 'superuser') return superuser;
  const found = documentOf(cluster, `role-${role}`);
  return {
    cluster: listOf(found?.cluster).map(String),
    indices: listOf(found?.indices).flatMap((entry) =>
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
  };
}

/** Refuses who has none of the cluster privileges that an action needs. */
export function need(
  { user }: Pick<Scene, 'user'>,
  action: string,
  privilege: 'monitor' | 'manage' | 'manage_security',
): void {
  if (!mayCluster(user, privilege))
    throw new Refusal(
      refused(403, 'security_exception', `action [${action}] is unauthorized for user [${user.username}]`),
    );
}

function mayCluster({ grants }: User, privilege: string): boolean {
  return grants.some(({ cluster }) =>
    cluster.some((one) => one === 'all' || one === privilege || (one === 'manage' && privilege === 'monitor')),
  );
}

/** Whether somebody may do something with an index; those of security itself are granted only expressly (field note L3). */
export function mayIndex({ grants }: User, index: string, privilege: string): boolean {
  const isRestricted = index.startsWith('.security');
  return grants.some(({ indices }) =>
    indices.some(
      (grant) =>
        (grant.isRestricted || !isRestricted) &&
        grant.names.some((name) => matches(name, index)) &&
        grant.privileges.some(
          (one) => one === 'all' || one === privilege || (one === 'manage' && privilege === 'monitor'),
        ),
    ),
  );
}

export function authenticate(scene: Scene): Outcome {
  const { username, roles, realm } = scene.user;
  const type = realm === 'api_key' ? '_es_api_key' : realm;
  const where = { name: realm === 'file' ? 'default_file' : `default_${type}`, type };
  return unchanged(
    scene,
    ok({
      username,
      roles,
      full_name: null,
      email: null,
      metadata: {},
      enabled: true,
      authentication_realm: where,
      lookup_realm: where,
    }),
  );
}

export function hasPrivileges(scene: Scene): Outcome {
  const { user } = scene;
  const body = bodyOf(scene);
  const missing = [
    ...namesOf(body.cluster).filter((privilege) => !mayCluster(user, privilege)),
    ...listOf(body.index).flatMap((entry) => {
      if (!isObject(entry)) return [];
      return namesOf(entry.names).filter((name) =>
        namesOf(entry.privileges).some((privilege) => !mayIndex(user, name, privilege)),
      );
    }),
  ];
  return unchanged(scene, ok({ username: user.username, has_all_requested: missing.length === 0 }));
}

export function clearCache(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/realm/cache/clear', 'manage_security');
  const { name } = scene.cluster;
  return unchanged(
    scene,
    ok({
      _nodes: { total: 1, successful: 1, failed: 0 },
      cluster_name: name,
      nodes: { [`node-of-${name}`]: { name } },
    }),
  );
}

/** What the API shows of a user's document. */
function shownUser(cluster: Cluster, username: string, found: JsonObject): JsonObject {
  const isReserved = isReservedUser(cluster, username);
  return {
    username,
    roles: isReserved ? [username === 'elastic' ? 'superuser' : username] : (found.roles ?? []),
    full_name: found.full_name ?? null,
    email: found.email ?? null,
    metadata: isReserved ? { _reserved: true } : (found.metadata ?? {}),
    enabled: found.enabled ?? true,
  };
}

const kinds = {
  user: { prefix: 'user-', shown: shownUser },
  role: { prefix: 'role-', shown: (_cluster: Cluster, _name: string, found: JsonObject) => without(found, ['type']) },
  role_mapping: {
    prefix: 'role-mapping_',
    shown: (_cluster: Cluster, _name: string, found: JsonObject) => without(found, ['doc_type']),
  },
} as const;
type Kind = keyof typeof kinds;

/** GET of one, several or all users, roles or role mappings. */
export function show(kind: Kind): (scene: Scene) => Outcome {
  return (scene) => {
    need(scene, `cluster:admin/xpack/security/${kind}/get`, 'manage_security');
    const { cluster } = scene;
    const { prefix, shown } = kinds[kind];
    const documents = readable(cluster)?.documents ?? new Map<string, JsonObject>();
    const all = [...documents].flatMap(([id, found]): [string, JsonObject][] => {
      const isReserved = kind === 'user' && id.startsWith('reserved-user-');
      if (!isReserved && !id.startsWith(prefix)) return [];
      const name = id.slice(isReserved ? 'reserved-user-'.length : prefix.length);
      return [[name, shown(cluster, name, found)]];
    });
    const names = namesOf(scene.parts.name);
    const found = names.length === 0 ? all : all.filter(([name]) => names.includes(name));
    return unchanged(scene, {
      status: found.length === 0 && names.length > 0 ? 404 : 200,
      body: Object.fromEntries(found),
    });
  };
}

export function put(kind: Kind): (scene: Scene) => Outcome {
  return (scene) => {
    need(scene, `cluster:admin/xpack/security/${kind}/put`, 'manage_security');
    const name = part(scene, 'name');
    const id = kinds[kind].prefix + name;
    const before = documentOf(scene.cluster, id);
    const document =
      kind === 'user'
        ? userDocument(scene, name, before)
        : ({ ...bodyOf(scene), ...(kind === 'role' ? { type: 'role' } : { doc_type: 'role-mapping' }) } as JsonObject);
    const created = { created: before === undefined };
    return kept(scene, id, document, kind === 'user' ? created : { [kind]: created });
  };
}

function userDocument(scene: Scene, username: string, before: JsonObject | undefined): JsonObject {
  const { password, password_hash, roles, ...rest } = bodyOf(scene);
  const invalid = (reason: string) =>
    new Refusal(refused(400, 'action_request_validation_exception', `Validation Failed: 1: ${reason};`));
  if (isReservedUser(scene.cluster, username)) throw invalid(`Username [${username}] is reserved and may not be used.`);
  if (password !== undefined && String(password).length < 6)
    throw invalid('passwords must be at least [6] characters long');
  if (password_hash !== undefined && !/^\$2[aby]\$\d\d\$.{53}$/.test(String(password_hash)))
    throw new Refusal(
      refused(
        400,
        'illegal_argument_exception',
        'The provided password hash is not a hash or it could not be resolved to a supported hash algorithm.',
      ),
    );
  const hash = password_hash ?? (password === undefined ? before?.password : hashOf(String(password)));
  if (hash === undefined) throw invalid('password must be specified unless you are updating an existing user');
  return {
    full_name: null,
    email: null,
    metadata: {},
    enabled: true,
    ...rest,
    username,
    password: hash,
    roles: roles ?? [],
    type: 'user',
  };
}

export function changePassword(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/user/change_password', 'manage_security');
  const name = part(scene, 'name');
  const id = `${isReservedUser(scene.cluster, name) ? 'reserved-user' : 'user'}-${name}`;
  const before = documentOf(scene.cluster, id) ?? { enabled: true, type: 'reserved-user' };
  return kept(scene, id, { ...before, password: hashOf(textOf(bodyOf(scene).password)) }, {});
}

export function createApiKey(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/api_key/create', 'manage_security');
  const { world, id } = idAfter(scene.world);
  const api_key = `key-of-${id}`;
  const name = textOf(bodyOf(scene).name);
  const document = { doc_type: 'api_key', api_key_hash: hashOf(api_key), name, creator: scene.user.username };
  return kept({ ...scene, world }, id, document, { id, name, api_key });
}

export function remove(kind: Kind): (scene: Scene) => Outcome {
  return (scene) => {
    need(scene, `cluster:admin/xpack/security/${kind}/delete`, 'manage_security');
    const id = kinds[kind].prefix + part(scene, 'name');
    const index = readable(scene.cluster);
    if (!index?.documents.has(id)) return unchanged(scene, { status: 404, body: { found: false } });
    const documents = new Map(index.documents);
    documents.delete(id);
    return changed(scene, withIndex(scene.cluster, securityIndex, { ...index, documents }), ok({ found: true }));
  };
}

/** Keeps a document in the security index, which is made when it is needed first. */
function kept(scene: Scene, id: string, document: JsonObject, answer: Json): Outcome {
  const { cluster, request } = scene;
  if (cluster.indices[securityIndex] && !readable(cluster))
    throw new Refusal(refused(503, 'unavailable_shards_exception', 'the security index is not available'));
  const { world, index } = readable(cluster)
    ? { world: scene.world, index: readable(cluster) as Index }
    : emptySecurityIndex(scene.world, request.now);
  const documents = new Map(index.documents).set(id, document);
  return changed({ world }, withIndex(cluster, securityIndex, { ...index, documents }), ok(answer));
}

function emptySecurityIndex(before: World, now: number): { world: World; index: Index } {
  const { world, id: uuid } = idAfter(before);
  const recovery = { type: 'EMPTY_STORE', isDone: true, started: now } as const;
  return {
    world,
    index: { uuid, shards: 1, isOpen: true, aliases: { '.security': {} }, documents: new Map(), recovery, failed: [] },
  };
}
