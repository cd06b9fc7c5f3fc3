import { kibanaUser, logins, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { accessKey, bucketOf } from '../object-store.ts';
import { type Pair, releases, reset, type Version } from '../real/lab.ts';
import type { Backend } from './backend.ts';

/** The sandbox in the state that the scenarios begin with, made by the same calls as on real clusters. */
export async function sandboxBackend(version: Version): Promise<Backend & { readonly sandbox: Sandbox }> {
  const sandbox = await startSandbox({ source: releases[version], destination: releases[version] });
  const { source, destination, bucket: objects } = sandbox.urls;
  const pair: Pair = {
    version,
    source: { name: 'source', url: source },
    destination: { name: 'destination', url: destination },
    file: logins.file,
    ...(version === '7.10' ? {} : { kibana: kibanaUser }),
    objects,
  };
  const replaceBuckets: Parameters<typeof reset>[2] = async (_url, buckets) => {
    const world = sandbox.world();
    const byName = Object.fromEntries(buckets.map(({ name, ...more }) => [name, bucketOf(name, more)]));
    sandbox.replace({ ...world, key: accessKey, objects: { ...world.objects, buckets: byName } });
  };
  return { pair, sandbox, reset: () => reset(pair, {}, replaceBuckets) };
}
