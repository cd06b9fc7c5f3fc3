import type { Json, JsonObject } from '../../text/index.ts';
import { ok } from './answer.ts';
import { flat, nested } from './flat.ts';
import { need } from './privileges.ts';
import { bodyOf, changed, isTrue, type Scene, unchanged } from './scene.ts';
import { type Cluster, duration, type Outcome } from './state.ts';

/** The number of primary shards that a node recovers at a time; with 0 no restore makes progress. */
const recoveries = 'cluster.routing.allocation.node_initial_primaries_recoveries';

export function clusterSetting({ settings }: Cluster, name: string): string | undefined {
  return settings.transient[name] ?? settings.persistent[name];
}

/** Returns whether restores wait: they stay in progress until the setting changes. */
export function isHeld(cluster: Cluster): boolean {
  return clusterSetting(cluster, recoveries) === '0';
}

export function showClusterSettings(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/settings', 'monitor');
  return unchanged(scene, ok(shown(scene, scene.cluster.settings)));
}

function shown({ request }: Scene, { persistent, transient }: Cluster['settings']): JsonObject {
  const isFlat = isTrue(request.query.flat_settings ?? 'false');
  return { persistent: isFlat ? persistent : nested(persistent), transient: isFlat ? transient : nested(transient) };
}

/** Sets what has a value; `null` is the default again. */
export function putClusterSettings(scene: Scene): Outcome {
  need(scene, 'cluster:admin/settings/update', 'manage');
  const { cluster, request } = scene;
  const body = bodyOf(scene);
  const given = { persistent: flat(body.persistent ?? {}), transient: flat(body.transient ?? {}) };
  const settings = {
    persistent: merged(cluster.settings.persistent, given.persistent),
    transient: merged(cluster.settings.transient, given.transient),
  };
  const after = { ...cluster, settings };
  const isReleased = isHeld(cluster) && !isHeld(after);
  const restores = cluster.restores.map((restore) =>
    isReleased && cluster.repositories[restore.repository] ? { ...restore, ends: request.now + duration } : restore,
  );
  const set = { persistent: merged({}, given.persistent), transient: merged({}, given.transient) };
  const answer: Json = { acknowledged: true, ...shown(scene, set) };
  return changed(scene, { ...after, restores }, ok(answer));
}

function merged(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}
