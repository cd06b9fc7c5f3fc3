import { kibanaUser, logins, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { accessKey, bucketOf } from '../object-store.ts';
import { bucket, type Pair, releases, resetDestination, resetSource, type Version } from '../real/lab.ts';
import type { Backend } from './backend.ts';

/** The sandbox in the state that the scenarios begin with, made by the same calls as on real clusters. */
export async function sandboxBackend(
  version: Version,
  destinationVersion = version,
): Promise<Backend & { readonly sandbox: Sandbox }> {
  const sandbox = await startSandbox({ source: releases[version], destination: releases[destinationVersion] });
  const { source, destination, bucket: objects } = sandbox.urls;
  const pairOf = (own: Version): Pair => ({
    version: own,
    source: { name: 'source', url: source },
    destination: { name: 'destination', url: destination },
    file: logins.file,
    ...(own === '7.10' ? {} : { kibana: kibanaUser }),
    objects,
  });
  const emptyBucket = () => {
    const world = sandbox.world();
    sandbox.replace({
      ...world,
      key: accessKey,
      objects: { ...world.objects, buckets: { [bucket]: bucketOf(bucket) } },
    });
  };
  return {
    pair: pairOf(destinationVersion),
    sandbox,
    reset: async () => {
      await Promise.all([resetSource(pairOf(version)), resetDestination(pairOf(destinationVersion))]);
      emptyBucket();
    },
  };
}
