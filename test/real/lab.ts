import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Two real clusters and a bucket. */
export interface Lab {
  readonly source: Cluster;
  readonly destination: Cluster;
  /** The superuser of the file realm, on both. */
  readonly file: { readonly username: string; readonly password: string };
  /** The access key that the repository type accepts. */
  readonly oss: { readonly key: string; readonly secret: string };
  /** One folder a bucket. */
  readonly buckets: string;
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
  lab: Lab,
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
export async function canLogIn(lab: Lab, cluster: Cluster, username: string, password: string): Promise<boolean> {
  const { status } = await request(lab, cluster, 'GET', '/_security/_authenticate', undefined, { username, password });
  return status === 200;
}

/** The state of a cluster's system indices: index → open or close. */
export async function systemIndices(lab: Lab, cluster: Cluster): Promise<Record<string, string>> {
  const { body } = await request(
    lab,
    cluster,
    'GET',
    '/_cat/indices/.kibana*,.security*?format=json&h=index,status&expand_wildcards=all',
  );
  return Object.fromEntries((body as { index: string; status: string }[]).map(({ index, status }) => [index, status]));
}

/** Puts both clusters and the bucket into the state that every scenario begins with. */
export async function reset(lab: Lab): Promise<void> {
  for (const cluster of [lab.source, lab.destination]) {
    const does = async (method: string, path: string, body?: unknown) => {
      const reply = await request(lab, cluster, method, path, body);
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    };
    const { body: repositories } = await request(lab, cluster, 'GET', '/_snapshot');
    for (const name of Object.keys(repositories as object)) await does('DELETE', `/_snapshot/${name}`);
    const indices = Object.keys(await systemIndices(lab, cluster));
    if (indices.length > 0) await does('DELETE', `/${indices.join(',')}`);
    await does('POST', '/_security/realm/*/_clear_cache');
    for (const [index, alias] of [
      ['.kibana_1', '.kibana'],
      ['.kibana_task_manager_1', '.kibana_task_manager'],
    ] as const) {
      await does('PUT', `/${index}`, {
        settings: { number_of_shards: 1, number_of_replicas: 0 },
        aliases: { [alias]: {} },
      });
    }
    await does('PUT', `/.kibana_1/_doc/whose?refresh=true`, { cluster: cluster.name });
  }
  const { source, destination } = lab;
  await request(lab, source, 'POST', '/_security/user/elastic/_password', { password: passwords.elasticAtSource });
  await request(lab, source, 'PUT', '/_security/role/cj_test_role', {
    cluster: ['monitor'],
    indices: [{ names: ['kib*'], privileges: ['read'] }],
  });
  await request(lab, source, 'PUT', '/_security/user/kara', { password: passwords.kara, roles: ['cj_test_role'] });
  await request(lab, destination, 'POST', '/_security/user/elastic/_password', {
    password: passwords.elasticAtDestination,
  });
  await request(lab, destination, 'PUT', '/_security/user/runner', {
    password: passwords.runner,
    roles: ['superuser'],
  });
  await request(lab, destination, 'PUT', '/_security/user/destonly', {
    password: passwords.destinationOnly,
    roles: ['superuser'],
  });
  rmSync(join(lab.buckets, bucket), { recursive: true, force: true });
  mkdirSync(join(lab.buckets, bucket));
}
