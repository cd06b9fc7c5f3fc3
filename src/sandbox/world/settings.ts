import type { Json, JsonObject } from '../../text/index.ts';
import { acknowledged, ok, Refusal, refused } from './answer.ts';
import { flat, nested } from './flat.ts';
import { indicesNamed } from './names.ts';
import { indexActions } from './privileges.ts';
import { bodyOf, changed, isTrue, part, type Scene, unchanged } from './scene.ts';
import type { Cluster, Index, Outcome } from './state.ts';

/** Matches the start of the name of every setting that an index can have. */
const known =
  /^(number_of_|auto_expand_replicas|hidden|refresh_interval|codec|priority|blocks|mapping|routing|analysis|lifecycle|max_|default_pipeline|final_pipeline|sort|translog|merge|search|unassigned|query|similarity|write|gc_deletes|soft_deletes|shard|format|version|uuid|creation_date|provided_name|mode|time_series|highlight|verified_before_close|load_fixed_bitset)/;
const fixed = ['number_of_shards', 'number_of_routing_shards', 'sort.field', 'codec', 'mode'];

/** Returns the settings of a body, flat and without the prefix `index.`; refuses what no index can have. */
export function settingsOf(value: Json | undefined): Readonly<Record<string, string>> {
  const settings = Object.fromEntries(
    Object.entries(flat(value ?? {})).map(([name, text]) => [name.replace(/^index\./, ''), text]),
  );
  for (const [name, text] of Object.entries(settings)) {
    if (!known.test(name))
      throw illegal(
        `unknown setting [index.${name}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings`,
      );
    if (name === 'hidden' && !['true', 'false'].includes(text))
      throw illegal(`Failed to parse value [${text}] as only [true] or [false] are allowed.`);
    if (name === 'auto_expand_replicas' && !/^(false|\d+-(\d+|all))$/.test(text))
      throw illegal(`failed to parse [index.auto_expand_replicas] from value: [${text}] at index -1`);
  }
  return settings;
}

function illegal(reason: string): Refusal {
  return new Refusal(refused(400, 'illegal_argument_exception', reason));
}

export function shardsIn(settings: Readonly<Record<string, string>>): number {
  return Number(settings.number_of_shards ?? 1);
}

/** The copies of each shard besides the first. A cluster of the sandbox has one node: there is no place for any. */
export function replicasOf({ settings }: Pick<Index, 'settings'>): number {
  const { auto_expand_replicas: expands, number_of_replicas: count } = settings;
  // They follow the number of nodes.
  if (expands !== undefined && expands !== 'false') return Number(expands.split('-')[0]);
  return Number(count ?? 1);
}

export function showSettings(scene: Scene): Outcome {
  const names = indicesNamed(scene, scene.parts.index ?? '_all', 'all', indexActions.settings);
  const isFlat = isTrue(scene.request.query.flat_settings ?? 'false');
  const shown = names.map((name): [string, Json] => {
    const settings = shownSettings(scene.cluster, name);
    return [name, { settings: isFlat ? prefixed(settings) : { index: nested(settings) } }];
  });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

/** Returns the settings of an index as the API shows them. */
export function shownSettings({ indices }: Cluster, name: string): Readonly<Record<string, string>> {
  const index = indices[name] as Index;
  return {
    ...index.settings,
    number_of_shards: String(index.shards),
    number_of_replicas: String(replicasOf(index)),
    provided_name: name,
    uuid: index.uuid,
    ...(index.history === undefined ? {} : { 'history.uuid': index.history }),
  };
}

function prefixed(settings: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`index.${name}`, value]));
}

/** Sets what has a value; `null` is the default again. */
export function putSettings(scene: Scene): Outcome {
  const names = indicesNamed(scene, part(scene, 'index'), 'all', indexActions.changeSettings);
  const body = bodyOf(scene);
  const given = settingsOf(body.settings ?? body);
  for (const name of names) {
    const { isOpen, uuid } = scene.cluster.indices[name] as Index;
    const odd = isOpen ? Object.keys(given).filter((one) => fixed.includes(one)) : [];
    if (odd.length > 0)
      throw illegal(
        `Can't update non dynamic settings [[${odd.map((one) => `index.${one}`)}]] for open indices [[${name}/${uuid}]]`,
      );
  }
  const indices = Object.fromEntries(
    Object.entries(scene.cluster.indices).map(([name, index]) => [
      name,
      names.includes(name) ? { ...index, settings: merged(index.settings, given) } : index,
    ]),
  );
  return changed(scene, { ...scene.cluster, indices }, acknowledged);
}

function merged(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}
