import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { accessKey, bucketOf } from '../object-store.ts';
import { type Pair, releases, reset } from '../real/lab.ts';
import type { Backend } from './backend.ts';

/** The versions that the sandbox has. */
export type SandboxVersion = '7.10' | '8.5';

/** The sandbox in the state that the scenarios begin with, made by the same calls as on real clusters. */
export async function sandboxBackend(version: SandboxVersion): Promise<Backend & { readonly sandbox: Sandbox }> {
  const sandbox = await startSandbox(releases[version]);
  const { source, destination, bucket: objects } = sandbox.urls;
  const pair: Pair = {
    version,
    source: { name: 'source', url: source },
    destination: { name: 'destination', url: destination },
    file: { username: 'filesuper', password: 'file-realm-1' },
    objects,
  };
  const replaceBuckets: Parameters<typeof reset>[2] = async (_url, buckets) => {
    const world = sandbox.world();
    const byName = Object.fromEntries(buckets.map(({ name, ...more }) => [name, bucketOf(name, more)]));
    sandbox.replace({ ...world, key: accessKey, objects: { ...world.objects, buckets: byName } });
  };
  return { pair, sandbox, reset: () => reset(pair, {}, replaceBuckets) };
}
