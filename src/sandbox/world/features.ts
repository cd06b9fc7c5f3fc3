import type { Cluster } from './state.ts';
import { isSince } from './versions.ts';

interface Feature {
  readonly name: string;
  readonly description: string;
  /** The prefixes of the names of its indices. */
  readonly prefixes: readonly string[];
}

const all: readonly Feature[] = [
  { name: 'tasks', description: 'Manages task results', prefixes: ['.tasks'] },
  {
    name: 'kibana',
    description: 'Manages Kibana configuration and reports',
    prefixes: ['.kibana_', '.reporting-', '.apm-agent-configuration', '.apm-custom-link'],
  },
  {
    name: 'security',
    description: 'Manages configuration for Security features, such as users and roles',
    prefixes: ['.security-'],
  },
  { name: 'synonyms', description: 'Manages synonyms', prefixes: ['.synonyms'] },
];

/** Returns the features of a cluster; 7.10 has none. */
export function featuresOf(cluster: Cluster): readonly Feature[] {
  if (!isSince(cluster, 8)) return [];
  return isSince(cluster, 8, 10) ? all : all.filter(({ name }) => name !== 'synonyms');
}

/** Returns whether an index belongs to a feature: only since 8.0 are they kept apart. */
export function isSystemIndex(cluster: Cluster, index: string): boolean {
  return featuresOf(cluster).some(({ prefixes }) => prefixes.some((prefix) => index.startsWith(prefix)));
}

/** Returns the indices of a feature that a cluster has. */
export function indicesOf(cluster: Cluster, feature: string): string[] {
  const prefixes = featuresOf(cluster).find(({ name }) => name === feature)?.prefixes ?? [];
  return Object.keys(cluster.indices)
    .filter((index) => prefixes.some((prefix) => index.startsWith(prefix)))
    .sort();
}

/**
 * Returns what the names begin with that only a grant with `allow_restricted_indices` covers: security, and since 8.0 every
 * feature. An alias such as `.kibana` is no such name.
 */
export function restrictedPrefixes(cluster: Cluster): readonly string[] {
  return ['.security', ...featuresOf(cluster).flatMap(({ prefixes }) => prefixes)];
}
