import { type Bucket, flightIndex, flightObjects, storedObject } from '../../src/sandbox/index.ts';
import { resetBuckets } from '../object-store.ts';

export type Version = '7.10' | '8.5';

/** Two real clusters of each version, and a bucket. */
export type Lab = Readonly<Record<Version, Pair>>;

/** Two clusters of one version, and the object store that they reach. */
export interface Pair {
  readonly version: Version;
  readonly source: Cluster;
  readonly destination: Cluster;
  /** The superuser of the file realm, on both. */
  readonly file: { readonly username: string; readonly password: string };
  /** The url of the object store. */
  readonly objects: string;
  /** Where a node can be killed and started again: POST /destination-7.10. Only real ones can. */
  readonly control?: string;
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
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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

const systemAliases = {
  '7.10': [
    ['.kibana_1', '.kibana'],
    ['.kibana_task_manager_1', '.kibana_task_manager'],
  ],
  '8.5': [
    ['.kibana_8.5.3_001', '.kibana'],
    ['.security-7', '.security'],
  ],
} as const;

/** Puts both clusters and the bucket into the state that every scenario begins with. */
export async function reset(
  lab: Pair,
  change: Partial<Bucket> = {},
  replaceBuckets: typeof resetBuckets = resetBuckets,
): Promise<void> {
  for (const cluster of [lab.source, lab.destination]) {
    const does = async (method: string, path: string, body?: unknown) => {
      const reply = await request(lab, cluster, method, path, body);
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    };
    const { body: repositories } = await request(lab, cluster, 'GET', '/_snapshot');
    for (const name of Object.keys(repositories as object)) await does('DELETE', `/_snapshot/${name}`);
    const indices = Object.keys(await systemIndices(lab, cluster));
    if (indices.length > 0) await does('DELETE', `/${indices.join(',')}`);
    await request(lab, cluster, 'DELETE', `/${flightIndex}`);
    await request(lab, cluster, 'DELETE', '/runbook-locks');
    await does('POST', '/_security/realm/*/_clear_cache');
    for (const [index, alias] of systemAliases[lab.version]) {
      await does('PUT', `/${index}`, {
        settings: { number_of_shards: 1, number_of_replicas: 0 },
        aliases: { [alias]: {} },
        // As Kibana maps them.
        mappings: { properties: { type: { type: 'keyword' }, namespace: { type: 'keyword' } } },
      });
    }
    await does('PUT', `/${systemAliases[lab.version][0][0]}/_doc/whose?refresh=true`, { cluster: cluster.name });
  }
  const { source, destination } = lab;
  const [[kibana]] = systemAliases[lab.version];
  for (const object of flightObjects) {
    const { id, source: document } = storedObject(object, 'default', '2026-01-01T00:00:00.000Z');
    await request(lab, source, 'PUT', `/${kibana}/_doc/${id}?refresh=true`, document);
  }
  // Security of 8.5 is a stand-in: there "elastic" is a user like any other.
  const password = (cluster: Cluster, password: string) =>
    lab.version === '7.10'
      ? request(lab, cluster, 'POST', '/_security/user/elastic/_password', { password })
      : request(lab, cluster, 'PUT', '/_security/user/elastic', { password, roles: ['superuser'] });
  await password(source, passwords.elasticAtSource);
  await request(lab, source, 'PUT', '/_security/role/cj_test_role', {
    cluster: ['monitor'],
    indices: [{ names: ['kib*'], privileges: ['read'] }],
  });
  await request(lab, source, 'PUT', '/_security/user/kara', { password: passwords.kara, roles: ['cj_test_role'] });
  await password(destination, passwords.elasticAtDestination);
  await request(lab, destination, 'PUT', '/_security/user/runner', {
    password: passwords.runner,
    roles: ['superuser'],
  });
  await request(lab, destination, 'PUT', '/_security/user/destonly', {
    password: passwords.destinationOnly,
    roles: ['superuser'],
  });
  await replaceBuckets(lab.objects, [{ name: bucket, ...change }]);
}
