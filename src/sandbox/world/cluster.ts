import type { Json } from '../../text/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import * as apiKeys from './api-keys.ts';
import * as applicationPrivileges from './application-privileges.ts';
import * as authentication from './authentication.ts';
import * as cat from './cat.ts';
import * as clusterSettings from './cluster-settings.ts';
import * as documents from './documents.ts';
import { featuresOf, indicesOf, isSystemIndex } from './features.ts';
import { filtered } from './filter-path.ts';
import * as indices from './indices.ts';
import { indicesNamed } from './names.ts';
import { showNodesSettings } from './nodes.ts';
import * as privileges from './privileges.ts';
import * as repositories from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import * as roleMappings from './role-mappings.ts';
import * as roles from './roles.ts';
import { changed, type Scene, unchanged } from './scene.ts';
import * as serviceAccounts from './service-accounts.ts';
import * as settings from './settings.ts';
import * as shards from './shards.ts';
import * as snapshots from './snapshots.ts';
import {
  type Cluster,
  type ClusterAnswer,
  type ClusterRequest,
  type Outcome,
  type World,
  withCluster,
  without,
} from './state.ts';
import * as users from './users.ts';
import { isSince } from './versions.ts';

type Handler = (scene: Scene) => Outcome;
type Route = readonly [string, Handler];

/** METHOD and path → what answers it; `{name}` is one segment. The first that fits counts. */
const routes: readonly Route[] = [
  ['GET /', greeting],
  ['GET /_security/_authenticate', authentication.authenticate],
  ['GET /_security/user/_privileges', privileges.showPrivileges],
  ['GET /_security/user/_has_privileges', privileges.hasPrivileges],
  ['POST /_security/user/_has_privileges', privileges.hasPrivileges],
  ['POST /_security/realm/{name}/_clear_cache', authentication.clearCache],
  ['POST /_security/role/{name}/_clear_cache', authentication.clearCache],
  ...putOrPost('/_security/user/_password', users.changePassword),
  ...putOrPost('/_security/user/{name}/_password', users.changePassword),
  ...putOrPost('/_security/user/{name}/_enable', users.setEnabled(true)),
  ...putOrPost('/_security/user/{name}/_disable', users.setEnabled(false)),
  ['GET /_security/user', users.showUsers],
  ['GET /_security/user/{name}', users.showUsers],
  ...putOrPost('/_security/user/{name}', users.putUser),
  ['DELETE /_security/user/{name}', users.deleteUser],
  ['GET /_security/role', roles.showRoles],
  ['GET /_security/role/{name}', roles.showRoles],
  ...putOrPost('/_security/role/{name}', roles.putRole),
  ['DELETE /_security/role/{name}', roles.deleteRole],
  ['GET /_security/role_mapping', roleMappings.showRoleMappings],
  ['GET /_security/role_mapping/{name}', roleMappings.showRoleMappings],
  ...putOrPost('/_security/role_mapping/{name}', roleMappings.putRoleMapping),
  ['DELETE /_security/role_mapping/{name}', roleMappings.deleteRoleMapping],
  ['GET /_security/privilege', applicationPrivileges.showPrivileges],
  ['GET /_security/privilege/{application}', applicationPrivileges.showPrivileges],
  ['GET /_security/privilege/{application}/{name}', applicationPrivileges.showPrivileges],
  ...putOrPost('/_security/privilege', applicationPrivileges.putPrivileges),
  ['DELETE /_security/privilege/{application}/{name}', applicationPrivileges.deletePrivileges],
  ['GET /_security/api_key', apiKeys.showApiKeys],
  ...putOrPost('/_security/api_key', apiKeys.createApiKey),
  ['DELETE /_security/api_key', apiKeys.invalidateApiKeys],
  ['GET /_snapshot', repositories.showRepositories],
  ['GET /_snapshot/{repository}', repositories.showRepositories],
  ...putOrPost('/_snapshot/{repository}', repositories.putRepository),
  ['DELETE /_snapshot/{repository}', repositories.deleteRepository],
  ['POST /_snapshot/{repository}/_verify', repositories.verifyRepository],
  ['GET /_snapshot/{repository}/{snapshot}', snapshots.showSnapshots],
  ...putOrPost('/_snapshot/{repository}/{snapshot}', snapshots.createSnapshot),
  ['DELETE /_snapshot/{repository}/{snapshot}', snapshots.deleteSnapshot],
  ['GET /_snapshot/{repository}/{snapshot}/_status', snapshots.snapshotStatus],
  ['POST /_snapshot/{repository}/{snapshot}/_restore', restoreSnapshot],
  ['GET /_cat/indices', cat.catIndices],
  ['GET /_cat/indices/{index}', cat.catIndices],
  ['GET /_cat/aliases', cat.catAliases],
  ['GET /_cat/aliases/{alias}', cat.catAliases],
  ['GET /_cat/shards/{index}', cat.catShards],
  ['GET /_cluster/health', shards.clusterHealth],
  ['GET /_cluster/health/{index}', shards.clusterHealth],
  ['GET /_cluster/state', shards.clusterState],
  ['GET /_nodes/settings', showNodesSettings],
  ['GET /_cluster/settings', clusterSettings.showClusterSettings],
  ['PUT /_cluster/settings', clusterSettings.putClusterSettings],
  ['GET /_cluster/allocation/explain', shards.explainAllocation],
  ['POST /_cluster/allocation/explain', shards.explainAllocation],
  ['GET /_recovery', shards.showRecovery],
  ['GET /_search', documents.search],
  ['POST /_search', documents.search],
  ['GET /_settings', settings.showSettings],
  ['GET /_alias', indices.showAliases],
  ['GET /_alias/{alias}', indices.showAliases],
  ['POST /_aliases', indices.updateAliases],
  ...putOrPost('/_bulk', documents.bulk),
  ...putOrPost('/{index}/_bulk', documents.bulk),
  ['POST /{index}/_close', indices.closeIndices],
  ['POST /{index}/_open', indices.openIndices],
  ['GET /{index}/_settings', settings.showSettings],
  ['PUT /{index}/_settings', settings.putSettings],
  ['GET /{index}/_recovery', shards.showRecovery],
  ['GET /{index}/_search', documents.search],
  ['POST /{index}/_search', documents.search],
  ['GET /{index}/_count', documents.count],
  ['POST /{index}/_count', documents.count],
  ['POST /{index}/_refresh', shards.refresh],
  ['POST /{index}/_doc', documents.putDocument],
  ['GET /{index}/_doc/{id}', documents.getDocument],
  ...putOrPost('/{index}/_doc/{id}', documents.putDocument),
  ['DELETE /{index}/_doc/{id}', documents.deleteDocument],
  ['PUT /{index}', indices.createIndex],
  ['DELETE /{index}', indices.deleteIndices],
  ['GET /{index}', indices.showIndices],
];

/** Routes that 7.10 does not have: it takes the first segment for the name of an index. */
const routesSince8: readonly Route[] = [
  ['GET /_features', showFeatures],
  ['POST /_features/_reset', resetFeatures],
  ['GET /_security/service', serviceAccounts.showServiceAccounts],
  ['GET /_security/service/{namespace}', serviceAccounts.showServiceAccounts],
  ['GET /_security/service/{namespace}/{service}', serviceAccounts.showServiceAccounts],
  ['GET /_security/service/{namespace}/{service}/credential', serviceAccounts.showCredentials],
  ['POST /_security/service/{namespace}/{service}/credential/token', serviceAccounts.createToken],
  ...putOrPost('/_security/service/{namespace}/{service}/credential/token/{name}', serviceAccounts.createToken),
  ['DELETE /_security/service/{namespace}/{service}/credential/token/{name}', serviceAccounts.deleteToken],
];

function putOrPost(path: string, handler: Handler): Route[] {
  return [
    [`PUT ${path}`, handler],
    [`POST ${path}`, handler],
  ];
}

const compiled = compile(routes);
const compiledSince8 = compile([...routesSince8, ...routes]);

function compile(all: readonly Route[]) {
  return all.map(([route, handler]) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, segments: path.split('/').slice(1), handler };
  });
}

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
      ...answer,
      body: paths === undefined ? answer.body : filtered(answer.body, paths),
      headers: {
        ...answer.headers,
        'x-elastic-product': 'Elasticsearch',
        ...(opaque === undefined ? {} : { 'x-opaque-id': opaque }),
      },
    },
  };
}

function answered(before: World, name: string, request: ClusterRequest): Outcome {
  let world = before;
  try {
    const { user, cluster } = authentication.authenticated(before.clusters[name] as Cluster, request);
    world = withCluster(before, cluster);
    refuseOddContent(cluster, request);
    const found = routeOf(cluster, request);
    const scene = { world, cluster, request, user, parts: found.parts };
    const outcome = found.handler(scene);
    return { world: outcome.world, answer: withWarning(scene, outcome.answer) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { world: error.cluster ? withCluster(world, error.cluster) : world, answer: error.answer };
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
  for (const route of isSince(cluster, 8) ? compiledSince8 : compiled) {
    if (route.method !== asked || route.segments.length !== given.length) continue;
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

/** A client of another major version is refused: one of the version before is not. */
function refuseOddContent(cluster: Cluster, { body, headers }: ClusterRequest): void {
  const type = headers['content-type'];
  if (body === '') return;
  const compatible = /compatible-with=(\d+)/.exec(type ?? '')?.[1];
  if (compatible === undefined && /^application\/(x-ndjson|json)/.test(type ?? '')) return;
  const major = Number(cluster.version.split('.')[0]);
  if (major >= 8 && compatible !== undefined) {
    if ([major, major - 1].includes(Number(compatible))) return;
    const reason = `A compatible version is required on both Content-Type and Accept headers. Content-Type=${type}`;
    throw new Refusal(refused(400, 'media_type_header_exception', reason));
  }
  throw new Refusal({
    status: 406,
    body: { error: `Content-Type header [${type ?? ''}] is not supported`, status: 406 },
  });
}

function greeting(scene: Scene): Outcome {
  privileges.need(scene, 'cluster:monitor/main', 'monitor');
  const { name, uuid, version } = scene.cluster;
  return unchanged(
    scene,
    ok({ name, cluster_name: name, cluster_uuid: uuid, version: { number: version }, tagline: 'You Know, for Search' }),
  );
}

function showFeatures(scene: Scene): Outcome {
  privileges.need(scene, 'cluster:admin/features/get', 'manage');
  const features = featuresOf(scene.cluster).map(({ name, description }): Json => ({ name, description }));
  return unchanged(scene, ok({ features }));
}

/**
 * Deletes what features have kept, all users among it. Those of security are deleted for everybody who may
 * manage the cluster, those of other features only for who may delete their indices.
 */
function resetFeatures(scene: Scene): Outcome {
  privileges.need(scene, 'cluster:admin/features/reset', 'manage');
  const { cluster, user } = scene;
  const results = featuresOf(cluster).map(({ name }) => {
    const owned = indicesOf(cluster, name);
    const may = (index: string) => privileges.mayIndex(cluster, user, index, privileges.indexActions.delete);
    return { name, owned, isDone: name === 'security' || owned.every(may) };
  });
  const deleted = results.flatMap(({ owned, isDone }) => (isDone ? owned : []));
  const features = results.map(({ name, owned, isDone }): Json => {
    const reason = `[action [${privileges.indexActions.delete.action}] is unauthorized for user [${user.username}] on restricted indices [${owned}]]`;
    return isDone
      ? { feature_name: name, status: 'SUCCESS' }
      : { feature_name: name, status: 'FAILURE', exception: { type: 'exception', reason } };
  });
  const status = results.every(({ isDone }) => isDone) ? 200 : 500;
  return changed(scene, { ...cluster, indices: without(cluster.indices, deleted) }, { status, body: { features } });
}

/**
 * From about 7.14 on, direct access to system indices is answered with a warning. Only Kibana's are anybody's without
 * it: of who says that they are Kibana.
 */
function withWarning(scene: Scene, answer: ClusterAnswer): ClusterAnswer {
  const { cluster, parts, request } = scene;
  if (parts.index === undefined || request.path.startsWith('/_') || request.path.endsWith('/_recovery')) return answer;
  const isKibana = request.headers['x-elastic-product-origin'] === 'kibana';
  const system = namesIn(scene, parts.index).filter(
    (name) => isSystemIndex(cluster, name) && !(isKibana && indicesOf(cluster, 'kibana').includes(name)),
  );
  if (system.length === 0) return answer;
  const text = `this request accesses system indices: [${system.join(', ')}], but in a future major version, direct access to system indices will be prevented by default`;
  return {
    ...answer,
    headers: { ...answer.headers, warning: `299 Elasticsearch-${cluster.version}-sandbox "${text}"` },
  };
}

/** The indices that an expression has meant; none where it was refused. */
function namesIn(scene: Scene, expression: string): string[] {
  try {
    return indicesNamed(scene, expression, 'open', privileges.indexActions.search);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
