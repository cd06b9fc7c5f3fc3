import { ok } from './answer.ts';
import { need } from './privileges.ts';
import { type Scene, unchanged } from './scene.ts';
import type { Outcome } from './state.ts';

/** The settings of the one node that a cluster has: none but the defaults, which are not shown. */
export function showNodesSettings(scene: Scene): Outcome {
  need(scene, 'cluster:monitor/nodes/info', 'monitor');
  const { name } = scene.cluster;
  return unchanged(scene, ok({ cluster_name: name, nodes: { [name]: { name, settings: {} } } }));
}
