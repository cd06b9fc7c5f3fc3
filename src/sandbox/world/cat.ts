import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { ok } from './answer.ts';
import { matches } from './filter-path.ts';
import { indicesNamed } from './names.ts';
import { indexActions, mayIndex, needIndex } from './privileges.ts';
import { namesOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { replicasOf } from './settings.ts';
import { healthIn, unassignedInfo } from './shards.ts';
import type { Index, Outcome } from './state.ts';

export function catIndices(scene: Scene): Outcome {
  const names = indicesNamed(scene, scene.parts.index ?? '*', 'all', indexActions.settings);
  const rows = names.map((name): JsonObject => {
    const index = scene.cluster.indices[name] as Index;
    const isReadable = index.isOpen && index.recovery.isDone && index.failed.length === 0;
    return {
      health: healthIn(index),
      status: index.isOpen ? 'open' : 'close',
      index: name,
      uuid: index.uuid,
      pri: String(index.shards),
      rep: String(replicasOf(index)),
      'docs.count': isReadable ? String(index.documents.size) : null,
    };
  });
  return unchanged(scene, ok(table(rows, scene)));
}

/** The primaries alone: a cluster of the sandbox has one node. */
export function catShards(scene: Scene): Outcome {
  const { cluster } = scene;
  const names = indicesNamed(scene, part(scene, 'index'), 'open', indexActions.recovery);
  const rows = names.flatMap((name) => {
    const index = cluster.indices[name] as Index;
    return Array.from({ length: index.shards }, (_, shard): JsonObject => {
      const isFailed = index.failed.includes(shard);
      const { reason = null, details = null } = isFailed ? unassignedInfo(cluster, index) : {};
      const state = isFailed ? 'UNASSIGNED' : index.recovery.isDone ? 'STARTED' : 'INITIALIZING';
      const why = { 'unassigned.reason': reason, 'unassigned.details': details };
      return { index: name, shard: String(shard), prirep: 'p', state, ...why };
    });
  });
  return unchanged(scene, ok(table(rows, scene)));
}

/** Hidden ones, too. Patterns leave out what somebody may not see; a name that they may not see is refused. */
export function catAliases(scene: Scene): Outcome {
  const { cluster, user } = scene;
  const wanted = namesOf(scene.parts.alias);
  for (const alias of wanted) if (!alias.includes('*')) needIndex(scene, indexActions.viewAliases, alias);
  const isWanted = (alias: string) => wanted.length === 0 || wanted.some((pattern) => matches(pattern, alias));
  const rows = Object.entries(cluster.indices).flatMap(([index, { aliases }]) =>
    Object.entries(aliases)
      .filter(([alias]) => isWanted(alias) && mayIndex(cluster, user, alias, indexActions.viewAliases))
      .map(([alias, properties]): JsonObject => {
        const writes = isObject(properties) ? properties.is_write_index : undefined;
        return { alias, index, is_write_index: textOf(writes, '-') };
      }),
  );
  rows.sort((a, b) => (`${a.alias} ${a.index}` < `${b.alias} ${b.index}` ? -1 : 1));
  return unchanged(scene, ok(table(rows, scene)));
}

/** The columns that `h` names. Only JSON is emulated: runbooks read nothing else. */
function table(rows: readonly JsonObject[], { request }: Scene): Json {
  const columns = request.query.h?.split(',');
  return columns ? rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))) : rows;
}
