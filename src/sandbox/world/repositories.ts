import type { Json, JsonObject } from '../../text/index.ts';
import { acknowledged, ok, Refusal, refused } from './answer.ts';
import { type Bucket, type StoredObject, withObjects } from './bucket.ts';
import { flat, nested } from './flat.ts';
import { need } from './privileges.ts';
import { bodyOf, changed, isTrue, part, type Scene, textOf, unchanged } from './scene.ts';
import {
  type Cluster,
  type Outcome,
  type Repository,
  type SavedIndex,
  type SnapshotInfo,
  type World,
  withCluster,
  without,
} from './state.ts';
import { isSince } from './versions.ts';

/** The content of a repository's newest `index-N`, and its number. */
export interface Contents {
  readonly generation: number;
  readonly entries: readonly Entry[];
}

/** An index in a repository, and the bytes of each of its shards. */
export type KeptIndex = Omit<SavedIndex, 'documents'> & { readonly sizes: readonly number[] };

/** A snapshot in a repository; its documents are in blobs of their own, one a shard. */
export interface Entry {
  readonly info: SnapshotInfo;
  readonly indices: Readonly<Record<string, KeptIndex>>;
}

export function putRepository(scene: Scene): Outcome {
  need(scene, 'cluster:admin/repository/put', 'manage');
  const name = part(scene, 'repository');
  const { type, settings } = bodyOf(scene);
  const repository: Repository = { type: textOf(type), settings: flat(settings ?? {}), generation: 'unknown' };
  if (repository.type !== 'oss')
    throw new Refusal(problemWith(name, `repository type [${repository.type}] does not exist`));
  for (const required of ['endpoint', 'access_key_id', 'secret_access_key', 'bucket']) {
    if (settingOf(repository, required) === undefined)
      throw new Refusal(problemWith(name, `No [${required}] defined for OSS repository`));
  }
  const isUsable = scene.request.query.verify === 'false' || bucketOf(scene.world, repository) !== undefined;
  // Before 8.19 one that cannot be used stays registered all the same.
  if (!isUsable && isSince(scene.cluster, 8, 19)) throw new Refusal(notVerified(name, repository));
  const repositories = { ...scene.cluster.repositories, [name]: seen(scene, repository) };
  return changed(scene, { ...scene.cluster, repositories }, isUsable ? acknowledged : notVerified(name, repository));
}

/** 8.x looks into a repository that it may write when it is registered; 7.10 when it is used first. */
function seen({ world, cluster }: Scene, repository: Repository): Repository {
  const bucket = isSince(cluster, 8) && !isReadonly(repository) ? bucketOf(world, repository) : undefined;
  return bucket ? { ...repository, generation: newest(bucket, basePathOf(repository)).generation } : repository;
}

function notVerified(name: string, repository: Repository) {
  return refused(
    500,
    'repository_verification_exception',
    `[${name}] path [${basePathOf(repository)}] is not accessible on master node`,
  );
}

export function problemWith(name: string, what: string) {
  return refused(500, 'repository_exception', `[${name}] ${what}`);
}

/** A setting in one of the two dialects (the cloud's, the self-managed plug-in's). */
function settingOf({ settings }: Repository, name: string): string | undefined {
  return settings[name] ?? settings[`oss.client.${name}`];
}

export function basePathOf(repository: Repository): string {
  const path = (settingOf(repository, 'base_path') ?? '').replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `${path}/`;
}

export function isReadonly({ settings }: Repository): boolean {
  return settings.readonly === 'true';
}

/** Refuses a write to a repository that is registered as readonly: with 500 before 8.19, and then with 400. */
export function refuseReadonly(cluster: Cluster, name: string, what: string): void {
  if (!isReadonly(repositoryNamed(cluster, name))) return;
  throw new Refusal(
    isSince(cluster, 8, 19) ? refused(400, 'illegal_argument_exception', `[${name}] ${what}`) : problemWith(name, what),
  );
}

/** The bucket of a repository, if its key and region are right. */
function bucketOf({ objects, key }: World, repository: Repository): Bucket | undefined {
  const isKnown =
    settingOf(repository, 'access_key_id') === key.id && settingOf(repository, 'secret_access_key') === key.secret;
  const bucket = objects.buckets[settingOf(repository, 'bucket') ?? ''];
  return isKnown && bucket?.location === objects.location && bucket.storage_class !== 'Archive' ? bucket : undefined;
}

export function showRepositories(scene: Scene): Outcome {
  need(scene, 'cluster:admin/repository/get', 'monitor_snapshot');
  const { repositories } = scene.cluster;
  const { repository: name = '_all' } = scene.parts;
  const isAll = name === '_all' || name === '*';
  if (!isAll && !repositories[name]) throw new Refusal(noSuchRepository(name));
  const shown = Object.entries(repositories)
    .filter(([one]) => isAll || one === name)
    .map(([one, { type, settings }]): [string, Json] => {
      const visible = Object.entries(settings).filter(
        ([setting]) => !/(access_key_id|secret_access_key)$/.test(setting),
      );
      return [
        one,
        {
          type,
          settings: isTrue(scene.request.query.flat_settings ?? 'false')
            ? Object.fromEntries(visible)
            : nested(Object.fromEntries(visible)),
        },
      ];
    });
  return unchanged(scene, ok(Object.fromEntries(shown)));
}

export function noSuchRepository(name: string) {
  return refused(404, 'repository_missing_exception', `[${name}] missing`);
}

export function deleteRepository(scene: Scene): Outcome {
  need(scene, 'cluster:admin/repository/delete', 'manage');
  const name = part(scene, 'repository');
  repositoryNamed(scene.cluster, name);
  refuseInUse(scene.cluster, name);
  return changed(scene, { ...scene.cluster, repositories: without(scene.cluster.repositories, [name]) }, acknowledged);
}

/** A repository that a restore reads from cannot be removed. */
function refuseInUse(cluster: Cluster, name: string): void {
  if (!cluster.restores.some(({ repository }) => repository === name)) return;
  const reason = 'trying to modify or unregister repository that is currently used';
  throw new Refusal(
    isSince(cluster, 8)
      ? refused(409, 'repository_conflict_exception', `[${name}] ${reason} (snapshot restore is in progress)`)
      : refused(500, 'illegal_state_exception', reason),
  );
}

export function verifyRepository(scene: Scene): Outcome {
  need(scene, 'cluster:admin/repository/verify', 'manage');
  const name = part(scene, 'repository');
  const repository = repositoryNamed(scene.cluster, name);
  if (!bucketOf(scene.world, repository)) throw new Refusal(notVerified(name, repository));
  return unchanged(scene, ok({ nodes: { [`node-of-${scene.cluster.name}`]: { name: scene.cluster.name } } }));
}

export function repositoryNamed({ repositories }: Cluster, name: string): Repository {
  const found = Object.hasOwn(repositories, name) ? repositories[name] : undefined;
  if (!found) throw new Refusal(noSuchRepository(name));
  return found;
}

const unexpectedContents =
  "Could not read repository data because the contents of the repository do not match its expected state. This is likely the result of either concurrently modifying the contents of the repository by a process other than this cluster or an issue with the repository's underlying storage. The repository has been disabled to prevent corrupting its contents. To re-enable it and continue using it please remove the repository from the cluster and add it again to make the cluster recover the known state of the repository from its physical contents.";

/** Returns the content of a repository, as one of its clusters sees it. */
export function contentsOf(world: World, cluster: Cluster, name: string): Contents {
  const repository = repositoryNamed(cluster, name);
  if (repository.generation === 'broken') throw new Refusal(problemWith(name, unexpectedContents));
  const bucket = bucketOf(world, repository);
  if (!bucket) throw new Refusal(problemWith(name, 'Unexpected exception when loading repository data'));
  const contents = newest(bucket, basePathOf(repository));
  // 7.10 cannot read what later versions write.
  if (!isSince(cluster, 8) && contents.entries.some(({ info }) => isSince(info, 8)))
    throw new Refusal(
      refused(500, 'repository_exception', `[${name}] Unexpected exception when loading repository data`, {
        caused_by: { type: 'parsing_exception', reason: 'Failed to parse object: unknown field [uuid] found' },
      }),
    );
  return contents;
}

function newest({ objects }: Bucket, base: string): Contents {
  const generations = [...objects.keys()]
    .filter((key) => key.startsWith(`${base}index-`))
    .map((key) => Number(key.slice(`${base}index-`.length)))
    .filter(Number.isSafeInteger);
  const generation = Math.max(-1, ...generations);
  const found = objects.get(`${base}index-${generation}`);
  if (!found) return { generation: -1, entries: [] };
  return { generation, entries: JSON.parse(new TextDecoder().decode(found.bytes)) as readonly Entry[] };
}

/** Returns whether another cluster has written to a repository since this one knew it. */
export function isOvertaken({ generation }: Repository, contents: Contents): boolean {
  return typeof generation === 'number' && generation !== contents.generation;
}

/** The world after a cluster has written to its repository: blobs that came and the new list of what is in it. */
export function rewritten(
  world: World,
  cluster: Cluster,
  name: string,
  entries: readonly Entry[],
  blobs: ReadonlyMap<string, string>,
  now: number,
): World {
  const repository = repositoryNamed(cluster, name);
  const bucket = bucketOf(world, repository);
  if (!bucket) return world;
  const base = basePathOf(repository);
  const { generation: before } = newest(bucket, base);
  const generation = before + 1;
  const objects = new Map(bucket.objects);
  objects.delete(`${base}index-${before}`);
  for (const [key, text] of [
    ...blobs,
    [`index-${generation}`, JSON.stringify(entries)],
    ['index.latest', String(generation)],
  ] as const)
    objects.set(base + key, stored(text, now));
  const known = { ...cluster, repositories: { ...cluster.repositories, [name]: { ...repository, generation } } };
  return withCluster({ ...world, objects: withObjects(world.objects, bucket, objects) }, known);
}

function stored(text: string, now: number): StoredObject {
  const bytes = new TextEncoder().encode(text);
  return { bytes, etag: String(bytes.length), modified: now };
}

/** The documents of one shard of a snapshot; undefined where the blob is gone. */
export function shardOf(
  world: World,
  cluster: Cluster,
  name: string,
  indexId: string,
  shard: number,
  snapshot: string,
): ReadonlyMap<string, JsonObject> | undefined {
  const repository = repositoryNamed(cluster, name);
  const found = bucketOf(world, repository)?.objects.get(basePathOf(repository) + shardKey(indexId, shard, snapshot));
  if (!found) return undefined;
  return new Map(JSON.parse(new TextDecoder().decode(found.bytes)) as [string, JsonObject][]);
}

/** Returns the key of the documents of one shard of a snapshot, below the base path. */
export function shardKey(indexId: string, shard: number, snapshot: string): string {
  return `indices/${indexId}/${shard}/__${snapshot}`;
}
