import { isObject, type JsonObject } from '../../text/index.ts';
import { acknowledged, ok, Refusal, refused } from './answer.ts';
import { resolved } from './date-math.ts';
import { isSystemIndex } from './features.ts';
import { matches } from './filter-path.ts';
import { nested } from './flat.ts';
import { indicesNamed, refuseOddAliases, refusePatterns } from './names.ts';
import { indexActions, mayIndex, needIndex } from './privileges.ts';
import { bodyOf, changed, listOf, namesOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { settingsOf, shardsIn, shownSettings } from './settings.ts';
import { typesOf } from './sorting.ts';
import { type Cluster, type Index, idAfter, type Outcome, type Recovery, withIndex, without } from './state.ts';

/** The allowed keys of the body. */
const parts = ['settings', 'mappings', 'aliases'];

export function createIndex(scene: Scene): Outcome {
  const name = resolved(part(scene, 'index'), scene.request.now);
  const { cluster } = scene;
  refuseOddName(name);
  needIndex(scene, indexActions.create, name);
  if (cluster.indices[name])
    throw new Refusal(
      refused(
        400,
        'resource_already_exists_exception',
        `index [${name}/${cluster.indices[name].uuid}] already exists`,
        { index: name },
      ),
    );
  const body = bodyOf(scene);
  const odd = Object.keys(body).find((key) => !parts.includes(key));
  if (odd !== undefined) throw new Refusal(refused(400, 'parse_exception', `unknown key [${odd}] for create index`));
  const { world, id: uuid } = idAfter(scene.world);
  const after = withIndex(cluster, name, newIndex(cluster, name, uuid, body, scene.request.now));
  refuseOddAliases(after.indices);
  return changed({ world }, after, ok({ acknowledged: true, shards_acknowledged: true, index: name }));
}

/** The indices of features are hidden, whoever creates them. */
function newIndex(
  cluster: Cluster,
  name: string,
  uuid: string,
  { settings: given, aliases, mappings }: JsonObject,
  now: number,
): Index {
  const { number_of_shards: _, ...settings } = settingsOf(given);
  const recovery: Recovery = { type: 'EMPTY_STORE', isDone: true, started: now };
  return {
    uuid,
    shards: shardsIn(settingsOf(given)),
    settings: isSystemIndex(cluster, name) ? { ...settings, hidden: 'true' } : settings,
    isOpen: true,
    aliases: isObject(aliases) ? aliases : {},
    types: typesOf(mappings),
    documents: new Map(),
    recovery,
    failed: [],
  };
}

function refuseOddName(name: string): void {
  if (name.startsWith('_')) throw new Refusal(invalidName(name, "must not start with '_'."));
  if (/^[-+]/.test(name)) throw new Refusal(invalidName(name, "must not start with '_', '-', or '+'"));
  if (name !== name.toLowerCase()) throw new Refusal(invalidName(name, 'must be lowercase'));
  if (/[ "*\\<>|,/?]/.test(name))
    throw new Refusal(invalidName(name, `must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]`));
  if (name.includes(':')) throw new Refusal(invalidName(name, "must not contain ':'"));
}

export function invalidName(name: string, why: string) {
  return refused(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${why}`, {
    index_uuid: '_na_',
    index: name,
  });
}

/** Deleting an index ends its restore. */
export function deleteIndices(scene: Scene): Outcome {
  const expression = part(scene, 'index');
  refusePatterns(scene, expression);
  const { cluster } = scene;
  const alias = expression
    .split(',')
    .find(
      (name) =>
        !cluster.indices[name] && Object.values(cluster.indices).some(({ aliases }) => Object.hasOwn(aliases, name)),
    );
  const names = indicesNamed(scene, expression, 'all', indexActions.delete);
  if (alias !== undefined) {
    const reason = `The provided expression [${alias}] matches an alias, specify the corresponding concrete indices instead.`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  const restores = cluster.restores.flatMap((restore) => {
    const indices = restore.indices.filter((name) => !names.includes(name));
    return indices.length > 0 ? [{ ...restore, indices }] : [];
  });
  return changed(scene, { ...cluster, restores, indices: without(cluster.indices, names) }, acknowledged);
}

/** A pattern means the open ones; what matches nothing is a success that closed nothing. */
export function closeIndices(scene: Scene): Outcome {
  refuseCount(scene);
  refusePatterns(scene, part(scene, 'index'));
  const names = indicesNamed(scene, part(scene, 'index'), 'open', indexActions.close);
  refuseRestoring(scene.cluster, names);
  const cluster = names.reduce((before, name) => reopened(before, name, false, scene.request.now), scene.cluster);
  const closed = Object.fromEntries(names.map((name) => [name, { closed: true }]));
  return changed(scene, cluster, ok({ acknowledged: true, shards_acknowledged: names.length > 0, indices: closed }));
}

function refuseRestoring({ indices }: Cluster, names: readonly string[]): void {
  const busy = names.filter((name) => indices[name]?.recovery.isDone === false);
  if (busy.length === 0) return;
  const which = busy.map((name) => `[${name}/${indices[name]?.uuid}]`).join(', ');
  const reason = `Cannot close indices that are being restored: [${which}]`;
  throw new Refusal(refused(400, 'illegal_argument_exception', reason));
}

/** A pattern means the closed ones. What is open stays as it is. */
export function openIndices(scene: Scene): Outcome {
  refusePatterns(scene, part(scene, 'index'));
  const names = indicesNamed(scene, part(scene, 'index'), 'closed', indexActions.open);
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

const aliasProperties = ['is_write_index', 'is_hidden', 'filter', 'routing'];

export function updateAliases(scene: Scene): Outcome {
  const cluster = listOf(bodyOf(scene).actions).reduce((before: Cluster, action): Cluster => {
    const [verb = '', target] = Object.entries(isObject(action) ? action : {})[0] ?? [];
    if (!isObject(target)) return before;
    const { index: name, alias } = { index: textOf(target.index), alias: textOf(target.alias) };
    needIndex(scene, indexActions.aliases, name);
    const index = before.indices[name];
    if (!index) throw new Refusal(refused(404, 'index_not_found_exception', `no such index [${name}]`));
    const properties = Object.fromEntries(Object.entries(target).filter(([key]) => aliasProperties.includes(key)));
    const aliases = verb === 'add' ? { ...index.aliases, [alias]: properties } : without(index.aliases, [alias]);
    return withIndex(before, name, { ...index, aliases });
  }, scene.cluster);
  refuseOddAliases(cluster.indices);
  return changed(scene, cluster, acknowledged);
}

export function showIndices(scene: Scene): Outcome {
  const name = part(scene, 'index');
  if (name.startsWith('_') && name !== '_all') throw new Refusal(invalidName(name, "must not start with '_'."));
  const shown = indicesNamed(scene, name, 'all', indexActions.view).map((index): [string, JsonObject] => [
    index,
    {
      aliases: (scene.cluster.indices[index] as Index).aliases,
      mappings: {},
      settings: { index: nested(shownSettings(scene.cluster, index)) },
    },
  ]);
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

export function showAliases(scene: Scene): Outcome {
  const { cluster, user } = scene;
  const wanted = namesOf(scene.parts.alias);
  const shown = Object.entries(cluster.indices).flatMap(([index, { aliases }]): [string, JsonObject][] => {
    const found = Object.entries(aliases).filter(
      ([alias]) =>
        (wanted.length === 0 || wanted.some((pattern) => matches(pattern, alias))) &&
        mayIndex(cluster, user, alias, indexActions.viewAliases),
    );
    return found.length > 0 || wanted.length === 0 ? [[index, { aliases: Object.fromEntries(found) }]] : [];
  });
  const missing = wanted.filter((alias) => !alias.includes('*') && !JSON.stringify(shown).includes(`"${alias}"`));
  if (missing.length > 0)
    return unchanged(scene, { status: 404, body: { error: `alias [${missing}] missing`, status: 404 } });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}
