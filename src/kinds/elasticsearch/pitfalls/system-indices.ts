import type { WrittenCall } from '../../catalogue.ts';
import { mayBeTheSame } from '../../touch.ts';
import { fieldOf, isEverything, isLiteral, isTrue, writtenNames } from './names.ts';

/**
 * The indices of the system, and the feature that each belongs to. What Kibana and machine learning write beside them, such as
 * `.kibana-event-log-*` and `.ml-anomalies-*`, is none of these; nor are the backing indices of data streams.
 */
const systemIndices: readonly (readonly [pattern: string, feature: string])[] = [
  ['.apm-agent-configuration*', 'kibana'],
  ['.apm-custom-link*', 'kibana'],
  ['.async-search*', 'async_search'],
  ['.enrich-*', 'enrich'],
  ['.fleet-*', 'fleet'],
  ['.geoip_databases*', 'geoip'],
  ['.kibana', 'kibana'],
  ['.kibana_*', 'kibana'],
  ['.logstash*', 'logstash_management'],
  ['.ml-config*', 'machine_learning'],
  ['.ml-inference-*', 'machine_learning'],
  ['.ml-meta*', 'machine_learning'],
  ['.security*', 'security'],
  ['.synonyms*', 'synonyms'],
  ['.tasks*', 'tasks'],
  ['.transform-internal-*', 'transform'],
  ['.triggered_watches*', 'watcher'],
  ['.watches*', 'watcher'],
];

/** The features whose indices a name or a pattern may be. One that does not begin with a dot is for other indices. */
export function featuresOf(name: string): readonly string[] {
  if (!name.startsWith('.')) return [];
  return systemIndices.filter(([pattern]) => mayBeTheSame(name, pattern)).map(([, feature]) => feature);
}

/** Since 8.0 system indices are restored as a part of their feature only (docs/how-servers-behave.md, E4). */
export function leavesOutSystemIndices({ method, path, body }: WrittenCall): boolean {
  if (method !== 'POST' || !path.endsWith('/_restore')) return false;
  const features = fieldOf(body, 'feature_states');
  const restored = writtenNames(features);
  // The global state brings every feature with it.
  const hasFeatures = features !== undefined && restored.length > 0;
  if (restored.some((name) => !isLiteral(name)) || (!hasFeatures && isTrue(fieldOf(body, 'include_global_state'))))
    return false;
  const names = writtenNames(fieldOf(body, 'indices'));
  return names.some((name) => {
    // Whoever names features, or leaves out what begins with a dot, knows that * is not for these.
    if (isEverything(name)) return !hasFeatures && !names.includes('-.*');
    const wanted = featuresOf(name);
    return wanted.length > 0 && !wanted.some((feature) => restored.includes(feature));
  });
}
