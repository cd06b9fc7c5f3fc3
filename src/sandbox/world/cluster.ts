import { ok, Refusal, refused } from './answer.ts';
import * as documents from './documents.ts';
import { features, isSystemIndex } from './features.ts';
import { filtered } from './filter-path.ts';
import * as indices from './indices.ts';
import { indicesNamed } from './names.ts';
import * as repositories from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import { type Scene, unchanged } from './scene.ts';
import * as security from './security.ts';
import * as snapshots from './snapshots.ts';
import { type Cluster, type ClusterAnswer, type ClusterRequest, isEight, type Outcome, type World } from './state.ts';

type Handler = (scene: Scene) => Outcome;

/** METHOD and path → what answers it; `{name}` is one segment. The first that fits counts. */
const routes: readonly (readonly [string, Handler])[] = [
  ['GET /', greeting],
  ['GET /_security/_authenticate', security.authenticate],
  ['POST /_security/user/_has_privileges', security.hasPrivileges],
  ['POST /_security/realm/{name}/_clear_cache', security.clearCache],
  ['POST /_security/role/{name}/_clear_cache', security.clearCache],
  ['POST /_security/user/{name}/_password', security.changePassword],
  ['PUT /_security/user/{name}/_password', security.changePassword],
  ['POST /_security/api_key', security.createApiKey],
  ...(['user', 'role', 'role_mapping'] as const).flatMap((kind): [string, Handler][] => [
    [`GET /_security/${kind}`, security.show(kind)],
    [`GET /_security/${kind}/{name}`, security.show(kind)],
    [`PUT /_security/${kind}/{name}`, security.put(kind)],
    [`POST /_security/${kind}/{name}`, security.put(kind)],
    [`DELETE /_security/${kind}/{name}`, security.remove(kind)],
  ]),
  ['GET /_features', showFeatures],
  ['GET /_snapshot', repositories.showRepositories],
  ['GET /_snapshot/{repository}', repositories.showRepositories],
  ['PUT /_snapshot/{repository}', repositories.putRepository],
  ['POST /_snapshot/{repository}', repositories.putRepository],
  ['DELETE /_snapshot/{repository}', repositories.deleteRepository],
  ['POST /_snapshot/{repository}/_verify', repositories.verifyRepository],
  ['GET /_snapshot/{repository}/{snapshot}', snapshots.showSnapshots],
  ['PUT /_snapshot/{repository}/{snapshot}', snapshots.createSnapshot],
  ['POST /_snapshot/{repository}/{snapshot}', snapshots.createSnapshot],
  ['DELETE /_snapshot/{repository}/{snapshot}', snapshots.deleteSnapshot],
  ['GET /_snapshot/{repository}/{snapshot}/_status', snapshots.snapshotStatus],
  ['POST /_snapshot/{repository}/{snapshot}/_restore', restoreSnapshot],
  ['GET /_cat/indices', indices.catIndices],
  ['GET /_cat/indices/{index}', indices.catIndices],
  ['GET /_cat/aliases', indices.catAliases],
  ['GET /_cat/aliases/{alias}', indices.catAliases],
  ['GET /_cluster/health', indices.clusterHealth],
  ['GET /_cluster/health/{index}', indices.clusterHealth],
  ['GET /_cluster/state', indices.clusterState],
  ['POST /_aliases', indices.updateAliases],
  ['POST /_bulk', documents.bulk],
  ['POST /{index}/_bulk', documents.bulk],
  ['POST /{index}/_close', indices.closeIndices],
  ['POST /{index}/_open', indices.openIndices],
  ['GET /{index}/_settings', indices.settingsOf],
  ['GET /{index}/_recovery', indices.recoveryOf],
  ['GET /{index}/_search', documents.search],
  ['POST /{index}/_search', documents.search],
  ['GET /{index}/_count', documents.count],
  ['POST /{index}/_refresh', documents.refresh],
  ['POST /{index}/_doc', documents.putDocument],
  ['GET /{index}/_doc/{id}', documents.getDocument],
  ['PUT /{index}/_doc/{id}', documents.putDocument],
  ['POST /{index}/_doc/{id}', documents.putDocument],
  ['DELETE /{index}/_doc/{id}', documents.deleteDocument],
  ['PUT /{index}', indices.createIndex],
  ['DELETE /{index}', indices.deleteIndices],
  ['GET /{index}', oddName],
];

const compiled = routes.map(([route, handler]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, segments: path.split('/').slice(1), handler };
});

/** Answers one request to a cluster of the world: a pure function, in which everything that has ended by now has ended. */
export function answerClusterRequest(before: World, name: string, request: ClusterRequest): Outcome {
  const world = snapshots.settled(before, request.now);
  const outcome = answered(world, name, request);
  const { answer } = outcome;
  const opaque = request.headers['x-opaque-id'];
  const paths = request.query.filter_path;
  return {
    world: outcome.world,
    answer: {
      status: answer.status,
      body: paths === undefined ? answer.body : filtered(answer.body, paths),
      headers: {
        ...answer.headers,
        'x-elastic-product': 'Elasticsearch',
        ...(opaque === undefined ? {} : { 'x-opaque-id': opaque }),
      },
    },
  };
}

function answered(world: World, name: string, request: ClusterRequest): Outcome {
  const cluster = world.clusters[name] as Cluster;
  try {
    const user = security.userOf(cluster, request);
    refuseOddContent(cluster, request);
    const found = routeOf(cluster, request);
    const scene = { world, cluster, request, user, parts: found.parts };
    const outcome = found.handler(scene);
    return { world: outcome.world, answer: withWarning(scene, outcome.answer) };
  } catch (error) {
    if (error instanceof Refusal) return { world, answer: error.answer };
    throw error;
  }
}

function routeOf(
  cluster: Cluster,
  { method, path }: ClusterRequest,
): { handler: Handler; parts: Record<string, string> } {
  const segments = path
    .split('/')
    .filter((segment, index, all) => segment !== '' || (index === 1 && all.length === 2))
    .map(decoded);
  const given = segments.length === 0 ? [''] : segments;
  const asked = method === 'HEAD' ? 'GET' : method;
  for (const route of compiled) {
    if (route.method !== asked || route.segments.length !== given.length) continue;
    // 7.10 takes it for the name of an index.
    if (route.handler === showFeatures && !isEight(cluster)) continue;
    const parts = partsOf(route.segments, given);
    if (parts) return { handler: route.handler, parts };
  }
  throw new Refusal({ status: 400, body: { error: `no handler found for uri [${path}] and method [${method}]` } });
}

function partsOf(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const parts: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('{')) parts[segment.slice(1, -1)] = value;
    else if (segment !== value) return undefined;
  }
  return parts;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(refused(400, 'illegal_argument_exception', `invalid escape in [${segment}]`));
  }
}

/** A client of another major version is refused (field note C1). */
function refuseOddContent(cluster: Cluster, { body, headers }: ClusterRequest): void {
  const type = headers['content-type'];
  if (body === '') return;
  const compatible = /compatible-with=(\d+)/.exec(type ?? '')?.[1];
  if (compatible === undefined && /^application\/(x-ndjson|json)/.test(type ?? '')) return;
  if (isEight(cluster) && (compatible === '8' || compatible === '7')) return;
  if (isEight(cluster) && compatible !== undefined)
    throw new Refusal(
      refused(
        400,
        'media_type_header_exception',
        `A compatible version is required on both Content-Type and Accept headers. Content-Type=${type}`,
      ),
    );
  throw new Refusal({
    status: 406,
    body: { error: `Content-Type header [${type ?? ''}] is not supported`, status: 406 },
  });
}

function greeting(scene: Scene): Outcome {
  security.need(scene, 'cluster:monitor/main', 'monitor');
  const { name, uuid, version } = scene.cluster;
  return unchanged(
    scene,
    ok({ name, cluster_name: name, cluster_uuid: uuid, version: { number: version }, tagline: 'You Know, for Search' }),
  );
}

function showFeatures(scene: Scene): Outcome {
  return unchanged(scene, ok({ features: features.map(({ name, description }) => ({ name, description })) }));
}

function oddName({ parts }: Scene): Outcome {
  const { index = '' } = parts;
  if (index.startsWith('_')) throw new Refusal(indices.invalidName(index, "must not start with '_'."));
  throw new Refusal(refused(400, 'illegal_argument_exception', 'the sandbox does not play this call'));
}

/** From about 7.14 on, direct access to system indices is answered with a warning (field note X8). */
function withWarning(scene: Scene, answer: ClusterAnswer): ClusterAnswer {
  const { cluster, parts, request } = scene;
  const { index } = parts;
  if (
    !isEight(cluster) ||
    index === undefined ||
    request.path.startsWith('/_') ||
    request.headers['x-elastic-product-origin'] !== undefined
  )
    return answer;
  const quiet = { ...scene, request: { ...request, query: { ignore_unavailable: 'true' } } };
  const system = indicesNamed(quiet, index, 'all', 'monitor').filter((name) => isSystemIndex(cluster, name));
  if (system.length === 0) return answer;
  const text = `this request accesses system indices: [${system.join(', ')}], but in a future major version, direct access to system indices will be prevented by default`;
  return {
    ...answer,
    headers: { ...answer.headers, warning: `299 Elasticsearch-${cluster.version}-sandbox "${text}"` },
  };
}
