import { isObject, type Json, type JsonObject } from '../../language/index.ts';
import { acknowledged, ok, Refusal, refused } from './answer.ts';
import { matches } from './filter-path.ts';
import { indicesNamed } from './names.ts';
import { bodyOf, changed, listOf, namesOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { need } from './security.ts';
import { type Cluster, type Index, idAfter, type Outcome, type Recovery, withIndex, without } from './state.ts';

export function createIndex(scene: Scene): Outcome {
  const name = part(scene, 'index');
  const { cluster } = scene;
  if (name.startsWith('_')) throw new Refusal(invalidName(name, "must not start with '_'."));
  if (name !== name.toLowerCase()) throw new Refusal(invalidName(name, 'must be lowercase'));
  if (cluster.indices[name])
    throw new Refusal(
      refused(
        400,
        'resource_already_exists_exception',
        `index [${name}/${cluster.indices[name].uuid}] already exists`,
        { index: name },
      ),
    );
  const { settings, aliases } = bodyOf(scene);
  const { world, id: uuid } = idAfter(scene.world);
  const recovery: Recovery = { type: 'EMPTY_STORE', isDone: true, started: scene.request.now };
  const index: Index = {
    uuid,
    shards: Number(settingIn(settings, 'number_of_shards') ?? 1),
    isOpen: true,
    aliases: isObject(aliases) ? aliases : {},
    documents: new Map(),
    recovery,
    failed: [],
  };
  return changed(
    { world },
    withIndex(cluster, name, index),
    ok({ acknowledged: true, shards_acknowledged: true, index: name }),
  );
}

export function invalidName(name: string, why: string) {
  return refused(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${why}`, {
    index_uuid: '_na_',
    index: name,
  });
}

/** `number_of_shards`, `index.number_of_shards` or below `index`. */
function settingIn(settings: Json | undefined, name: string): Json | undefined {
  if (!isObject(settings)) return undefined;
  return settings[name] ?? settings[`index.${name}`] ?? settingIn(settings.index, name);
}

export function deleteIndices(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'all', 'manage');
  return changed(scene, { ...scene.cluster, indices: without(scene.cluster.indices, names) }, acknowledged);
}

/** A pattern means the open ones; what matches nothing is a success that closed nothing (field note L3). */
export function closeIndices(scene: Scene): Outcome {
  refuseCount(scene);
  const names = indicesNamed(scene, part(scene, 'index'), 'open', 'manage');
  const cluster = names.reduce((before, name) => reopened(before, name, false, scene.request.now), scene.cluster);
  const closed = Object.fromEntries(names.map((name) => [name, { closed: true }]));
  return changed(scene, cluster, ok({ acknowledged: true, shards_acknowledged: names.length > 0, indices: closed }));
}

/** A pattern means the closed ones. What is open stays as it is. */
export function openIndices(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'closed', 'manage');
  const cluster = names.reduce((before, name) => reopened(before, name, true, scene.request.now), scene.cluster);
  return changed(scene, cluster, ok({ acknowledged: true, shards_acknowledged: true }));
}

function reopened(cluster: Cluster, name: string, isOpen: boolean, now: number): Cluster {
  const index = cluster.indices[name] as Index;
  if (index.isOpen === isOpen) return cluster;
  const recovery: Recovery = { type: 'EXISTING_STORE', isDone: true, started: now };
  return withIndex(cluster, name, { ...index, isOpen, recovery });
}

function refuseCount({ request }: Scene): void {
  const count = request.query.wait_for_active_shards;
  if (count === undefined || /^(all|\d+)$/.test(count)) return;
  throw new Refusal(refused(400, 'illegal_argument_exception', `cannot parse ActiveShardCount[${count}]`));
}

export function updateAliases(scene: Scene): Outcome {
  const cluster = listOf(bodyOf(scene).actions).reduce((before: Cluster, action): Cluster => {
    const [verb = '', target] = Object.entries(isObject(action) ? action : {})[0] ?? [];
    if (!isObject(target)) return before;
    const { index: name, alias } = { index: textOf(target.index), alias: textOf(target.alias) };
    const index = before.indices[name];
    if (!index) throw new Refusal(refused(404, 'index_not_found_exception', `no such index [${name}]`));
    const aliases = verb === 'add' ? { ...index.aliases, [alias]: {} } : without(index.aliases, [alias]);
    return withIndex(before, name, { ...index, aliases });
  }, scene.cluster);
  return changed(scene, cluster, acknowledged);
}

export function settingsOf(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'all', 'monitor');
  const shown = names.map((name): [string, Json] => {
    const { shards, uuid, history } = scene.cluster.indices[name] as Index;
    const own = { number_of_shards: String(shards), number_of_replicas: '0', provided_name: name, uuid };
    return [
      name,
      { settings: { index: { ...own, ...(history === undefined ? {} : { history: { uuid: history } }) } } },
    ];
  });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

/** Only shards that came up are listed (field note X1). */
export function recoveryOf(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'all', 'monitor');
  const shown = names.map((name): [string, Json] => {
    const { shards, failed, recovery } = scene.cluster.indices[name] as Index;
    const up = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !failed.includes(shard));
    return [
      name,
      {
        shards: up.map((id) => ({
          id,
          type: recovery.type,
          stage: recovery.isDone ? 'DONE' : 'INDEX',
          primary: true,
          start_time_in_millis: recovery.started,
          source: recovery.source ? { ...recovery.source, version: scene.cluster.version } : {},
        })),
      },
    ];
  });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

function healthIn({ failed, recovery }: Index): 'green' | 'red' {
  return failed.length > 0 || !recovery.isDone ? 'red' : 'green';
}

/** Without waiting; where the caller wants a status that is not there, the time-out that would follow. */
export function clusterHealth(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/health', 'monitor');
  const { cluster, request } = scene;
  const expression = scene.parts.index;
  const names =
    expression === undefined ? Object.keys(cluster.indices) : indicesNamed(scene, expression, 'all', 'monitor');
  const health = (name: string) => healthIn(cluster.indices[name] as Index);
  const status = names.some((name) => health(name) === 'red') ? 'red' : 'green';
  const indices = Object.fromEntries(names.map((name) => [name, { status: health(name) }]));
  const isShort = request.query.wait_for_status !== undefined && status === 'red';
  const body = {
    cluster_name: cluster.name,
    status,
    timed_out: isShort,
    ...(request.query.level === 'indices' ? { indices } : {}),
  };
  return unchanged(scene, { status: isShort ? 408 : 200, body });
}

export function clusterState(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/state', 'monitor');
  const snapshots = scene.cluster.restores.map(({ repository, snapshot, indices }) => ({
    state: 'STARTED',
    repository,
    snapshot,
    indices,
  }));
  return unchanged(scene, ok({ cluster_name: scene.cluster.name, restore: { snapshots } }));
}

export function catIndices(scene: Scene): Outcome {
  const expand = scene.request.query.expand_wildcards === 'open' ? 'open' : 'all';
  const names = indicesNamed(scene, scene.parts.index ?? '*', expand, 'monitor');
  const rows = names.map((name): JsonObject => {
    const index = scene.cluster.indices[name] as Index;
    return {
      health: healthIn(index),
      status: index.isOpen ? 'open' : 'close',
      index: name,
      uuid: index.uuid,
      pri: String(index.shards),
      rep: '0',
      'docs.count': index.isOpen ? String(index.documents.size) : null,
    };
  });
  return unchanged(scene, ok(table(rows, scene)));
}

export function catAliases(scene: Scene): Outcome {
  const wanted = namesOf(scene.parts.alias);
  const isWanted = (alias: string) => wanted.length === 0 || wanted.some((pattern) => matches(pattern, alias));
  const visible = indicesNamed({ ...scene, request: { ...scene.request, query: {} } }, '*', 'all', 'monitor');
  const rows = visible.flatMap((index) => {
    const { aliases } = scene.cluster.indices[index] as Index;
    return Object.keys(aliases)
      .filter(isWanted)
      .map((alias): JsonObject => ({ alias, index }));
  });
  rows.sort((a, b) => (`${a.alias} ${a.index}` < `${b.alias} ${b.index}` ? -1 : 1));
  return unchanged(scene, ok(table(rows, scene)));
}

/** The columns that `h` names. Only JSON is played: runbooks read nothing else. */
function table(rows: readonly JsonObject[], { request }: Scene): Json {
  const columns = request.query.h?.split(',');
  return columns ? rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))) : rows;
}
