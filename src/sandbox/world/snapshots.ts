import type { Json, JsonObject } from '../../text/index.ts';
import { acknowledged, noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { copiedFiles, copiedOf, filesOfShard, shardSizes, shardTexts } from './copying.ts';
import { resolved } from './date-math.ts';
import { featuresOf, indicesOf, isSystemIndex } from './features.ts';
import { matches } from './filter-path.ts';
import { isHidden } from './names.ts';
import { need } from './privileges.ts';
import {
  type Contents,
  contentsOf,
  isOvertaken,
  refuseReadonly,
  repositoryNamed,
  rewritten,
  shardKey,
} from './repositories.ts';
import { bodyOf, changed, isTrue, namesOf, part, type Scene, unchanged } from './scene.ts';
import {
  type Cluster,
  duration,
  type Index,
  idAfter,
  type Outcome,
  type RunningSnapshot,
  type SnapshotInfo,
  type World,
} from './state.ts';
import { isSince, snapshotVersion, snapshotVersionId } from './versions.ts';

export function createSnapshot(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/create', 'create_snapshot');
  const { cluster, request } = scene;
  const [repository, snapshot] = [part(scene, 'repository'), resolved(part(scene, 'snapshot'), request.now)];
  const contents = contentsOf(scene.world, cluster, repository);
  const name = `[${repository}:${snapshot}]`;
  const invalid = (why: string) =>
    new Refusal(refused(400, 'invalid_snapshot_name_exception', `${name} Invalid snapshot name [${snapshot}], ${why}`));
  if (snapshot !== snapshot.toLowerCase()) throw invalid('must be lowercase');
  if (snapshot.startsWith('_')) throw invalid("must not start with '_'");
  if (snapshot.includes(',')) throw invalid("must not contain ','");
  refuseReadonly(cluster, repository, 'cannot create snapshot in a readonly repository');
  const registered = repositoryNamed(cluster, repository);
  const isTaken =
    contents.entries.some(({ info }) => info.snapshot === snapshot) ||
    cluster.snapshots.some((running) => running.repository === repository && running.info.snapshot === snapshot);
  if (isTaken) throw new Refusal(nameTaken(cluster, name, snapshot));
  if (isOvertaken(registered, contents)) return overtaken(scene, repository, name);
  const { world, id } = idAfter(scene.world);
  const running = runningSnapshot(scene, id, repository, snapshot);
  if (isTrue(request.query.wait_for_completion ?? 'false')) {
    const info = finished(running.info, request.now);
    const after = { ...world, clusters: { ...world.clusters, [cluster.name]: cluster } };
    return unchanged(
      { world: kept(after, cluster, { ...running, info }, request.now) },
      ok({ snapshot: shown(info, cluster, repository) }),
    );
  }
  return changed({ world }, { ...cluster, snapshots: [...cluster.snapshots, running] }, ok({ accepted: true }));
}

/** From 8.0 on it has a type of its own. */
function nameTaken(cluster: Cluster, name: string, snapshot: string) {
  const type = isSince(cluster, 8) ? 'snapshot_name_already_in_use_exception' : 'invalid_snapshot_name_exception';
  return refused(400, type, `${name} Invalid snapshot name [${snapshot}], snapshot with the same name already exists`);
}

/** Somebody else has written here: from now on nothing works in it any more. */
function overtaken(scene: Scene, repository: string, name: string): Outcome {
  const { cluster } = scene;
  const registered = repositoryNamed(cluster, repository);
  // A cluster that knew it empty fails at the first generation, which is there already, and sees its content from then on.
  const isFirst = registered.generation === -1;
  const generation = isFirst ? ('unknown' as const) : ('broken' as const);
  const repositories = { ...cluster.repositories, [repository]: { ...registered, generation } };
  const reason = `[${repository}] concurrent modification of the index-N file, expected current generation [${registered.generation}] but it was not found in the repository`;
  const cause = isFirst
    ? { type: 'file_already_exists_exception', reason: 'index-0' }
    : { type: 'repository_exception', reason };
  const answer = refused(500, 'snapshot_exception', `${name} failed to update snapshot in repository`, {
    caused_by: cause,
  });
  return changed(scene, { ...cluster, repositories }, answer);
}

function runningSnapshot(scene: Scene, uuid: string, repository: string, snapshot: string): RunningSnapshot {
  const { cluster, request } = scene;
  const body = bodyOf(scene);
  const states = featureStates(cluster, body);
  const indices = [...new Set([...wantedIndices(cluster, body), ...states.flatMap((state) => state.indices)])];
  if (!isTrue(body.partial ?? false)) refuseMissingShards(cluster, indices, `[${repository}:${snapshot}/${uuid}]`);
  const content = Object.fromEntries(
    indices.map((name) => {
      const { uuid: id, shards, settings, aliases, types = {}, documents } = cluster.indices[name] as Index;
      return [name, { id, shards, settings, aliases, types, documents }];
    }),
  );
  const total = indices.reduce((sum, name) => sum + (cluster.indices[name] as Index).shards, 0);
  const failed = request.misfortune === 'partial' ? Math.min(1, total) : 0;
  const [first = ''] = indices;
  const info: SnapshotInfo = {
    snapshot,
    uuid,
    version: cluster.version,
    indices,
    include_global_state: body.include_global_state !== false,
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
    state: 'IN_PROGRESS',
    start_time_in_millis: request.now,
    end_time_in_millis: 0,
    shards: { total, failed, successful: total - failed },
    failures:
      failed === 0
        ? []
        : [{ index: first, shard_id: 0, reason: 'primary shard is not allocated', status: 'INTERNAL_SERVER_ERROR' }],
    feature_states: states,
  };
  return { repository, info, content, ends: request.now + (request.lasts ?? duration) };
}

/** Refuses to save what is not there: a red index, or one that is being restored. */
function refuseMissingShards(cluster: Cluster, names: readonly string[], snapshot: string): void {
  const missing = names.filter((name) => {
    const index = cluster.indices[name] as Index;
    return index.failed.length > 0 || !index.recovery.isDone;
  });
  if (missing.length === 0) return;
  const why = isSince(cluster, 8, 19)
    ? `the following indices have unassigned primary shards and cannot be included in a snapshot unless [partial] is set to [true]: [${missing}]`
    : `Indices don't have primary shards [${missing}]`;
  throw new Refusal(refused(500, 'snapshot_exception', `${snapshot} ${why}`));
}

/**
 * Returns what `indices` means: patterns find open indices, hidden ones included, a name also a closed one. Those of
 * features are saved with their feature only.
 */
function wantedIndices(cluster: Cluster, body: JsonObject): string[] {
  const found = new Set<string>();
  const expand = body.expand_wildcards === undefined ? ['open', 'hidden'] : namesOf(body.expand_wildcards);
  const isExpanded = (word: string) => expand.includes('all') || expand.includes(word);
  let hasPattern = false;
  for (const name of body.indices === undefined ? ['*'] : namesOf(body.indices)) {
    const means =
      (one: string, { aliases }: Index) =>
      (pattern: string) =>
        [one, ...Object.keys(aliases)].some((other) => matches(pattern, other));
    if (name.startsWith('-') && hasPattern) {
      for (const one of [...found]) if (means(one, cluster.indices[one] as Index)(name.slice(1))) found.delete(one);
    } else if (name.includes('*') || name === '_all') {
      hasPattern = true;
      for (const [one, index] of Object.entries(cluster.indices)) {
        const isFound =
          means(one, index)(name === '_all' ? '*' : name) &&
          isExpanded(index.isOpen ? 'open' : 'closed') &&
          (!isHidden(index) || isExpanded('hidden'));
        if (isFound && !isSystemIndex(cluster, one)) found.add(one);
      }
    } else {
      const named = Object.entries(cluster.indices).filter(([one, index]) => means(one, index)(name));
      if (named.length === 0 && !isTrue(body.ignore_unavailable ?? false)) throw new Refusal(noSuchIndex(name));
      for (const [one] of named) {
        if (isSystemIndex(cluster, one)) throw systemIndexNamed(one);
        found.add(one);
      }
    }
  }
  return [...found].sort();
}

function systemIndexNamed(name: string): Refusal {
  return new Refusal(
    refused(
      400,
      'illegal_argument_exception',
      `the [indices] parameter includes system indices [${name}]; to include or exclude system indices from a snapshot, use the [include_global_state] or [feature_states] parameters`,
    ),
  );
}

/** A name that no feature has is left out without a word. 7.10 knows no features, and ignores the field. */
function featureStates(cluster: Cluster, body: JsonObject): SnapshotInfo['feature_states'] {
  const all = featuresOf(cluster).map(({ name }) => name);
  const asked =
    body.feature_states === undefined ? (body.include_global_state === false ? [] : all) : namesOf(body.feature_states);
  return all
    .filter((name) => asked.includes(name))
    .map((feature_name) => ({ feature_name, indices: indicesOf(cluster, feature_name) }))
    .filter(({ indices }) => indices.length > 0);
}

function finished(info: SnapshotInfo, now: number): SnapshotInfo {
  return { ...info, state: info.shards.failed > 0 ? 'PARTIAL' : 'SUCCESS', end_time_in_millis: now };
}

/** The world with a finished snapshot in its repository. */
function kept(world: World, cluster: Cluster, { repository, info, content }: RunningSnapshot, now: number): World {
  const blobs = new Map<string, string>();
  for (const { id, shards, documents } of Object.values(content)) {
    for (const [shard, text] of shardTexts(documents, shards).entries())
      blobs.set(shardKey(id, shard, info.uuid), text);
  }
  const indices = Object.fromEntries(
    Object.entries(content).map(([name, { documents, ...saved }]) => [
      name,
      { ...saved, sizes: shardSizes(documents, saved.shards) },
    ]),
  );
  const { entries } = contentsOf(world, cluster, repository);
  return rewritten(world, cluster, repository, [...entries, { info, indices }], blobs, now);
}

/** Finishes what has ended by now: snapshots are in their repositories, restores are done. */
export function settled(world: World, now: number): World {
  return Object.values(world.clusters).reduce((before, { name }) => settledCluster(before, name, now), world);
}

function settledCluster(before: World, name: string, now: number): World {
  const cluster = before.clusters[name] as Cluster;
  const ended = cluster.snapshots.filter(({ ends }) => ends <= now);
  const restored = cluster.restores.filter(({ ends }) => ends <= now);
  if (ended.length === 0 && restored.length === 0) return before;
  const indices = Object.fromEntries(
    Object.entries(cluster.indices).map(([index, state]) => {
      const isRestored = restored.some((restore) => restore.indices.includes(index));
      return [index, isRestored ? { ...state, recovery: { ...state.recovery, isDone: true } } : state];
    }),
  );
  const after: Cluster = {
    ...cluster,
    indices,
    snapshots: cluster.snapshots.filter((running) => !ended.includes(running)),
    restores: cluster.restores.filter((restore) => !restored.includes(restore)),
  };
  return ended.reduce(
    (world, running) => {
      const known = world.clusters[name] as Cluster;
      // Its repository may have been removed or broken meanwhile: then it is lost.
      if (!known.repositories[running.repository] || known.repositories[running.repository]?.generation === 'broken')
        return world;
      return kept(world, known, { ...running, info: finished(running.info, running.ends) }, running.ends);
    },
    { ...before, clusters: { ...before.clusters, [name]: after } },
  );
}

/** Returns whether a restore is still in progress. */
export function isRestoring(world: World, cluster: string, id: string, now: number): boolean {
  return settled(world, now).clusters[cluster]?.restores.some((restore) => restore.id === id) === true;
}

export function showSnapshots(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/get', 'monitor_snapshot');
  const repository = part(scene, 'repository');
  const infos = infosIn(scene, repository);
  const found = namesOf(part(scene, 'snapshot')).flatMap((name) => {
    if (name === '_all' || name.includes('*'))
      return infos.filter(({ snapshot }) => name === '_all' || matches(name, snapshot));
    const named = infos.filter(({ snapshot }) => snapshot === name);
    if (named.length === 0 && !isTrue(scene.request.query.ignore_unavailable ?? 'false'))
      throw new Refusal(noSuchSnapshot(404, repository, name));
    return named;
  });
  const snapshots = found.map((info) => shown(info, scene.cluster, repository));
  const count = isSince(scene.cluster, 8) ? { total: snapshots.length, remaining: 0 } : {};
  return unchanged(scene, ok({ snapshots, ...count }));
}

/** Finished and running ones. */
function infosIn({ world, cluster }: Scene, repository: string): SnapshotInfo[] {
  const { entries } = contentsOf(world, cluster, repository);
  const running = cluster.snapshots.filter((one) => one.repository === repository);
  return [...entries.map(({ info }) => info), ...running.map(({ info }) => info)];
}

function noSuchSnapshot(status: number, repository: string, snapshot: string) {
  return refused(status, 'snapshot_missing_exception', `[${repository}:${snapshot}] is missing`);
}

function shown(info: SnapshotInfo, cluster: Cluster, repository: string): Json {
  const { feature_states, ...rest } = info;
  const isRunning = info.state === 'IN_PROGRESS';
  return {
    ...(rest as unknown as JsonObject),
    ...(isSince(cluster, 8) ? { repository, feature_states: feature_states as unknown as Json } : {}),
    version: snapshotVersion(info.version, cluster.version),
    version_id: snapshotVersionId(info.version),
    data_streams: [],
    start_time: new Date(info.start_time_in_millis).toISOString(),
    end_time: new Date(info.end_time_in_millis).toISOString(),
    duration_in_millis: isRunning ? 0 : info.end_time_in_millis - info.start_time_in_millis,
    shards: isRunning ? { total: 0, failed: 0, successful: 0 } : info.shards,
  };
}

export function snapshotStatus(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/status', 'monitor_snapshot');
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const running = scene.cluster.snapshots.find(
    (one) => one.repository === repository && one.info.snapshot === snapshot,
  );
  if (running) return statusAnswer(scene, repository, running.info, sizesOf(running.content), running.ends);
  const { entries } = contentsOf(scene.world, scene.cluster, repository);
  const entry = entries.find(({ info }) => info.snapshot === snapshot);
  if (!entry) throw new Refusal(noSuchSnapshot(404, repository, snapshot));
  const sizes = Object.entries(entry.indices).map(([name, index]) => ({ name, sizes: index.sizes }));
  return statusAnswer(scene, repository, entry.info, sizes, entry.info.end_time_in_millis);
}

interface IndexSizes {
  readonly name: string;
  /** Of each shard, in bytes. */
  readonly sizes: readonly number[];
}

function sizesOf(content: RunningSnapshot['content']): readonly IndexSizes[] {
  return Object.entries(content).map(([name, { documents, shards }]) => ({
    name,
    sizes: shardSizes(documents, shards),
  }));
}

/** How far one shard of a snapshot is. */
interface ShardStatus {
  readonly stage: 'STARTED' | 'DONE' | 'FAILURE';
  readonly size: number;
  readonly copied: number;
}

function statusAnswer(
  scene: Scene,
  repository: string,
  info: SnapshotInfo,
  sizes: readonly IndexSizes[],
  ends: number,
): Outcome {
  const { now } = scene.request;
  const started = info.start_time_in_millis;
  const copied = copiedOf(
    sizes.flatMap((index) => index.sizes),
    { started, ends },
    now,
  );
  let place = 0;
  const indices = sizes.map((index): [name: string, shards: readonly ShardStatus[]] => [
    index.name,
    index.sizes.map((size, shard): ShardStatus => {
      const done = copied[place++] ?? 0;
      const hasFailed = info.failures.some((failure) => failure.index === index.name && failure.shard_id === shard);
      if (hasFailed) return { stage: 'FAILURE', size: 0, copied: 0 };
      return { stage: done === size ? 'DONE' : 'STARTED', size, copied: done };
    }),
  ]);
  const times = { start_time_in_millis: started, time_in_millis: Math.max(0, Math.min(now, ends) - started) };
  const shown = (shards: readonly ShardStatus[]) => ({
    shards_stats: countsOf(shards),
    stats: { ...statsOf(shards), ...times },
  });
  const status = {
    snapshot: info.snapshot,
    repository,
    uuid: info.uuid,
    // A finished one with a missing shard is a SUCCESS here.
    state: info.state === 'IN_PROGRESS' ? 'STARTED' : 'SUCCESS',
    include_global_state: info.include_global_state,
    ...shown(indices.flatMap(([, shards]) => shards)),
    indices: Object.fromEntries(
      indices.map(([name, shards]) => [
        name,
        {
          ...shown(shards),
          shards: Object.fromEntries(
            shards.map((shard, id) => [id, { stage: shard.stage, stats: { ...statsOf([shard]), ...times } }]),
          ),
        },
      ]),
    ),
  };
  return unchanged(scene, ok({ snapshots: [status] }));
}

function countsOf(shards: readonly ShardStatus[]): JsonObject {
  const count = (stage: ShardStatus['stage']) => shards.filter((shard) => shard.stage === stage).length;
  const counts = {
    initializing: 0,
    started: count('STARTED'),
    finalizing: 0,
    done: count('DONE'),
    failed: count('FAILURE'),
  };
  return { ...counts, total: shards.length };
}

/** `processed` is left out once it is all. A snapshot of the sandbox takes every file anew. */
function statsOf(shards: readonly ShardStatus[]): JsonObject {
  const sum = (of: (shard: ShardStatus) => number) => shards.reduce((total, shard) => total + of(shard), 0);
  const whole = {
    file_count: sum(({ stage }) => (stage === 'FAILURE' ? 0 : filesOfShard)),
    size_in_bytes: sum(({ size }) => size),
  };
  const processed = {
    file_count: sum(({ stage, size, copied }) => (stage === 'FAILURE' ? 0 : copiedFiles(size, copied))),
    size_in_bytes: sum(({ copied }) => copied),
  };
  return { incremental: whole, ...(processed.file_count === whole.file_count ? {} : { processed }), total: whole };
}

export function deleteSnapshot(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/delete', 'manage');
  const { world, cluster, request } = scene;
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const contents: Contents = contentsOf(world, cluster, repository);
  const registered = repositoryNamed(cluster, repository);
  const isThere = infosIn(scene, repository).some((info) => info.snapshot === snapshot);
  if (!isThere) throw new Refusal(noSuchSnapshot(404, repository, snapshot));
  refuseReadonly(
    cluster,
    repository,
    isSince(cluster, 8, 19) ? 'repository is readonly' : 'cannot delete snapshot from a readonly repository',
  );
  if (cluster.restores.some((one) => one.repository === repository && one.snapshot === snapshot)) {
    const reason = `[${repository}:${snapshot}] cannot delete snapshot during a restore in progress`;
    throw new Refusal(refused(503, 'concurrent_snapshot_execution_exception', reason));
  }
  if (cluster.snapshots.some((one) => one.repository === repository && one.info.snapshot === snapshot))
    return changed(
      scene,
      { ...cluster, snapshots: cluster.snapshots.filter((one) => one.info.snapshot !== snapshot) },
      acknowledged,
    );
  const left = contents.entries.filter(({ info }) => info.snapshot !== snapshot);
  if (isOvertaken(registered, contents)) return overtaken(scene, repository, `[${repository}:${snapshot}]`);
  return unchanged({ world: rewritten(world, cluster, repository, left, new Map(), request.now) }, acknowledged);
}
