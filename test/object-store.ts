import { type Bucket, type LoopbackServer, listen, type ObjectStore, serveObjects } from '../src/sandbox/index.ts';

/** The access key that the server of the tests accepts. Its secret holds what an encoder may stumble on. */
export const accessKey = { id: 'LTAI-test-key-id', secret: 'test+secret/with=odd&chars' };

export interface ObjectServer extends LoopbackServer {
  readonly store: () => ObjectStore;
  /** Replaces every bucket. */
  readonly reset: (...buckets: Bucket[]) => void;
}

export function bucketOf(name: string, more: Partial<Bucket> = {}): Bucket {
  return { name, location: 'oss-cn-hangzhou', storage_class: 'Standard', acl: 'private', objects: new Map(), ...more };
}

/** Replaces every bucket of a server in another process. */
export async function resetBuckets(
  url: string,
  buckets: readonly (Partial<Bucket> & { name: string })[],
): Promise<void> {
  const { status } = await fetch(url + resetPath, { method: 'PUT', body: JSON.stringify(buckets) });
  if (status !== 204) throw new Error(`the buckets cannot be replaced: ${status}`);
}

/** No bucket can have this name. */
const resetPath = '/_test/buckets';

/** An object store of the region cn-hangzhou on loopback, that says of itself that it is reached there. */
export async function startObjectServer(): Promise<ObjectServer> {
  let store: ObjectStore = { location: 'oss-cn-hangzhou', extranet_endpoint: '', intranet_endpoint: '', buckets: {} };
  const access = {
    key: accessKey,
    now: Date.now,
    store: () => store,
    replace: (after: ObjectStore) => {
      store = after;
    },
  };
  const reset: ObjectServer['reset'] = (...buckets) => {
    store = { ...store, buckets: Object.fromEntries(buckets.map((bucket) => [bucket.name, bucket])) };
  };
  const server = await listen((incoming, body) => {
    if (incoming.url !== resetPath) return serveObjects(access, incoming, body);
    const wanted = JSON.parse(Buffer.from(body).toString('utf8')) as (Partial<Bucket> & { name: string })[];
    reset(...wanted.map(({ name, ...more }) => bucketOf(name, more)));
    return { status: 204, headers: {}, body: '' };
  });
  const host = new URL(server.url).host;
  store = { ...store, extranet_endpoint: host, intranet_endpoint: host };
  return { ...server, store: access.store, reset };
}
