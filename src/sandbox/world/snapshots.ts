import type { Json, JsonObject } from '../../language/index.ts';
import { acknowledged, noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { features, indicesOf, isSystemIndex } from './features.ts';
import { matches } from './filter-path.ts';
import {
  type Contents,
  contentsOf,
  type Entry,
  isOvertaken,
  isReadonly,
  problemWith,
  repositoryNamed,
  rewritten,
  shardKey,
} from './repositories.ts';
import { bodyOf, changed, isTrue, namesOf, part, type Scene, unchanged } from './scene.ts';
import { need } from './security.ts';
import {
  type Cluster,
  duration,
  type Index,
  idAfter,
  isEight,
  type Outcome,
  type RunningSnapshot,
  type SnapshotInfo,
  type World,
} from './state.ts';

export function createSnapshot(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/create', 'manage');
  const { cluster, request } = scene;
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const contents = contentsOf(scene.world, cluster, repository);
  const name = `[${repository}:${snapshot}]`;
  const invalid = (why: string) =>
    new Refusal(refused(400, 'invalid_snapshot_name_exception', `${name} Invalid snapshot name [${snapshot}], ${why}`));
  if (snapshot !== snapshot.toLowerCase()) throw invalid('must be lowercase');
  const registered = repositoryNamed(cluster, repository);
  if (isReadonly(registered))
    throw new Refusal(problemWith(repository, 'cannot create snapshot in a readonly repository'));
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

/** 8.x has a word of its own for it. */
function nameTaken(cluster: Cluster, name: string, snapshot: string) {
  const type = isEight(cluster) ? 'snapshot_name_already_in_use_exception' : 'invalid_snapshot_name_exception';
  return refused(400, type, `${name} Invalid snapshot name [${snapshot}], snapshot with the same name already exists`);
}

/** Somebody else has written here: from now on nothing works in it any more (field note R1). */
function overtaken(scene: Scene, repository: string, name: string): Outcome {
  const { cluster } = scene;
  const registered = repositoryNamed(cluster, repository);
  // Who knew it empty fails at the first generation, which is there already, and sees what is in it from then on.
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
  const content = Object.fromEntries(
    indices.map((name) => {
      const { uuid: id, shards, aliases, documents } = cluster.indices[name] as Index;
      return [name, { id, shards, aliases, documents }];
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
  return { repository, info, content, ends: request.now + duration };
}

/** What `indices` means: patterns find open indices, a name also a closed one (field note S1). */
function wantedIndices(cluster: Cluster, body: JsonObject): string[] {
  const found = new Set<string>();
  for (const name of body.indices === undefined ? ['*'] : namesOf(body.indices)) {
    if (name.startsWith('-')) {
      for (const one of [...found]) if (matches(name.slice(1), one)) found.delete(one);
    } else if (name.includes('*') || name === '_all') {
      const pattern = name === '_all' ? '*' : name;
      for (const [one, { isOpen, aliases }] of Object.entries(cluster.indices)) {
        const isNamed = [one, ...Object.keys(aliases)].some((other) => matches(pattern, other));
        // Those of features travel with their feature only.
        if (isNamed && isOpen && !isSystemIndex(cluster, one)) found.add(one);
      }
    } else if (cluster.indices[name]) {
      if (isSystemIndex(cluster, name))
        throw new Refusal(
          refused(
            400,
            'illegal_argument_exception',
            `the [indices] parameter includes system indices [${name}]; to include or exclude system indices from a snapshot, use the [include_global_state] or [feature_states] parameters`,
          ),
        );
      found.add(name);
    } else if (!isTrue(body.ignore_unavailable ?? false)) throw new Refusal(noSuchIndex(name));
  }
  return [...found].sort();
}

/** A name that no feature has is left out without a word (field note S1). 7.10 knows no features, and ignores the field. */
function featureStates(cluster: Cluster, body: JsonObject): SnapshotInfo['feature_states'] {
  if (!isEight(cluster)) return [];
  const all = features.map(({ name }) => name as string);
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
    for (let shard = 0; shard < shards; shard++) {
      const part = [...documents].filter(([document]) => placeOf(document, shards) === shard);
      blobs.set(shardKey(id, shard, info.uuid), JSON.stringify(part));
    }
  }
  const indices = Object.fromEntries(
    Object.entries(content).map(([name, { id, shards, aliases }]) => [name, { id, shards, aliases }]),
  );
  const { entries } = contentsOf(world, cluster, repository);
  return rewritten(world, cluster, repository, [...entries, { info, indices }], blobs, now);
}

/** The shard of a document. */
function placeOf(document: string, shards: number): number {
  let hash = 0;
  for (const character of document) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % shards;
}

/** What was running and has ended by now is finished: snapshots are in their repositories, restores are done. */
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

export function showSnapshots(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/get', 'manage');
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
  return unchanged(scene, ok({ snapshots: found.map((info) => shown(info, scene.cluster, repository)) }));
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
  const [major = 0, minor = 0, patch = 0] = info.version.split('.').map(Number);
  const isRunning = info.state === 'IN_PROGRESS';
  return {
    ...(rest as unknown as JsonObject),
    ...(isEight(cluster) ? { repository, feature_states: feature_states as unknown as Json } : {}),
    version_id: major * 1_000_000 + minor * 10_000 + patch * 100 + 99,
    data_streams: [],
    start_time: new Date(info.start_time_in_millis).toISOString(),
    end_time: new Date(info.end_time_in_millis).toISOString(),
    duration_in_millis: isRunning ? 0 : info.end_time_in_millis - info.start_time_in_millis,
    shards: isRunning ? { total: 0, failed: 0, successful: 0 } : info.shards,
  };
}

export function snapshotStatus(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/status', 'manage');
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const running = scene.cluster.snapshots.find(
    (one) => one.repository === repository && one.info.snapshot === snapshot,
  );
  const entry: Pick<Entry, 'info' | 'indices'> | undefined = running
    ? { info: running.info, indices: running.content }
    : contentsOf(scene.world, scene.cluster, repository).entries.find(({ info }) => info.snapshot === snapshot);
  if (!entry) throw new Refusal(noSuchSnapshot(404, repository, snapshot));
  const { info } = entry;
  const indices = Object.fromEntries(
    Object.entries(entry.indices).map(([name, { shards }]) => {
      const failed = info.failures.filter(({ index }) => index === name).length;
      return [name, { shards_stats: { total: shards, done: shards - failed, failed } }];
    }),
  );
  const total = { total: info.shards.total, done: info.shards.successful, failed: info.shards.failed };
  return unchanged(
    scene,
    ok({ snapshots: [{ snapshot, repository, uuid: info.uuid, state: info.state, shards_stats: total, indices }] }),
  );
}

export function deleteSnapshot(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/delete', 'manage');
  const { world, cluster, request } = scene;
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const contents: Contents = contentsOf(world, cluster, repository);
  const registered = repositoryNamed(cluster, repository);
  if (isReadonly(registered))
    throw new Refusal(problemWith(repository, 'cannot delete snapshot from a readonly repository'));
  if (cluster.snapshots.some((one) => one.repository === repository && one.info.snapshot === snapshot))
    return changed(
      scene,
      { ...cluster, snapshots: cluster.snapshots.filter((one) => one.info.snapshot !== snapshot) },
      acknowledged,
    );
  const left = contents.entries.filter(({ info }) => info.snapshot !== snapshot);
  if (left.length === contents.entries.length) throw new Refusal(noSuchSnapshot(404, repository, snapshot));
  if (isOvertaken(registered, contents)) return overtaken(scene, repository, `[${repository}:${snapshot}]`);
  return unchanged({ world: rewritten(world, cluster, repository, left, new Map(), request.now) }, acknowledged);
}
