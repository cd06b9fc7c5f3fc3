import type { Version } from './versions.ts';

const of = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Each version knows those of the versions before it. */
const clusterNames = {
  '7.10.2': of(`all create_snapshot delegate_pki grant_api_key manage manage_api_key manage_autoscaling manage_ccr
    manage_data_frame_transforms manage_enrich manage_ilm manage_index_templates manage_ingest_pipelines
    manage_logstash_pipelines manage_ml manage_oidc manage_own_api_key manage_pipeline manage_rollup manage_saml
    manage_security manage_slm manage_token manage_transform manage_watcher monitor monitor_data_frame_transforms
    monitor_ml monitor_rollup monitor_snapshot monitor_transform monitor_watcher none read_ccr read_ilm read_slm
    transport_client`),
  // From its documentation; the others are what a server of the version lists.
  '8.5.3': of(
    'cancel_task manage_service_account manage_user_profile monitor_text_structure read_pipeline read_security',
  ),
  '8.19.21': of(`cross_cluster_replication cross_cluster_search manage_behavioral_analytics manage_connector
    manage_data_stream_global_retention manage_inference manage_search_application manage_search_query_rules
    manage_search_synonyms monitor_connector monitor_data_stream_global_retention monitor_enrich monitor_inference
    monitor_stats post_behavioral_analytics_event read_connector_secrets read_fleet_secrets write_connector_secrets
    write_fleet_secrets`),
  '9.5.3': of('clone_api_key manage_project_routing manage_reindex monitor_esql monitor_reindex read_project_routing'),
} as const;

const indexNames = {
  '7.10.2': of(`all auto_configure create create_doc create_index delete delete_index index maintenance manage
    manage_follow_index manage_ilm manage_leader_index monitor none read read_cross_cluster view_index_metadata write`),
  '8.5.3': of(''),
  '8.19.21': of(`cross_cluster_replication cross_cluster_replication_internal manage_data_stream_lifecycle
    manage_failure_store read_failure_store`),
  '9.5.3': of(`create_dataset create_view delete_dataset delete_view manage_dataset manage_view read_dataset_metadata
    read_view_metadata`),
} as const;

function upTo(names: Readonly<Record<Version, readonly string[]>>, version: Version): string[] {
  const versions = Object.keys(names) as Version[];
  return versions.slice(0, versions.indexOf(version) + 1).flatMap((one) => names[one].filter((name) => name !== ''));
}

export function clusterPrivileges(version: Version): readonly string[] {
  return upTo(clusterNames, version);
}

export function unknownClusterPrivilege(version: Version, name: string): string {
  return unknown('cluster', name, `cluster privilege names [${clusterPrivileges(version)}]`);
}

/** Returns why a cluster refuses these names of privileges in a role, if it does. */
export function unknownPrivilege(
  version: Version,
  { cluster, index }: { readonly cluster: readonly string[]; readonly index: readonly string[] },
): string | undefined {
  const isOdd = (known: readonly string[]) => (name: string) => !name.includes(':') && !known.includes(name);
  const inCluster = cluster.find(isOdd(clusterPrivileges(version)));
  if (inCluster !== undefined) return unknownClusterPrivilege(version, inCluster);
  const known = upTo(indexNames, version);
  const inIndex = index.find(isOdd(known));
  return inIndex === undefined ? undefined : unknown('index', inIndex, `fixed indices privileges [${known}]`);
}

function unknown(kind: 'cluster' | 'index', name: string, known: string): string {
  return `unknown ${kind} privilege [${name}]. a privilege must be either one of the predefined ${known} or a pattern over one of the available ${kind} actions`;
}
