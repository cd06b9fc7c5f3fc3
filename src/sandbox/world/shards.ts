import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { copiedFiles, copiedOf, filesOfShard, shardSizes } from './copying.ts';
import { indicesNamed } from './names.ts';
import { indexActions, need } from './privileges.ts';
import { bodyOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { replicasOf } from './settings.ts';
import type { Cluster, Index, Outcome } from './state.ts';
import { snapshotVersion } from './versions.ts';

const ranks = { green: 0, yellow: 1, red: 2 } as const;
type Health = keyof typeof ranks;

/** An index that is being restored is yellow, though nothing can be read of it yet. */
export function healthIn(index: Index): Health {
  if (!index.recovery.isDone) return 'yellow';
  if (index.failed.length > 0) return 'red';
  return replicasOf(index) === 0 ? 'green' : 'yellow';
}

/** Shards whose index cannot be read yet, or never. */
function unassigned({ shards, failed, recovery }: Index): number {
  return recovery.isDone ? failed.length : shards;
}

/**
 * Answers at once: where the caller waits for something that is not there, with the time-out that would follow.
 */
export function clusterHealth(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/health', 'monitor');
  const { cluster, request } = scene;
  const { wait_for_status: wanted } = request.query;
  if (wanted !== undefined && !Object.hasOwn(ranks, wanted)) {
    const reason = `No enum constant org.elasticsearch.cluster.health.ClusterHealthStatus.${wanted.toUpperCase()}`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  const { names, missing } = indicesIn(scene);
  const all = names.map((name): [string, Index] => [name, cluster.indices[name] as Index]);
  const worst = all.map(([, index]) => healthIn(index)).sort((a, b) => ranks[b] - ranks[a])[0];
  const status: Health = missing ? 'red' : (worst ?? 'green');
  const nodes = request.query.wait_for_nodes;
  const isShort =
    missing ||
    (wanted !== undefined && ranks[status] > ranks[wanted as Health]) ||
    (nodes !== undefined && Number(/\d+/.exec(nodes)?.[0] ?? 1) > 1);
  const sum = (of: (index: Index) => number) => all.reduce((total, [, index]) => total + of(index), 0);
  const active = sum((index) => index.shards - unassigned(index));
  const open = sum((index) => unassigned(index) + replicasOf(index) * index.shards);
  const indices = Object.fromEntries(
    all.map(([name, index]): [string, Json] => [
      name,
      {
        status: healthIn(index),
        number_of_shards: index.shards,
        number_of_replicas: replicasOf(index),
        active_primary_shards: index.shards - unassigned(index),
      },
    ]),
  );
  const body = {
    cluster_name: cluster.name,
    status,
    timed_out: isShort,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: active,
    active_shards: active,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: open,
    active_shards_percent_as_number: active + open === 0 ? 100 : (active * 100) / (active + open),
    ...(request.query.level === 'indices' ? { indices } : {}),
  };
  return unchanged(scene, { status: isShort ? 408 : 200, body });
}

/** Everybody who may see the health of the cluster may see that of each index. A name that is not there is waited for. */
function indicesIn(scene: Scene): { readonly names: readonly string[]; readonly missing: boolean } {
  const { index: expression } = scene.parts;
  const { indices } = scene.cluster;
  if (expression === undefined) return { names: Object.keys(indices), missing: false };
  const superuser = { cluster: ['all'], indices: [everything], applications: [], run_as: [] };
  const query = { ...scene.request.query, ignore_unavailable: 'true', expand_wildcards: 'all' };
  const names = indicesNamed(
    { ...scene, user: { ...scene.user, grants: [superuser] }, request: { ...scene.request, query } },
    expression,
    'all',
    indexActions.recovery,
  );
  const isThere = (name: string) =>
    name.includes('*') ||
    name === '_all' ||
    Object.entries(indices).some(([one, { aliases }]) => one === name || Object.hasOwn(aliases, name));
  return { names, missing: !expression.split(',').every(isThere) };
}

const everything = { names: ['*'], privileges: ['all'], isRestricted: true };

/** Only shards that came up, or are about to, are listed. */
export function showRecovery(scene: Scene): Outcome {
  const { cluster, request } = scene;
  const names = indicesNamed(scene, scene.parts.index ?? '_all', 'all', indexActions.recovery);
  const shown = names.flatMap((name): [string, Json][] => {
    const index = cluster.indices[name] as Index;
    const copied = recoveredIn(name, scene);
    const up = shardSizes(index.documents, index.shards).flatMap((size, id): Json[] =>
      index.failed.includes(id) ? [] : [shardRecovery(id, size, copied[id] ?? 0, index, cluster, request.now)],
    );
    // An index of which no shard came up is not in it.
    return up.length === 0 ? [] : [[name, { shards: up }]];
  });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

/** How many bytes of each shard of an index are there: all, or as much as the restore has copied by now. */
function recoveredIn(name: string, { cluster, request }: Scene): readonly number[] {
  const { documents, shards, recovery } = cluster.indices[name] as Index;
  const running = cluster.restores.find(({ indices }) => indices.includes(name));
  if (recovery.isDone || !running) return shardSizes(documents, shards).map((size) => (recovery.isDone ? size : 0));
  // It copies one index after the other.
  const sizes = running.indices.map((one) => {
    const index = cluster.indices[one];
    return { one, sizes: index ? shardSizes(index.documents, index.shards) : [] };
  });
  const span = { started: recovery.started, ends: running.ends };
  const all = copiedOf(
    sizes.flatMap((index) => index.sizes),
    span,
    request.now,
  );
  const place = sizes.findIndex(({ one }) => one === name);
  const before = sizes.slice(0, place).reduce((sum, index) => sum + index.sizes.length, 0);
  return all.slice(before, before + shards);
}

function shardRecovery(
  id: number,
  bytes: number,
  copied: number,
  { recovery }: Index,
  { version }: Cluster,
  now: number,
): Json {
  const isDone = copied === bytes;
  // Nothing is known of a shard before its files are listed. What is on the disk already is not copied.
  const isKnown = recovery.isDone || copied > 0;
  const isReused = recovery.type === 'EXISTING_STORE';
  const size = !isKnown || recovery.type === 'EMPTY_STORE' ? 0 : bytes;
  const files = size === 0 ? 0 : filesOfShard;
  const took = Math.max(0, now - recovery.started);
  return {
    id,
    type: recovery.type,
    stage: isDone ? 'DONE' : 'INDEX',
    primary: true,
    start_time_in_millis: recovery.started,
    ...(isDone ? { stop_time_in_millis: recovery.started } : {}),
    total_time_in_millis: isDone ? 0 : took,
    source: recovery.source ? { ...recovery.source, version: snapshotVersion(recovery.made ?? version, version) } : {},
    index: {
      size: {
        total_in_bytes: size,
        reused_in_bytes: isReused ? size : 0,
        recovered_in_bytes: isReused || size === 0 ? 0 : copied,
      },
      files: {
        total: files,
        reused: isReused ? files : 0,
        recovered: isReused || files === 0 ? 0 : copiedFiles(bytes, copied),
      },
    },
  };
}

/** The restores that are in progress, whoever began them. */
export function clusterState(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/state', 'monitor');
  const { name, restores, indices } = scene.cluster;
  const snapshots = restores.map(({ repository, snapshot, indices: restored }) => ({
    snapshot,
    repository,
    state: 'INIT',
    indices: [...restored],
    shards: restored.flatMap((index) =>
      Array.from({ length: indices[index]?.shards ?? 0 }, (_, shard) => ({
        index: { index_name: index, index_uuid: indices[index]?.uuid ?? '' },
        shard,
        state: 'INIT',
      })),
    ),
  }));
  return unchanged(scene, ok({ cluster_name: name, restore: { snapshots } }));
}

/** Answers why a shard is not assigned. */
export function explainAllocation(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/allocation/explain', 'monitor');
  const { cluster } = scene;
  const body = bodyOf(scene);
  const asked =
    isObject(body) && body.index !== undefined
      ? { index: textOf(body.index), shard: Number(body.shard) }
      : firstFailed(cluster);
  const index = asked && cluster.indices[asked.index];
  if (!asked) {
    const reason =
      'No shard was specified in the request which means the response should explain a randomly-chosen unassigned shard, but there are no unassigned shards in this cluster.';
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  if (!index) throw new Refusal(noSuchIndex(asked.index));
  const isFailed = index.failed.includes(asked.shard);
  return unchanged(
    scene,
    ok({
      ...asked,
      primary: true,
      current_state: isFailed ? 'unassigned' : 'started',
      ...(isFailed ? explanation(cluster, index) : {}),
    }),
  );
}

function firstFailed({ indices }: Cluster): { index: string; shard: number } | undefined {
  const [found] = Object.entries(indices).flatMap(([index, { failed }]) => failed.map((shard) => ({ index, shard })));
  return found;
}

function explanation(cluster: Cluster, index: Index): JsonObject {
  return {
    unassigned_info: unassignedInfo(cluster, index),
    can_allocate: 'no',
    allocate_explanation: 'cannot allocate because allocation is not permitted to any of the nodes',
  };
}

export function unassignedInfo({ name }: Cluster, { recovery }: Index): JsonObject {
  const { repository = '', snapshot = '' } = recovery.source ?? {};
  const details = `failed shard on node [node-of-${name}]: failed recovery, failure org.elasticsearch.indices.recovery.RecoveryFailedException: Recovery failed on {${name}}; nested: org.elasticsearch.index.snapshots.IndexShardRestoreFailedException: failed to restore snapshot [${repository}:${snapshot}]; nested: java.nio.file.NoSuchFileException`;
  const since = { at: new Date(recovery.started).toISOString(), failed_allocation_attempts: 5, details };
  return { reason: 'ALLOCATION_FAILED', ...since, last_allocation_status: 'no' };
}

export function refresh(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'open', indexActions.refresh);
  return unchanged(scene, ok({ _shards: { total: names.length, successful: names.length, failed: 0 } }));
}
