import {
  aliasOf,
  type Bucket,
  flightIndex,
  flightObjects,
  kibanaAliases,
  releases,
  storedObject,
} from '../../src/sandbox/index.ts';
import { resetBuckets } from '../object-store.ts';

export { releases };

export const versions = ['7.10', '8.5', '8.19', '9.5'] as const;
export type Version = (typeof versions)[number];

/** Two real clusters of each version, or why this machine cannot have them. */
export type Lab = Readonly<Record<Version, Pair | Skipped>>;

export interface Skipped {
  readonly skipped: string;
}

/** Two clusters of one version, and the object store that they reach. */
export interface Pair {
  readonly version: Version;
  readonly source: Cluster;
  readonly destination: Cluster;
  /** The superuser of the file realm, on both. */
  readonly file: Login;
  /** Kibana's own login, of the file realm: since 8.19 nobody else, no superuser either, may write to Kibana's indices. */
  readonly kibana?: Login;
  /** The url of the object store. */
  readonly objects: string;
  /** Where a node can be killed and started again: POST /destination-7.10. Only real ones can. */
  readonly control?: string;
}

interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Cluster {
  readonly name: string;
  readonly url: string;
}

/** The bucket of the tests, and logins that the scenarios need. */
export const bucket = 'runbook-test-bucket';
export const passwords = {
  elasticAtSource: 'elastic-src-1',
  elasticAtDestination: 'elastic-dst-1',
  kara: 'kara-old-pw-1',
  runner: 'runner-pw-1',
  destinationOnly: 'dest-only-1',
};

export type Reply = { readonly status: number; readonly body: unknown };

/** A request as the file realm's superuser, or as somebody else. */
export async function request(
  lab: Pair,
  cluster: Cluster,
  method: string,
  path: string,
  body?: unknown,
  login = lab.file,
): Promise<Reply> {
  const response = await fetch(cluster.url + path, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
}

/** Whether a login is accepted. */
export async function canLogIn(lab: Pair, cluster: Cluster, username: string, password: string): Promise<boolean> {
  const { status } = await request(lab, cluster, 'GET', '/_security/_authenticate', undefined, { username, password });
  return status === 200;
}

/** The state of a cluster's system indices: index → open or close. */
export async function systemIndices(lab: Pair, cluster: Cluster): Promise<Record<string, string>> {
  const { body } = await request(
    lab,
    cluster,
    'GET',
    '/_cat/indices/.kibana*,.security*?format=json&h=index,status&expand_wildcards=all',
  );
  return Object.fromEntries((body as { index: string; status: string }[]).map(({ index, status }) => [index, status]));
}

/** The system indices that a scenario begins with, with their aliases. Real security creates its own. */
function systemIndicesOf({ version, kibana }: Pair): readonly (readonly [alias: string, index: string])[] {
  const hasStandIn = version === '8.5' && !kibana;
  const ofKibana = kibanaAliases(releases[version]).filter(
    ([alias]) => version === '7.10' || !alias.endsWith('_manager'),
  );
  return hasStandIn ? [...ofKibana, ['.security', '.security-7']] : ofKibana;
}

/** Kibana's indices at the beginning of a scenario; first that of the alias `.kibana`. */
export function kibanaIndices(version: Version): string[] {
  return kibanaAliases(releases[version])
    .filter(([alias]) => version === '7.10' || !alias.endsWith('_manager'))
    .map(([, index]) => index);
}

/** Puts both clusters and the bucket into the state that every scenario begins with. */
export async function reset(
  lab: Pair,
  change: Partial<Bucket> = {},
  replaceBuckets: typeof resetBuckets = resetBuckets,
): Promise<void> {
  await Promise.all([
    resetSource(lab),
    resetDestination(lab),
    replaceBuckets(lab.objects, [{ name: bucket, ...change }]),
  ]);
}

export async function resetSource(lab: Pair): Promise<void> {
  await empty(lab, lab.source);
  await seedSource(lab);
}

export async function resetDestination(lab: Pair): Promise<void> {
  await empty(lab, lab.destination);
  await seedDestination(lab);
}

/** Sends requests that have to succeed. */
function senderTo(lab: Pair, cluster: Cluster) {
  return async (method: string, path: string, body?: unknown, login?: Login): Promise<void> => {
    const reply = await request(lab, cluster, method, path, body, login);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
}

/** Leaves what every cluster has: Kibana's indices, with one document that says whose they are. */
async function empty(lab: Pair, cluster: Cluster): Promise<void> {
  const send = senderTo(lab, cluster);
  const { body: repositories } = await request(lab, cluster, 'GET', '/_snapshot');
  for (const name of Object.keys(repositories as object)) await send('DELETE', `/_snapshot/${name}`);
  // Nobody may delete the index of real security since 8: its feature does it.
  const indices = Object.keys(await systemIndices(lab, cluster)).filter(
    (index) => !lab.kibana || index.startsWith('.kibana'),
  );
  if (indices.length > 0) await send('DELETE', `/${indices.join(',')}`, undefined, lab.kibana);
  if (lab.kibana) await send('POST', '/_features/_reset');
  await request(lab, cluster, 'DELETE', `/${flightIndex}`);
  await request(lab, cluster, 'DELETE', '/runbook-locks');
  await send('POST', '/_security/realm/*/_clear_cache');
  for (const [alias, index] of systemIndicesOf(lab)) {
    const settings = {
      settings: { number_of_shards: 1, number_of_replicas: 0 },
      aliases: { [alias]: {} },
      // As Kibana maps them.
      mappings: { properties: { type: { type: 'keyword' }, namespace: { type: 'keyword' } } },
    };
    await send('PUT', `/${index}`, settings, lab.kibana);
  }
  await send('PUT', '/.kibana/_doc/whose?refresh=true', { cluster: cluster.name }, lab.kibana);
}

async function seedSource(lab: Pair): Promise<void> {
  const send = senderTo(lab, lab.source);
  const lines = flightObjects.flatMap((object) => {
    const { id, source: document } = storedObject(object, 'default', '2026-01-01T00:00:00.000Z');
    return [{ index: { _index: aliasOf(releases[lab.version], object.type), _id: id } }, document];
  });
  const bulk = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await send('POST', '/_bulk?refresh=true', bulk, lab.kibana);
  await setPassword(lab, lab.source, passwords.elasticAtSource);
  await send('PUT', '/_security/role/cj_test_role', {
    cluster: ['monitor'],
    indices: [{ names: ['kib*'], privileges: ['read'] }],
  });
  await send('PUT', '/_security/user/kara', { password: passwords.kara, roles: ['cj_test_role'] });
}

async function seedDestination(lab: Pair): Promise<void> {
  const send = senderTo(lab, lab.destination);
  await setPassword(lab, lab.destination, passwords.elasticAtDestination);
  const superuser = (password: string) => ({ password, roles: ['superuser'] });
  await send('PUT', '/_security/user/runner', superuser(passwords.runner));
  await send('PUT', '/_security/user/destonly', superuser(passwords.destinationOnly));
}

/** The password of "elastic". Security of the real 8.5 is a stand-in: there it is a user like any other. */
async function setPassword(lab: Pair, cluster: Cluster, password: string): Promise<void> {
  if (lab.version === '8.5' && !lab.kibana)
    await senderTo(lab, cluster)('PUT', '/_security/user/elastic', { password, roles: ['superuser'] });
  else await senderTo(lab, cluster)('POST', '/_security/user/elastic/_password', { password });
}
