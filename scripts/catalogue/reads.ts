import type { SourceApi } from './api.ts';

/** The methods of an API, and the privileges that it asks for, in all sources. */
interface Evidence {
  readonly methods: Set<string>;
  readonly privileges: Set<string>;
}

/**
 * Of these APIs the sources do not say both: that GET is the same as POST, and that a login which may only look is enough. Whoever
 * adds one has read what it does; one that leaves anything behind, such as a point in time, is a write.
 */
const decided: Readonly<Record<string, 'read' | 'write'>> = {
  'cluster.allocation_explain': 'read',
  'eql.search': 'read',
  'esql.async_query': 'write',
  // ES|QL has no statement that writes.
  'esql.query': 'read',
  'graph.explore': 'read',
  'indices.analyze': 'read',
  'indices.flush': 'write',
  'indices.flush_synced': 'write',
  'indices.refresh': 'write',
  'indices.reload_search_analyzers': 'write',
  'indices.simulate_index_template': 'read',
  'indices.simulate_template': 'read',
  'indices.validate_query': 'read',
  // They call a service elsewhere, which costs.
  'inference.inference': 'write',
  'inference.rerank': 'write',
  'inference.stream_completion': 'write',
  knn_search: 'read',
  'ml.evaluate_data_frame': 'read',
  'ml.preview_datafeed': 'read',
  open_point_in_time: 'write',
  'rollup.rollup_search': 'read',
  scripts_painless_execute: 'read',
  // It moves the cursor.
  scroll: 'write',
  'search_application.search': 'read',
  'security.has_privileges': 'read',
  'security.query_api_keys': 'read',
  'simulate.ingest': 'read',
  // Its test blobs are gone when it returns: `passingWrites`.
  'snapshot.verify_repository': 'read',
  terms_enum: 'read',
  'text_structure.find_structure': 'read',
  'text_structure.test_grok_pattern': 'read',
  'transform.preview_transform': 'read',
};

export const decidedApis = Object.keys(decided);

/**
 * Returns whether an API reads, also where it is called by POST: its specification has GET for the same, and asks only for privileges
 * to look. What has one of the two has to be decided by hand, and what has none is a write.
 * @throws where one is not decided, or a decision has lost its API.
 */
export function readingApis(apis: readonly SourceApi[]): (name: string) => boolean {
  const evidence = new Map<string, Evidence>();
  for (const { name, routes, privileges } of apis) {
    const one: Evidence = evidence.get(name) ?? { methods: new Set(), privileges: new Set() };
    evidence.set(name, one);
    for (const method of routes.flatMap(({ methods }) => methods)) one.methods.add(method);
    for (const privilege of [...(privileges?.cluster ?? []), ...(privileges?.index ?? [])])
      one.privileges.add(privilege);
  }
  const gone = decidedApis.filter((name) => !evidence.has(name));
  if (gone.length > 0) throw new Error(`No source has ${gone.join(', ')}: decided in scripts/catalogue/reads.ts`);
  const reading = new Set<string>();
  for (const [name, { methods, privileges }] of evidence) {
    if (!methods.has('POST')) continue;
    const looks =
      privileges.size > 0 && [...privileges].every((one) => /^(monitor|read|view_index_metadata)/.test(one));
    const verdict = decided[name];
    if (verdict === undefined && methods.has('GET') !== looks)
      throw new Error(`Does ${name} read? Nothing says both: decide it in scripts/catalogue/reads.ts`);
    if (verdict === 'read' || (verdict === undefined && looks)) reading.add(name);
  }
  return (name) => reading.has(name);
}
