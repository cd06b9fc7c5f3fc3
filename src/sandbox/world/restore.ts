import type { JsonObject } from '../../language/index.ts';
import { noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { indicesOf, isSystemIndex } from './features.ts';
import { matches } from './filter-path.ts';
import { contentsOf, type Entry, shardOf } from './repositories.ts';
import { bodyOf, changed, isTrue, namesOf, part, type Scene, textOf } from './scene.ts';
import { need } from './security.ts';
import {
  type Cluster,
  type ClusterAnswer,
  duration,
  type Index,
  idAfter,
  isEight,
  type Outcome,
  type Recovery,
  type World,
  without,
} from './state.ts';

/** What a restore brings: an index of the snapshot under the name that it gets. */
interface Wanted {
  readonly from: string;
  readonly to: string;
  readonly isOfFeature: boolean;
}

/** All or nothing: what is refused changes nothing (field note L4). */
export function restoreSnapshot(scene: Scene): Outcome {
  need(scene, 'cluster:admin/snapshot/restore', 'manage');
  const { cluster, request } = scene;
  const body = bodyOf(scene);
  refuseOddParameters(scene, body);
  const [repository, snapshot] = [part(scene, 'repository'), part(scene, 'snapshot')];
  const entry = contentsOf(scene.world, cluster, repository).entries.find(({ info }) => info.snapshot === snapshot);
  if (!entry)
    throw new Refusal(
      refused(500, 'snapshot_restore_exception', `[${repository}:${snapshot}] snapshot does not exist`),
    );
  const name = `[${repository}:${snapshot}/${entry.info.uuid}]`;
  if (body.include_global_state === true && !entry.info.include_global_state)
    throw impossible(`${name} cannot restore global state since the snapshot was created without global state`);
  const features = wantedFeatures(cluster, entry, body, name);
  const wanted = [
    ...features.flatMap((feature) =>
      indicesIn(entry, feature).map((index) => ({ from: index, to: index, isOfFeature: true })),
    ),
    ...wantedIndices(entry, body),
  ];
  // A feature's indices are deleted first: no close is needed, and aliases come out clean (field note X2).
  const replaced = features.flatMap((feature) => indicesOf(cluster, feature));
  const cleared: Cluster = { ...cluster, indices: without(cluster.indices, replaced) };
  for (const one of wanted) refuseWhatIsThere(cleared, entry, one, name, body);
  const isWaiting = isTrue(request.query.wait_for_completion ?? 'false');
  let world: World = scene.world;
  const indices: Record<string, Index> = { ...cleared.indices };
  for (const [position, { from, to }] of wanted.entries()) {
    const given = idAfter(world);
    world = given.world;
    const recovery: Recovery = {
      type: 'SNAPSHOT',
      isDone: isWaiting,
      started: request.now,
      source: { repository, snapshot, index: from },
    };
    const isUnlucky = request.misfortune === 'failed-shard' && position === 0;
    indices[to] = restored(
      scene,
      repository,
      entry,
      from,
      { uuid: given.id, ...closedIdentity(cleared.indices[to], given.id) },
      recovery,
      body.include_aliases !== false,
      isUnlucky,
    );
  }
  const running = { repository, snapshot, indices: wanted.map(({ to }) => to), ends: request.now + duration };
  const restores = isWaiting || wanted.length === 0 ? cluster.restores : [...cluster.restores, running];
  return changed(
    { world },
    { ...cleared, indices, restores },
    isWaiting ? finishedAnswer(snapshot, wanted, indices) : ok({ accepted: true }),
  );
}

function finishedAnswer(
  snapshot: string,
  wanted: readonly Wanted[],
  indices: Readonly<Record<string, Index>>,
): ClusterAnswer {
  const names = wanted.map(({ to }) => to);
  const count = (of: (index: Index) => number) => names.reduce((sum, name) => sum + of(indices[name] as Index), 0);
  const [total, failed] = [count(({ shards }) => shards), count((index) => index.failed.length)];
  // A failed shard is no failure (field note X1).
  return ok({ snapshot: { snapshot, indices: names, shards: { total, failed, successful: total - failed } } });
}

function refuseOddParameters({ cluster, request }: Scene, body: JsonObject): void {
  if (request.query.feature_states !== undefined)
    throw new Refusal(
      refused(
        400,
        'illegal_argument_exception',
        `request [${request.path}] contains unrecognized parameter: [feature_states]`,
      ),
    );
  if (!isEight(cluster) && body.feature_states !== undefined)
    throw new Refusal(refused(400, 'illegal_argument_exception', 'Unknown parameter feature_states'));
}

function impossible(reason: string): Refusal {
  return new Refusal(refused(500, 'snapshot_restore_exception', reason));
}

function wantedFeatures(cluster: Cluster, { info }: Entry, body: JsonObject, name: string): string[] {
  if (!isEight(cluster)) return [];
  const held = info.feature_states.map(({ feature_name }) => feature_name);
  if (body.feature_states === undefined) return body.include_global_state === true ? held : [];
  const asked = namesOf(body.feature_states).filter((feature) => feature !== 'none');
  const missing = asked.filter((feature) => !held.includes(feature));
  if (missing.length > 0)
    throw impossible(`${name} requested feature states [[${missing.join(', ')}]] are not present in snapshot`);
  return asked;
}

function indicesIn({ info }: Entry, feature: string): readonly string[] {
  return info.feature_states.find(({ feature_name }) => feature_name === feature)?.indices ?? [];
}

/** What `indices` means in the snapshot; `rename_pattern` is for these only, never for features (field note X3). */
function wantedIndices(entry: Entry, body: JsonObject): Wanted[] {
  const ofFeatures = entry.info.feature_states.flatMap(({ indices }) => indices);
  const found = new Set<string>();
  for (const name of body.indices === undefined ? ['*'] : namesOf(body.indices)) {
    if (name.startsWith('-')) {
      for (const one of [...found]) if (matches(name.slice(1), one)) found.delete(one);
    } else if (name.includes('*')) {
      for (const one of entry.info.indices) if (matches(name, one) && !ofFeatures.includes(one)) found.add(one);
    } else if (ofFeatures.includes(name)) {
      const reason = `requested system indices [${name}], but system indices can only be restored as part of a feature state`;
      throw new Refusal(refused(400, 'illegal_argument_exception', reason));
    } else if (entry.info.indices.includes(name)) found.add(name);
    else if (!isTrue(body.ignore_unavailable ?? false)) throw new Refusal(noSuchIndex(name));
  }
  const pattern = body.rename_pattern === undefined ? undefined : new RegExp(textOf(body.rename_pattern), 'g');
  return [...found].map((from) => ({
    from,
    to: pattern ? from.replace(pattern, textOf(body.rename_replacement)) : from,
    isOfFeature: false,
  }));
}

function refuseWhatIsThere(
  cluster: Cluster,
  entry: Entry,
  { from, to, isOfFeature }: Wanted,
  name: string,
  body: JsonObject,
): void {
  const existing = cluster.indices[to];
  const saved = entry.indices[from];
  if (existing?.isOpen)
    throw impossible(
      `${name} cannot restore index [${to}] because an open index with same name already exists in the cluster. Either close or delete the existing index or restore the index under a different name by providing a rename pattern and replacement name`,
    );
  if (existing && saved && existing.shards !== saved.shards)
    throw impossible(
      `${name} cannot restore index [${to}] with [${existing.shards}] shards from a snapshot of index [${from}] with [${saved.shards}] shards`,
    );
  if (isOfFeature || body.include_aliases === false) return;
  for (const alias of Object.keys(saved?.aliases ?? {})) {
    const systems = Object.entries(cluster.indices).filter(
      ([index, { aliases }]) => isSystemIndex(cluster, index) && Object.hasOwn(aliases, alias),
    );
    if (systems.length > 0 && !isSystemIndex(cluster, to)) {
      const reason = `alias [${alias}] refers to both system indices [${systems.map(([index]) => index).join(', ')}] and non-system indices: [${to}], but aliases must refer to either system or non-system indices, not both`;
      throw new Refusal(refused(500, 'illegal_state_exception', reason));
    }
  }
}

/** A closed index that is restored stays the same one, with another history. */
function closedIdentity(existing: Index | undefined, history: string): Partial<Pick<Index, 'uuid' | 'history'>> {
  return existing ? { uuid: existing.uuid, history } : {};
}

function restored(
  { world, cluster }: Scene,
  repository: string,
  { info, indices }: Entry,
  from: string,
  identity: Pick<Index, 'uuid' | 'history'>,
  recovery: Recovery,
  withAliases: boolean,
  isUnlucky: boolean,
): Index {
  const { id = '', shards = 1, aliases = {} } = indices[from] ?? {};
  const documents = new Map<string, JsonObject>();
  const failed: number[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const part = isUnlucky && shard === 0 ? undefined : shardOf(world, cluster, repository, id, shard, info.uuid);
    if (!part) failed.push(shard);
    else for (const [document, source] of part) documents.set(document, source);
  }
  return { ...identity, shards, isOpen: true, aliases: withAliases ? aliases : {}, documents, recovery, failed };
}
