import { clusterPrivileges } from '../../src/sandbox/world/privilege-names.ts';
import type { Privileges, SourceApi } from './api.ts';

/**
 * What an API needs: `cluster monitor`, or of several `cluster monitor; index monitor`. Of `monitor|view_index_metadata` one may be
 * enough; the first one is what a role should have. A text without any is an API that everybody may call.
 */
export type Needs = string;

/**
 * What servers say when they refuse a call, where the schema has nothing, or more or less than that; undefined where it
 * depends on what the call says. A test compares all needs with what real servers say.
 */
const corrections: Readonly<Record<string, Needs | undefined>> = {
  'cat.indices': 'cluster monitor; index monitor',
  'cat.recovery': 'index monitor',
  'cat.segments': 'cluster monitor; index monitor',
  'cat.shards': 'cluster monitor; index monitor',
  'cat.templates': 'cluster manage_index_templates|monitor',
  'cluster.allocation_explain': 'cluster monitor',
  'cluster.get_component_template': 'cluster manage_index_templates|monitor',
  'cluster.put_settings': 'cluster manage',
  'cluster.reroute': 'cluster manage',
  'cluster.stats': 'cluster monitor|monitor_stats',
  delete_by_query: 'index read; index delete',
  exists: 'index read',
  'features.get_features': 'cluster manage',
  'features.reset_features': 'cluster manage',
  field_caps: 'index read|view_index_metadata',
  health_report: 'cluster monitor',
  'ilm.get_lifecycle': 'cluster read_ilm',
  // Whoever may only create documents may send it with op_type=create.
  index: 'index create|create_doc',
  'indices.add_block': 'index manage',
  // The schema says index, as if a text that is analyzed were kept.
  'indices.analyze': undefined,
  'indices.close': 'index manage|manage_follow_index',
  'indices.exists': 'index view_index_metadata',
  'indices.exists_alias': 'index view_index_metadata',
  'indices.field_usage_stats': 'index monitor',
  'indices.get_index_template': 'cluster manage_index_templates|monitor',
  'indices.get_settings': 'index view_index_metadata|monitor',
  'indices.get_template': 'cluster manage_index_templates|monitor',
  'indices.put_alias': 'index manage',
  'indices.resolve_cluster': 'index view_index_metadata|read',
  'indices.resolve_index': 'index view_index_metadata|read',
  'indices.rollover': 'index manage|manage_follow_index',
  'indices.validate_query': 'index view_index_metadata',
  'ingest.delete_pipeline': 'cluster manage_ingest_pipelines|manage_pipeline',
  'ingest.get_pipeline': 'cluster read_pipeline',
  'ingest.put_pipeline': 'cluster manage_ingest_pipelines|manage_pipeline',
  'license.get': 'cluster monitor',
  'license.get_basic_status': 'cluster manage',
  'license.get_trial_status': 'cluster manage',
  'nodes.info': 'cluster monitor',
  'nodes.reload_secure_settings': 'cluster manage',
  ping: 'cluster monitor',
  search_shards: 'index view_index_metadata|read',
  'security.authenticate': '',
  'security.clear_cached_realms': 'cluster manage_security',
  // Whose keys it is about is in the call.
  'security.get_api_key': undefined,
  'security.get_builtin_privileges': 'cluster read_security',
  'security.get_role_mapping': 'cluster read_security',
  'security.get_service_accounts': 'cluster manage_service_account|read_security',
  'security.get_service_credentials': 'cluster manage_service_account|read_security',
  'security.get_user_privileges': '',
  'security.get_user_profile': 'cluster manage_user_profile|read_security',
  'security.has_privileges': '',
  'security.query_api_keys': 'cluster manage_own_api_key|read_security',
  'security.suggest_user_profiles': 'cluster manage_user_profile|read_security',
  // It asks for one after the other.
  'shutdown.get_node': undefined,
  'simulate.ingest': undefined,
  'snapshot.repository_analyze': undefined,
  'snapshot.repository_verify_integrity': undefined,
  'tasks.cancel': 'cluster cancel_task',
  update: 'index index',
  update_by_query: undefined,
  // The names of the indices are in its body.
  reindex: undefined,
};

/** Where a path has the id of a document, `create` replaces none; any of the privileges to write is enough without one. */
const ofPaths: Readonly<Record<string, Needs>> = {
  'POST /{index}/_doc': 'index create_doc',
  'POST /{index}/_create/{id}': 'index create_doc',
  'PUT /{index}/_create/{id}': 'index create_doc',
};

/** What grants the same in versions before the privilege was there. */
export const earlier: Readonly<Record<string, string>> = {
  cancel_task: 'manage',
  read_pipeline: 'manage_ingest_pipelines|manage_pipeline',
  read_security: 'manage_security',
};

/** Returns what each API needs, as far as it is known: by its name, or by method and path. */
export function needsOf(apis: readonly SourceApi[]): (name: string, method: string, path: string) => Needs | undefined {
  const known = new Map<string, Needs | undefined>(
    apis.flatMap(({ name, privileges }) => (privileges ? [[name, stated(privileges)]] : [])),
  );
  for (const [name, needs] of Object.entries(corrections)) known.set(name, needs);
  return (name, method, path) => ofPaths[`${method} ${path}`] ?? known.get(name);
}

/** Where a list has `manage`, any of the others is enough. Other lists, and both levels at once, may mean all of them or one. */
function stated(privileges: Privileges): Needs | undefined {
  const [first, ...others] = Object.entries(privileges) as [level: string, names: readonly string[]][];
  if (!first || others.length > 0) return undefined;
  const [level, names] = first;
  const least = names.length > 1 ? names.filter((name) => name !== 'manage') : names;
  return least.length === 1 ? `${level} ${least[0]}` : undefined;
}

const servers = { '7.10': '7.10.2', '8.5': '8.5.3', '8.19': '8.19.21', '9.5': '9.5.3' } as const;

/** Returns which versions know each of the cluster privileges that not every version knows. */
export function newPrivileges(all: readonly Needs[], versions: readonly string[]): Record<string, string> {
  const names = all.flatMap((needs) =>
    needs.split('; ').flatMap((one) => (one.startsWith('cluster ') ? one.slice('cluster '.length).split('|') : [])),
  );
  const bits = (name: string) =>
    versions
      .map((version) => (clusterPrivileges(servers[version as keyof typeof servers]).includes(name) ? '1' : '0'))
      .join('');
  return Object.fromEntries(
    [...new Set(names)]
      .sort()
      .map((name) => [name, bits(name)])
      .filter(([, known = '']) => known.includes('0')),
  );
}
