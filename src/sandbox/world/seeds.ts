import type { JsonObject } from '../../language/index.ts';
import { flightIndex, flightObjects, flights, storedObject } from './flights.ts';
import { hashOf } from './security.ts';
import type { Cluster, Index, Version, World } from './state.ts';

/** The logins of a new world. They are for rehearsing only, and stand in the source for all to see. */
export const logins = {
  file: { username: 'filesuper', password: 'file-realm-1' },
  elasticAtSource: 'elastic-of-source',
  elasticAtDestination: 'elastic-of-destination',
  runner: 'runner-of-destination',
  kara: 'kara-of-source',
} as const;

export const accessKey = { id: 'LTAI-sandbox', secret: 'secret-of-the-sandbox' } as const;
export const bucketName = 'runbook-sandbox';
const location = 'oss-cn-hangzhou';

/**
 * Two clusters and an empty bucket: the source has kara with her role and the flight visualizations, the destination
 * users and visualizations of its own.
 * @param endpoint Where the bucket is reached: a host name with a port.
 */
export function seededWorld(version: Version, endpoint: string, now: number): World {
  const bucket = { name: bucketName, location, storage_class: 'Standard', acl: 'private', objects: new Map() } as const;
  const world: World = {
    clusters: {},
    objects: { location, extranet_endpoint: endpoint, intranet_endpoint: endpoint, buckets: { [bucketName]: bucket } },
    key: accessKey,
    ids: 0,
  };
  const source = cluster('source', version, now, sourceUsers(version), flightDocuments(now));
  const own = { type: 'visualization', id: 'own', attributes: { title: 'Of the destination' }, references: [] };
  const destination = cluster('destination', version, now, destinationUsers(version), [
    storedObject(own, 'default', new Date(now).toISOString()),
  ]);
  const data = indexOf(
    'sandbox-flights',
    {},
    flights.map((source, index) => ({ id: String(index + 1), source })),
    now,
  );
  return {
    ...world,
    clusters: { source: { ...source, indices: { ...source.indices, [flightIndex]: data } }, destination },
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
  objects: readonly Document[],
): Cluster {
  const isSeven = version.startsWith('7.');
  const kibana = isSeven ? '.kibana_1' : '.kibana_8.5.3_001';
  const tasks = isSeven ? '.kibana_task_manager_1' : '.kibana_task_manager_8.5.3_001';
  return {
    name,
    version,
    uuid: `sandbox-${name}-000000000`.slice(0, 22),
    file: logins.file,
    indices: {
      [kibana]: indexOf(`${name}-kibana`, { '.kibana': {} }, objects, now),
      [tasks]: indexOf(`${name}-tasks`, { '.kibana_task_manager': {} }, [], now),
      '.security-7': indexOf(`${name}-security`, { '.security': {} }, users, now),
    },
    repositories: {},
    snapshots: [],
    restores: [],
  };
}

function indexOf(uuid: string, aliases: JsonObject, documents: readonly Document[], now: number): Index {
  return {
    uuid,
    shards: 1,
    isOpen: true,
    aliases,
    documents: new Map(documents.map(({ id, source }) => [id, source])),
    recovery: { type: 'EMPTY_STORE', isDone: true, started: now },
    failed: [],
  };
}

function flightDocuments(now: number): Document[] {
  return flightObjects.map((object) => storedObject(object, 'default', new Date(now).toISOString()));
}

function sourceUsers(version: Version): Document[] {
  return [elastic(version, logins.elasticAtSource), role(), user('kara', logins.kara, ['cj_test_role'])];
}

function destinationUsers(version: Version): Document[] {
  return [elastic(version, logins.elasticAtDestination), user('runner', logins.runner, ['superuser'])];
}

function user(username: string, password: string, roles: readonly string[]): Document {
  const source = {
    username,
    password: hashOf(password),
    roles: [...roles],
    full_name: null,
    email: null,
    metadata: {},
    enabled: true,
    type: 'user',
  };
  return { id: `user-${username}`, source };
}

function elastic(version: Version, password: string): Document {
  if (version.startsWith('8.')) return user('elastic', password, ['superuser']);
  return { id: 'reserved-user-elastic', source: { password: hashOf(password), enabled: true, type: 'reserved-user' } };
}

function role(): Document {
  const source = {
    cluster: ['monitor'],
    indices: [{ names: ['kib*'], privileges: ['read'] }],
    applications: [],
    run_as: [],
    metadata: {},
    type: 'role',
  };
  return { id: 'role-cj_test_role', source };
}
