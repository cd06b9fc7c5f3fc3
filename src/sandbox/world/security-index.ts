import type { Json, JsonObject } from '../../text/index.ts';
import { noSuchIndex, ok, Refusal, refused } from './answer.ts';
import { builtInRoles } from './reserved.ts';
import { changed, type Scene } from './scene.ts';
import { type Cluster, type Index, idAfter, type Outcome, type World, withIndex, without } from './state.ts';
import { isSince } from './versions.ts';

export const securityIndex = '.security-7';

/** Returns the documents of security where they can be read; nothing while the index is closed, restored, red or not there. */
export function readable({ indices }: Cluster): Index | undefined {
  const index = indices[securityIndex];
  return index?.isOpen && index.recovery.isDone && index.failed.length === 0 ? index : undefined;
}

export function documentOf(cluster: Cluster, id: string): JsonObject | undefined {
  return readable(cluster)?.documents.get(id);
}

/** Returns whether the index is there and open, and its documents are not (yet). */
export function isUnavailable(cluster: Cluster): boolean {
  return cluster.indices[securityIndex]?.isOpen === true && !readable(cluster);
}

/** Returns all documents; an index that is there and cannot be read is a refusal. */
export function documentsOf(cluster: Cluster): ReadonlyMap<string, JsonObject> {
  const refusal = refusalOf(cluster);
  if (refusal) throw new Refusal(refusal);
  return readable(cluster)?.documents ?? new Map();
}

function refusalOf(cluster: Cluster) {
  const index = cluster.indices[securityIndex];
  if (!index || readable(cluster)) return undefined;
  if (!index.isOpen)
    return refused(400, 'index_closed_exception', 'closed', { index_uuid: '_na_', index: securityIndex });
  return refused(503, 'unavailable_shards_exception', unavailable);
}

/** The reason that goes with an index that is red or being restored. */
export const unavailable = `at least one primary shard for the index [${securityIndex}] is unavailable`;

/** Keeps documents in the index, which is created when it is needed first. */
export function kept(scene: Scene, documents: Readonly<Record<string, JsonObject>>, answer: Json): Outcome {
  const { cluster, request } = scene;
  documentsOf(cluster);
  const existing = readable(cluster);
  const { world, index } = existing
    ? { world: scene.world, index: existing }
    : emptyIndex(scene.world, cluster, request.now);
  const all = new Map([...index.documents, ...Object.entries(documents)]);
  return changed({ world }, withIndex(cluster, securityIndex, { ...index, documents: all }), ok(answer));
}

/** Removes documents from the index. */
export function removed(scene: Scene, ids: readonly string[], answer: Json): Outcome {
  const index = readable(scene.cluster);
  if (!index) throw new Refusal(noSuchIndex(securityIndex));
  const documents = new Map([...index.documents].filter(([id]) => !ids.includes(id)));
  return changed(scene, withIndex(scene.cluster, securityIndex, { ...index, documents }), ok(answer));
}

function emptyIndex(before: World, cluster: Cluster, now: number): { readonly world: World; readonly index: Index } {
  const { world, id } = idAfter(before);
  return { world, index: newSecurityIndex(cluster, id, now) };
}

/** Since 8.0 the index is hidden; since 8.17 the roles that are built in are documents, too. */
export function newSecurityIndex(cluster: Cluster, uuid: string, now: number): Index {
  const isHidden = isSince(cluster, 8);
  return {
    uuid,
    shards: 1,
    settings: { auto_expand_replicas: '0-1', ...(isHidden ? { hidden: 'true' } : {}) },
    isOpen: true,
    aliases: { '.security': isHidden ? { is_hidden: true } : {} },
    types: { creation_time: 'date', doc_type: 'keyword', expiration_time: 'date', name: 'keyword', type: 'keyword' },
    documents: new Map(isSince(cluster, 8, 17) ? builtInRoles(cluster).map(({ id, source }) => [id, source]) : []),
    recovery: { type: 'EMPTY_STORE', isDone: true, started: now },
    failed: [],
  };
}

/** The cluster without what it knows of verified passwords: of one user, or of all. */
export function forgotten(cluster: Cluster, username?: string): Cluster {
  return { ...cluster, verified: username === undefined ? {} : without(cluster.verified, [username]) };
}
