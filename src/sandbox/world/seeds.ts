import type { JsonObject } from '../../text/index.ts';
import { flightIndex, flightObjects, flights, storedObject } from './flights.ts';
import { aliasOf, kibanaAliases } from './kibana-indices.ts';
import { hashOf } from './passwords.ts';
import { roleDocument } from './roles.ts';
import { newSecurityIndex, securityIndex } from './security-index.ts';
import type { Cluster, FileUser, Index, World } from './state.ts';
import { isSince, type Version, type Versions } from './versions.ts';

/** The credentials of a new world. They are for rehearsals only, and stand in the source for all to see. */
export const logins = {
  file: { username: 'filesuper', password: 'file-realm-1' },
  elasticAtSource: 'elastic-of-source',
  elasticAtDestination: 'elastic-of-destination',
  runner: 'runner-of-destination',
  kara: 'kara-of-source',
} as const;

/** Kibana's own user. It is of the file realm, so that Kibana goes on when users are replaced. */
export const kibanaUser: FileUser = { username: 'kibanaserver', password: 'kibana-pw-1', roles: ['kibana_system'] };

export const accessKey = { id: 'LTAI-sandbox', secret: 'secret-of-the-sandbox' } as const;
export const bucketName = 'runbook-sandbox';
const location = 'oss-cn-hangzhou';

/**
 * Returns two clusters and an empty bucket: the source has kara with her role and the flight visualizations, the destination
 * users and visualizations of its own.
 * @param endpoint Where the bucket is reached: a host name with a port.
 */
export function seededWorld(versions: Versions, endpoint: string, now: number): World {
  const bucket = { name: bucketName, location, storage_class: 'Standard', acl: 'private', objects: new Map() } as const;
  const source = cluster('source', versions.source, now, sourceUsers(versions.source), flightObjects);
  const own = { type: 'visualization', id: 'own', attributes: { title: 'Of the destination' }, references: [] };
  const destination = cluster('destination', versions.destination, now, destinationUsers(), [own]);
  const data = indexOf(
    'sandbox-flights',
    {},
    flights.map((source, index) => ({ id: String(index + 1), source })),
    now,
  );
  return {
    clusters: { source: { ...source, indices: { ...source.indices, [flightIndex]: data } }, destination },
    objects: { location, extranet_endpoint: endpoint, intranet_endpoint: endpoint, buckets: { [bucketName]: bucket } },
    key: accessKey,
    ids: 0,
  };
}

interface Document {
  readonly id: string;
  readonly source: JsonObject;
}

function cluster(
  name: string,
  version: Version,
  now: number,
  users: readonly Document[],
  objects: typeof flightObjects,
): Cluster {
  const bare: Cluster = {
    name,
    version,
    uuid: `sandbox-${name}-000000000`.slice(0, 22),
    fileUsers: [{ ...logins.file, roles: ['superuser'] }, kibanaUser],
    verified: {},
    indices: {},
    settings: { persistent: {}, transient: {} },
    repositories: {},
    snapshots: [],
    restores: [],
  };
  const kibana = kibanaAliases(version).map(([alias, index]): [string, Index] => {
    const held = objects.filter(({ type }) => aliasOf(version, type) === alias);
    const stored = held.map((object) => storedObject(object, 'default', new Date(now).toISOString()));
    const made = indexOf(`${name}${alias}`, { [alias]: {} }, stored, now);
    return [index, isSince(bare, 8) ? { ...made, settings: { ...made.settings, hidden: 'true' } } : made];
  });
  const security = newSecurityIndex(bare, `${name}-security`, now);
  const documents = new Map([
    ...security.documents,
    ...users.map(({ id, source }): [string, JsonObject] => [id, source]),
  ]);
  return { ...bare, indices: { ...Object.fromEntries(kibana), [securityIndex]: { ...security, documents } } };
}

function indexOf(uuid: string, aliases: JsonObject, documents: readonly Document[], now: number): Index {
  return {
    uuid,
    shards: 1,
    settings: { auto_expand_replicas: '0-1' },
    isOpen: true,
    aliases,
    documents: new Map(documents.map(({ id, source }) => [id, source])),
    recovery: { type: 'EMPTY_STORE', isDone: true, started: now },
    failed: [],
  };
}

function sourceUsers(version: Version): Document[] {
  const grants = { cluster: ['monitor'], indices: [{ names: ['kib*'], privileges: ['read'] }] };
  const role = { id: 'role-cj_test_role', source: roleDocument({ version }, grants) };
  return [elastic(logins.elasticAtSource), role, user('kara', logins.kara, ['cj_test_role'])];
}

function destinationUsers(): Document[] {
  return [elastic(logins.elasticAtDestination), user('runner', logins.runner, ['superuser'])];
}

function user(username: string, password: string, roles: readonly string[]): Document {
  const source = {
    username,
    password: hashOf(password),
    roles: [...roles],
    full_name: null,
    email: null,
    metadata: null,
    enabled: true,
    type: 'user',
  };
  return { id: `user-${username}`, source };
}

function elastic(password: string): Document {
  return { id: 'reserved-user-elastic', source: { password: hashOf(password), enabled: true, type: 'reserved-user' } };
}
