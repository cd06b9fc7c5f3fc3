import type { IncomingMessage } from 'node:http';
import { type Json, jsonText } from '../text/index.ts';
import { type Effect, type Fault, faultAt } from './faults.ts';
import { type LoopbackServer, listen, type Reply } from './loopback.ts';
import { serveObjects } from './object-server.ts';
import { answerClusterRequest } from './world/cluster.ts';
import { withForeignRestore } from './world/foreign-restore.ts';
import { answerKibanaRequest, type Elasticsearch } from './world/kibana.ts';
import { kibanaUser, seededWorld } from './world/seeds.ts';
import { isRestoring } from './world/snapshots.ts';
import { type ClusterRequest, type World, withCluster } from './world/state.ts';
import type { Version, Versions } from './world/versions.ts';

/** Two clusters, a bucket and two Kibanas on loopback. */
export interface Sandbox {
  readonly versions: Versions;
  readonly urls: {
    readonly source: string;
    readonly destination: string;
    readonly bucket: string;
    readonly source_kibana: string;
    readonly destination_kibana: string;
  };
  readonly world: () => World;
  readonly replace: (world: World) => void;
  readonly close: () => Promise<void>;
}

/** `POST` to this path of a Kibana of the sandbox restarts it. A real one has no such path. */
export const restartPath = '/_sandbox/restart';

/**
 * Starts the servers of a new, seeded world. Each call is written to `log` as `source POST /x/_close`.
 * @param faults What goes wrong, in the order in which it is looked for.
 */
export async function startSandbox(
  versions: Versions,
  faults: readonly Fault[] = [],
  log: (call: string) => void = () => undefined,
): Promise<Sandbox> {
  const servers: LoopbackServer[] = [];
  let world: World;
  let left = faults;
  const serve = async (answer: Parameters<typeof listen>[0]) => {
    const server = await listen(answer);
    servers.push(server);
    return server.url;
  };
  const bucket = await serve((incoming, body) => {
    const replace = (objects: World['objects']) => {
      world = { ...world, objects };
    };
    return serveObjects({ key: world.key, now: Date.now, store: () => world.objects, replace }, incoming, body);
  });
  world = withStates(seededWorld(versions, new URL(bucket).host, Date.now()), faults, Date.now());

  const apply = async (cluster: string, request: ClusterRequest) => {
    const { world: after, answer } = answerClusterRequest(world, cluster, request);
    world = after;
    while (answer.awaits !== undefined && isRestoring(world, cluster, answer.awaits, Date.now())) await sleep(20);
    return answer;
  };
  const answer = async (
    at: string,
    name: string,
    incoming: IncomingMessage,
    reply: (effect?: Effect) => Promise<Reply>,
  ): Promise<Reply> => {
    const call = `${incoming.method} ${pathOf(incoming)}`;
    log(`${name} ${call}`);
    const met = faultAt(left, call, at);
    left = met.left;
    return met.effect ? suffer(met.effect, reply) : reply();
  };
  const cluster = (name: string) =>
    serve((incoming, body) =>
      answer(name, name, incoming, async (effect) => {
        const request = requestOf(incoming, body);
        const given = await apply(name, { ...request, ...inCluster(effect) });
        return jsonReply(given.status, given.body, given.headers);
      }),
    );
  const kibana = (name: string, at: keyof Versions) => {
    let started = Date.now();
    return serve((incoming, body) => {
      if (pathOf(incoming) === restartPath) {
        started = Date.now();
        return { status: 204, headers: {}, body: '' };
      }
      return answer(at, name, incoming, async () => {
        const ask = (authorization: string | undefined): Elasticsearch => {
          return (method, path, content) => apply(at, innerRequest(authorization, method, path, content));
        };
        const elasticsearch = await asKibana(ask, incoming.headers.authorization);
        return kibanaReply(versions[at], incoming, body, elasticsearch, started);
      });
    });
  };
  const urls = {
    source: await cluster('source'),
    destination: await cluster('destination'),
    bucket,
    source_kibana: await kibana('source_kibana', 'source'),
    destination_kibana: await kibana('destination_kibana', 'destination'),
  };
  return {
    versions,
    urls,
    world: () => world,
    replace: (after) => {
      world = after;
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** The world with what its clusters are like from the beginning. */
function withStates(world: World, faults: readonly Fault[], now: number): World {
  return faults.reduce((before, { at = '', effect }) => {
    const cluster = before.clusters[at];
    return effect.kind === 'state' && cluster ? withCluster(before, withForeignRestore(cluster, now)) : before;
  }, world);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Kibana's own indices are read and written as Kibana's own user, once it is known who asks and that they may use Kibana: from 8.0 on
 * not even superusers may write there.
 */
async function asKibana(
  ask: (authorization: string | undefined) => Elasticsearch,
  caller: string | undefined,
): Promise<Elasticsearch> {
  const { status, body } = await ask(caller)('GET', '/_security/user/_privileges');
  const { applications } = body as { applications?: readonly { application?: string }[] };
  const mayUse = applications?.some(({ application }) => application === '*' || application === 'kibana-.kibana');
  const own = `Basic ${Buffer.from(`${kibanaUser.username}:${kibanaUser.password}`).toString('base64')}`;
  return async (method, path, content) => {
    if (!path.startsWith('/.kibana')) return ask(caller)(method, path, content);
    if (status !== 200) return { status, body };
    return mayUse ? ask(own)(method, path, content) : { status: 403, body: {} };
  };
}

/** What of a fault only the cluster itself can show. */
function inCluster(effect: Effect | undefined): Pick<ClusterRequest, 'misfortune' | 'lasts'> {
  if (effect?.kind === 'misfortune') return { misfortune: effect.misfortune };
  return effect?.kind === 'lasts' ? { lasts: effect.milliseconds } : {};
}

async function suffer(effect: Effect, reply: (effect?: Effect) => Promise<Reply>): Promise<Reply> {
  switch (effect.kind) {
    case 'misfortune':
    case 'lasts':
      return reply(effect);
    case 'state':
      return reply();
    case 'slow':
      await sleep(effect.milliseconds);
      return reply();
    case 'truncate': {
      const whole = await reply();
      if (typeof whole === 'string') return whole;
      // As long as it says, and it is not there.
      const length = String(Buffer.byteLength(whole.body));
      return {
        ...whole,
        headers: { ...whole.headers, 'content-length': length },
        body: whole.body.slice(0, whole.body.length / 2),
        isCut: true,
      };
    }
    case 'status':
      if (effect.isAccepted) await reply();
      return {
        status: effect.status,
        headers: { 'content-type': 'text/html' },
        body: `<html><h1>${effect.status}</h1></html>`,
      };
    case 'reset':
    case 'hang':
      if (effect.isAccepted) await reply();
      return effect.kind;
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '/';
}

function requestOf(incoming: IncomingMessage, body: Uint8Array): ClusterRequest {
  const { searchParams } = new URL(incoming.url ?? '/', 'http://sandbox');
  return {
    method: incoming.method ?? 'GET',
    path: pathOf(incoming),
    query: Object.fromEntries(searchParams),
    headers: headersOf(incoming),
    body: Buffer.from(body).toString('utf8'),
    now: Date.now(),
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]));
}

/** The request that Kibana sends to its cluster. */
function innerRequest(
  authorization: string | undefined,
  method: string,
  path: string,
  body: Json | undefined,
): ClusterRequest {
  const url = new URL(path, 'http://sandbox');
  return {
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      authorization,
      'x-elastic-product-origin': 'kibana',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
    now: Date.now(),
  };
}

/** Kibana's answer to an HTTP request. */
export async function kibanaReply(
  version: Version,
  incoming: IncomingMessage,
  body: Uint8Array,
  elasticsearch: Elasticsearch,
  started?: number,
): Promise<Reply> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URL(incoming.url ?? '/', 'http://sandbox').searchParams)
    query[name] = [...(query[name] ?? []), value];
  const request = {
    method: incoming.method ?? 'GET',
    path: pathOf(incoming),
    query,
    headers: headersOf(incoming),
    body: Buffer.from(body).toString('utf8'),
    now: Date.now(),
  };
  const answer = await answerKibanaRequest(version, request, elasticsearch, started);
  if (!Array.isArray(answer.body) || !pathOf(incoming).endsWith('/_export'))
    return jsonReply(answer.status, answer.body);
  const lines = answer.body.map((line) => JSON.stringify(line)).join('\n');
  return { status: answer.status, headers: { 'content-type': 'application/ndjson' }, body: lines };
}

function jsonReply(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Reply {
  if (status === 204) return { status, headers, body: '' };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: jsonText(body),
  };
}
