import OSS from 'ali-oss';
import { accessKey } from '../object-store.ts';
import { bucket, type Cluster, type Pair } from '../real/lab.ts';

/** Something that the contract holds for: real clusters, or the sandbox. */
export interface Backend {
  readonly pair: Pair;
  /** Puts both clusters and the bucket into the state that every scenario begins with. */
  readonly reset: () => Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** An answer as the contract compares it. */
export interface Seen {
  readonly status: number;
  /** `error.type`, where there is one. */
  readonly error: string | undefined;
  readonly reason: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, read by what a scenario expects
  readonly body: any;
  /** The same as it came: with each digit of its numbers. */
  readonly text: string;
  readonly headers: Headers;
}

/** Sends `METHOD /path` to a cluster, as the file realm's superuser unless somebody else is named. */
export function sender(pair: Pair) {
  return async (
    cluster: Cluster,
    call: string,
    body?: unknown,
    { login = pair.file, headers = {} }: { login?: Login | { apiKey: string }; headers?: Record<string, string> } = {},
  ): Promise<Seen> => {
    const [method = '', path = ''] = call.split(' ');
    const authorization =
      'apiKey' in login
        ? `ApiKey ${Buffer.from(login.apiKey).toString('base64')}`
        : `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const response = await fetch(cluster.url + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = /^[[{]/.test(text) ? JSON.parse(text) : text;
    const error = value?.error;
    return {
      status: response.status,
      error: error?.type,
      reason: error?.reason ?? '',
      body: value,
      text,
      headers: response.headers,
    };
  };
}

/** The settings of a repository in the bucket of the tests. */
export function repository(pair: Pair, basePath: string, more: Record<string, unknown> = {}) {
  const { id, secret } = accessKey;
  const settings = {
    endpoint: pair.objects,
    access_key_id: id,
    secret_access_key: secret,
    bucket,
    base_path: basePath,
  };
  return { type: 'oss', settings: { ...settings, ...more } };
}

/** Removes from the bucket what holds the documents of shard 0 of every index below a path. */
export async function damageShard(pair: Pair, basePath: string): Promise<void> {
  const client = new OSS({
    endpoint: pair.objects,
    bucket,
    region: 'oss-cn-hangzhou',
    accessKeyId: accessKey.id,
    accessKeySecret: accessKey.secret,
    sldEnable: true,
  } as OSS.Options);
  const { objects } = await client.list({ prefix: `${basePath}/indices/`, 'max-keys': 1000 }, {});
  const keys = objects.map(({ name }) => name).filter((name) => /\/0\/__/.test(name));
  if (keys.length === 0) throw new Error('there is no blob of a shard 0');
  await client.deleteMulti(keys, { quiet: true });
}
