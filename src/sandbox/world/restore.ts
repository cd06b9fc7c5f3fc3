import type { JsonObject } from '../../text/index.ts';
import { noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { isHeld } from './cluster-settings.ts';
import { indicesOf, isSystemIndex } from './features.ts';
import { matches } from './filter-path.ts';
import { refuseOddAliases } from './names.ts';
import { need } from './privileges.ts';
import { contentsOf, type Entry, shardOf } from './repositories.ts';
import { bodyOf, changed, isTrue, namesOf, part, type Scene, textOf } from './scene.ts';
import { settingsOf } from './settings.ts';
import {
  type Cluster,
  type ClusterAnswer,
  duration,
  type Index,
  idAfter,
  type Outcome,
  type Recovery,
  type World,
  without,
} from './state.ts';
import { isSince, versionConflict } from './versions.ts';

/** An index of the snapshot, and the name that it is restored under. */
interface Wanted {
  readonly from: string;
  readonly to: string;
  readonly isOfFeature: boolean;
}

/** All or nothing: what is refused changes nothing. */
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
  // 9.x names the project before.
  const project = isSince(cluster, 9) ? 'default:' : '';
  const name = `[${project}${repository}:${snapshot}/${entry.info.uuid}]`;
  const conflict = versionConflict(entry.info.version, cluster.version);
  if (conflict !== undefined) throw impossible(`${name} ${conflict}`);
  if (isSince(cluster, 8) && body.include_global_state === true && !entry.info.include_global_state)
    throw impossible(`${name} cannot restore global state since the snapshot was created without global state`);
  const features = wantedFeatures(cluster, entry, body, name);
  const wanted = [
    ...features.flatMap((feature) =>
      indicesIn(entry, feature).map((index) => ({ from: index, to: index, isOfFeature: true })),
    ),
    ...wantedIndices(entry, body),
  ];
  // A feature's indices are deleted first: no close is needed, and aliases come out clean.
  const replaced = features.flatMap((feature) => indicesOf(cluster, feature));
  const cleared: Cluster = { ...cluster, indices: without(cluster.indices, replaced) };
  for (const one of wanted) refuseWhatIsThere(cleared, entry, one, name, body);
  if (wanted.length === 0) return changed(scene, cleared, answerFor(scene, snapshot, wanted, {}));
  const { world: begun, id } = idAfter(scene.world);
  let world: World = begun;
  const indices: Record<string, Index> = { ...cleared.indices };
  for (const [position, { from, to }] of wanted.entries()) {
    const given = idAfter(world);
    world = given.world;
    const recovery: Recovery = {
      type: 'SNAPSHOT',
      isDone: false,
      started: request.now,
      source: { repository, snapshot, index: from },
      made: entry.info.version,
    };
    const isUnlucky = request.misfortune === 'failed-shard' && position === 0;
    const identity = { uuid: given.id, ...closedIdentity(cleared.indices[to], given.id) };
    indices[to] = restored(scene, repository, entry, from, identity, recovery, body, isUnlucky);
  }
  refuseOddAliases(indices);
  const ends = isHeld(cluster) ? Number.POSITIVE_INFINITY : request.now + (request.lasts ?? duration);
  const running = { id, repository, snapshot, indices: wanted.map(({ to }) => to), ends };
  const after = { ...cleared, indices, restores: [...cleared.restores, running] };
  return changed({ world }, after, {
    ...answerFor(scene, snapshot, wanted, indices),
    ...(isWaiting(scene) ? { awaits: id } : {}),
  });
}

/** The response to a restore. A caller that waits gets it at the end, also where their password is no longer valid then. */
function answerFor(
  scene: Scene,
  snapshot: string,
  wanted: readonly Wanted[],
  indices: Readonly<Record<string, Index>>,
): ClusterAnswer {
  return isWaiting(scene) ? finishedAnswer(snapshot, wanted, indices) : ok({ accepted: true });
}

function isWaiting({ request }: Scene): boolean {
  return isTrue(request.query.wait_for_completion ?? 'false');
}

function finishedAnswer(
  snapshot: string,
  wanted: readonly Wanted[],
  indices: Readonly<Record<string, Index>>,
): ClusterAnswer {
  const names = wanted.map(({ to }) => to);
  const count = (of: (index: Index) => number) => names.reduce((sum, name) => sum + of(indices[name] as Index), 0);
  const [total, failed] = [count(({ shards }) => shards), count((index) => index.failed.length)];
  // A failed shard is no failure.
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
  const known = isSince(cluster, 8) ? [...parameters, 'feature_states'] : parameters;
  const odd = Object.keys(body).find((parameter) => !known.includes(parameter));
  if (odd !== undefined) throw new Refusal(refused(400, 'illegal_argument_exception', `Unknown parameter ${odd}`));
}

/** The allowed keys of the body of a restore. */
const parameters = [
  'indices',
  'expand_wildcards',
  'ignore_unavailable',
  'allow_no_indices',
  'ignore_throttled',
  'partial',
  'include_global_state',
  'include_aliases',
  'rename_pattern',
  'rename_replacement',
  'index_settings',
  'ignore_index_settings',
];

function impossible(reason: string): Refusal {
  return new Refusal(refused(500, 'snapshot_restore_exception', reason));
}

/** Without naming any, the global state brings all that the snapshot has; `none` prevents it. */
function wantedFeatures(cluster: Cluster, { info }: Entry, body: JsonObject, name: string): string[] {
  if (!isSince(cluster, 8)) return [];
  const held = info.feature_states.map(({ feature_name }) => feature_name);
  const asked = namesOf(body.feature_states);
  if (asked.length === 0) return body.include_global_state === true ? held : [];
  if (asked.includes('none')) {
    if (asked.length === 1) return [];
    throw impossible(
      `${name} the feature_states value [none] indicates that no feature states should be restored, but other feature states were requested: [${asked.join(', ')}]`,
    );
  }
  const missing = asked.filter((feature) => !held.includes(feature));
  if (missing.length > 0)
    throw impossible(`${name} requested feature states [[${missing.join(', ')}]] are not present in snapshot`);
  return asked;
}

function indicesIn({ info }: Entry, feature: string): readonly string[] {
  return info.feature_states.find(({ feature_name }) => feature_name === feature)?.indices ?? [];
}

/** Returns the indices of the snapshot that `indices` means; `rename_pattern` is for these only, never for features. */
function wantedIndices(entry: Entry, body: JsonObject): Wanted[] {
  const ofFeatures = entry.info.feature_states.flatMap(({ indices }) => indices);
  const plain = entry.info.indices.filter((name) => !ofFeatures.includes(name));
  const found = new Set<string>();
  for (const [position, name] of (body.indices === undefined ? ['*'] : namesOf(body.indices)).entries()) {
    if (name.startsWith('-')) {
      if (position === 0) for (const one of plain) found.add(one);
      for (const one of [...found]) if (matches(name.slice(1), one)) found.delete(one);
    } else if (name.includes('*')) {
      for (const one of plain) if (matches(name, one)) found.add(one);
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
  body: JsonObject,
  isUnlucky: boolean,
): Index {
  const { id = '', shards = 1, settings = {}, aliases = {}, types = {} } = indices[from] ?? {};
  const documents = new Map<string, JsonObject>();
  const failed: number[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const part = isUnlucky && shard === 0 ? undefined : shardOf(world, cluster, repository, id, shard, info.uuid);
    if (!part) failed.push(shard);
    else for (const [document, source] of part) documents.set(document, source);
  }
  return {
    ...identity,
    shards,
    settings: {
      ...without(settings, namesOf(body.ignore_index_settings).map(plainName)),
      ...settingsOf(body.index_settings),
    },
    isOpen: true,
    aliases: body.include_aliases === false ? {} : aliases,
    types,
    documents,
    recovery,
    failed,
  };
}

function plainName(setting: string): string {
  return setting.replace(/^index\./, '');
}
