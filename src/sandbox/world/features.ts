import type { Cluster } from './state.ts';
import { isEight } from './state.ts';

/** The features of 8.5 and the indices that belong to them. */
export const features = [
  { name: 'tasks', description: 'Manages task results', owns: (index: string) => index.startsWith('.tasks') },
  {
    name: 'kibana',
    description: 'Manages Kibana configuration and reports',
    owns: (index: string) => index.startsWith('.kibana_'),
  },
  {
    name: 'security',
    description: 'Manages configuration for Security features, such as users and roles',
    owns: (index: string) => index.startsWith('.security-'),
  },
] as const;

/** Whether an index belongs to a feature: only since 8.0 is it kept apart. */
export function isSystemIndex(cluster: Cluster, index: string): boolean {
  return isEight(cluster) && features.some(({ owns }) => owns(index));
}

/** The indices of a feature that a cluster has. */
export function indicesOf(cluster: Cluster, feature: string): string[] {
  const found = features.find(({ name }) => name === feature);
  return found ? Object.keys(cluster.indices).filter(found.owns).sort() : [];
}
