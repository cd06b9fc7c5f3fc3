import type { JsonObject } from '../../text/index.ts';
import type { Cluster } from './state.ts';
import { isSince } from './versions.ts';

/** The users that every cluster has, and their roles. Only their password is theirs, in a document of the security index. */
export const reservedUsers: Readonly<Record<string, readonly string[]>> = {
  elastic: ['superuser'],
  kibana: ['kibana_system'],
  kibana_system: ['kibana_system'],
  logstash_system: ['logstash_system'],
  beats_system: ['beats_system'],
  apm_system: ['apm_system'],
  remote_monitoring_user: ['remote_monitoring_collector', 'remote_monitoring_agent'],
};

export function isReservedUser(username: string): boolean {
  return Object.hasOwn(reservedUsers, username);
}

const always = `apm_system beats_admin beats_system enrich_user ingest_admin kibana_admin kibana_system kibana_user
  logstash_admin logstash_system machine_learning_admin machine_learning_user monitoring_user remote_monitoring_agent
  remote_monitoring_collector reporting_user rollup_admin rollup_user snapshot_user superuser transform_admin
  transform_user transport_client watcher_admin watcher_user`.split(/\s+/);
const untilNine = ['apm_user', 'data_frame_transforms_admin', 'data_frame_transforms_user'];

function reservedRoleNames(cluster: Cluster): readonly string[] {
  return [
    ...always,
    ...(isSince(cluster, 9) ? [] : untilNine),
    ...(isSince(cluster, 8) ? ['editor', 'viewer'] : ['kibana_dashboard_only_user']),
    ...(isSince(cluster, 8, 17) ? ['inference_admin', 'inference_user'] : []),
  ];
}

type Roles = Readonly<Record<string, JsonObject>>;

/** They follow from the version alone, and each call to a cluster asks for them. */
const rolesByVersion = new Map<string, Roles>();

/** The roles that every cluster has. Only superusers and those of Kibana grant something here: of the others the names matter. */
export function reservedRoles(cluster: Cluster): Roles {
  const known = rolesByVersion.get(cluster.version) ?? reservedRolesOf(cluster);
  rolesByVersion.set(cluster.version, known);
  return known;
}

function reservedRolesOf(cluster: Cluster): Roles {
  return Object.fromEntries(
    reservedRoleNames(cluster).map((name): [string, JsonObject] => [
      name,
      { ...grantsOf(cluster, name), metadata: { _reserved: true }, transient_metadata: {} },
    ]),
  );
}

function grantsOf(cluster: Cluster, name: string): JsonObject {
  const nothing = { cluster: [], indices: [], applications: [], run_as: [] };
  switch (name) {
    case 'superuser':
      return {
        cluster: ['all'],
        // Since 8.0 they may only look at what belongs to features and to security.
        indices: isSince(cluster, 8)
          ? [
              everywhere(['all'], false),
              everywhere(['monitor', 'read', 'view_index_metadata', 'read_cross_cluster'], true),
            ]
          : [everywhere(['all'], true)],
        applications: [{ application: '*', privileges: ['*'], resources: ['*'] }],
        run_as: ['*'],
      };
    case 'kibana_system':
      return {
        ...nothing,
        cluster: ['monitor', 'manage_index_templates', 'manage_pipeline', 'manage_ilm', 'manage_own_api_key'],
        indices: [{ names: ['.kibana*', '.reporting-*'], privileges: ['all'], allow_restricted_indices: true }],
      };
    case 'kibana_admin':
    case 'kibana_user':
      return { ...nothing, applications: [{ application: 'kibana-.kibana', privileges: ['all'], resources: ['*'] }] };
    default:
      return nothing;
  }
}

function everywhere(privileges: readonly string[], allow_restricted_indices: boolean): JsonObject {
  return { names: ['*'], privileges: [...privileges], allow_restricted_indices };
}

/** The documents of the roles that are built in. */
export function builtInRoles(cluster: Cluster): { readonly id: string; readonly source: JsonObject }[] {
  return Object.entries(reservedRoles(cluster)).map(([name, { transient_metadata: _, ...role }]) => ({
    id: `role-${name}`,
    source: {
      ...role,
      type: 'role',
      metadata_flattened: { _reserved: true },
      global: {},
      remote_indices: [],
      remote_cluster: [],
      description: '',
    },
  }));
}
