import type { Json, JsonObject } from '../../text/index.ts';
import type { ObjectStore } from './bucket.ts';
import type { Version } from './versions.ts';

/** Clusters of Elasticsearch and the object store that they reach. Never changed in place: a request gives another one. */
export interface World {
  readonly clusters: Readonly<Record<string, Cluster>>;
  readonly objects: ObjectStore;
  /** The access key that the object store accepts. */
  readonly key: { readonly id: string; readonly secret: string };
  /** The number of ids given so far: the next one follows from it, so that the same requests give the same world. */
  readonly ids: number;
}

export interface Cluster {
  readonly name: string;
  readonly version: Version;
  readonly uuid: string;
  /** The users of the file realm: they are in no index, so that no restore touches them. */
  readonly fileUsers: readonly FileUser[];
  /** The reserved users whose password the cluster has verified lately: it does not look at the security index for them. */
  readonly verified: Readonly<Record<string, VerifiedPassword>>;
  readonly indices: Readonly<Record<string, Index>>;
  /** Flat; what is transient counts before what is persistent. */
  readonly settings: Readonly<Record<'persistent' | 'transient', Readonly<Record<string, string>>>>;
  readonly repositories: Readonly<Record<string, Repository>>;
  readonly snapshots: readonly RunningSnapshot[];
  readonly restores: readonly RunningRestore[];
}

export interface FileUser {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
}

export interface VerifiedPassword {
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface Index {
  readonly uuid: string;
  /** Another one since a restore into the closed index, which keeps its uuid. */
  readonly history?: string;
  readonly shards: number;
  /** Without the prefix `index.`, and without the number of shards. */
  readonly settings: Readonly<Record<string, string>>;
  readonly isOpen: boolean;
  /** Alias → its properties. */
  readonly aliases: JsonObject;
  /** The types that its mappings name, by field. */
  readonly types?: Readonly<Record<string, string>>;
  readonly documents: Documents;
  /** The number of the operation that has written each document last. */
  readonly sequence?: { readonly last: number; readonly by: Readonly<Record<string, number>> };
  readonly recovery: Recovery;
  /** Shards that could not be restored. */
  readonly failed: readonly number[];
}

/** Documents by their ids. */
export type Documents = ReadonlyMap<string, JsonObject>;

/** The origin of an index's shards. */
export interface Recovery {
  readonly type: 'EMPTY_STORE' | 'EXISTING_STORE' | 'SNAPSHOT';
  readonly isDone: boolean;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly source?: { readonly repository: string; readonly snapshot: string; readonly index: string };
  /** The version that made the snapshot. */
  readonly made?: Version;
}

export interface Repository {
  readonly type: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The generation of the repository that this cluster has seen last, or that somebody else has written to it. */
  readonly generation: number | 'unknown' | 'broken';
}

/** The part of an index that a snapshot keeps. */
export interface SavedIndex {
  readonly id: string;
  readonly shards: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly aliases: JsonObject;
  readonly types?: Readonly<Record<string, string>>;
  readonly documents: Documents;
}

/** A snapshot's description, as it stands in the repository. */
export interface SnapshotInfo {
  readonly snapshot: string;
  readonly uuid: string;
  readonly version: Version;
  readonly indices: readonly string[];
  readonly include_global_state: boolean;
  readonly metadata?: Json;
  readonly state: 'IN_PROGRESS' | 'SUCCESS' | 'PARTIAL';
  readonly start_time_in_millis: number;
  readonly end_time_in_millis: number;
  readonly shards: { readonly total: number; readonly failed: number; readonly successful: number };
  readonly failures: readonly JsonObject[];
  readonly feature_states: readonly { readonly feature_name: string; readonly indices: readonly string[] }[];
}

export interface RunningSnapshot {
  readonly repository: string;
  readonly info: SnapshotInfo;
  readonly content: Readonly<Record<string, SavedIndex>>;
  readonly ends: number;
}

export interface RunningRestore {
  readonly id: string;
  readonly repository: string;
  readonly snapshot: string;
  readonly indices: readonly string[];
  /** `Infinity` while nothing goes on. */
  readonly ends: number;
}

/** The sender of a request, and the grants of their roles. */
export interface User {
  readonly username: string;
  readonly roles: readonly string[];
  readonly realm: 'file' | 'native' | 'reserved' | 'api_key' | 'service_account';
  readonly grants: readonly Grant[];
  /** Their other fields in `_authenticate`. */
  readonly profile: JsonObject;
}

/** The privileges of one role. */
export interface Grant {
  readonly cluster: readonly string[];
  readonly indices: readonly {
    readonly names: readonly string[];
    readonly privileges: readonly string[];
    /** True if it holds for the indices of features and of security, too. */
    readonly isRestricted: boolean;
  }[];
  readonly applications: readonly JsonObject[];
  readonly run_as: readonly string[];
}

/** One HTTP request to a cluster. */
export interface ClusterRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A fault that only the cluster itself can show. */
  readonly misfortune?: 'partial' | 'failed-shard';
  /** How long the snapshot or the restore takes that it begins, in milliseconds. */
  readonly lasts?: number;
}

export interface ClusterAnswer {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** The restore whose end the caller waits for; without it the response is given at once. */
  readonly awaits?: string;
}

/** The result of a request: a response, and the world after it. */
export interface Outcome {
  readonly world: World;
  readonly answer: ClusterAnswer;
}

/** Milliseconds that a snapshot or a restore takes. */
export const duration = 700;

/** The next id: 22 characters, as Elasticsearch's are. */
export function idAfter(world: World): { readonly world: World; readonly id: string } {
  const ids = world.ids + 1;
  return { world: { ...world, ids }, id: `sandbox-${ids.toString(36).padStart(14, '0')}` };
}

export function withCluster(world: World, cluster: Cluster): World {
  return { ...world, clusters: { ...world.clusters, [cluster.name]: cluster } };
}

export function withIndex(cluster: Cluster, name: string, index: Index): Cluster {
  return { ...cluster, indices: { ...cluster.indices, [name]: index } };
}

export function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
