import { isIP } from 'node:net';
import OSS from 'ali-oss';
import type { Advice, SendResult } from '../engine/index.ts';
import type { OssTarget } from '../kinds/index.ts';
import type { OssRequest } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { Connection } from './connection.ts';

/**
 * A connection to one bucket, for reads, signed with version 4. A printed client shows its secret: neither it nor its
 * errors leave this function (docs/how-servers-behave.md, O2).
 */
export function openOss({ endpoint, region, bucket, key }: OssTarget): Connection {
  const options = {
    endpoint,
    bucket,
    region: `oss-${region}`,
    accessKeyId: key.id,
    accessKeySecret: key.secret,
    // Without these two it signs with version 1 and talks plain http (docs/how-servers-behave.md, O1).
    authorizationV4: true,
    secure: endpoint.startsWith('https:'),
    // A bucket's name cannot stand before an IP address: it goes into the path.
    sldEnable: isIP(new URL(endpoint).hostname) > 0,
  };
  const client = new OSS(options);
  const whereItIs = endpointsSaidBy(client);
  return {
    send: async ({ request, timeout_ms }) => {
      if (request.type !== 'oss') return { kind: 'no-response', sent: 'no', cause: 'wrong-kind' };
      try {
        return { kind: 'response', status: 200, warnings: [], body: await read(client, bucket, request, timeout_ms) };
      } catch (error) {
        return failureFor(error, request, whereItIs());
      }
    },
    close: async () => undefined,
  };
}

async function read(client: OSS, bucket: string, request: OssRequest, timeout: number): Promise<Json> {
  const options = { timeout };
  switch (request.operation) {
    case 'bucketInfo': {
      const { bucket: info } = await (client as OSS & InfoClient).getBucketInfo(bucket, options);
      return {
        name: info.Name,
        location: info.Location,
        storage_class: info.StorageClass,
        acl: info.AccessControlList.Grant,
        extranet_endpoint: info.ExtranetEndpoint,
        intranet_endpoint: info.IntranetEndpoint,
        cluster_endpoints: spellingsOf([info.IntranetEndpoint, info.ExtranetEndpoint]),
      };
    }
    case 'list': {
      const query = { 'max-keys': 1000, ...(request.prefix === undefined ? {} : { prefix: request.prefix }) };
      const { objects, isTruncated } = await client.list(query, options);
      return {
        // Without any object there is no list at all.
        objects: (objects ?? []).map(({ name, size, lastModified }) => ({ name, size, last_modified: lastModified })),
        is_truncated: isTruncated,
      };
    }
    case 'head': {
      const { res } = await client.head(request.key ?? '', options);
      const headers = res.headers as Record<string, string | undefined>;
      return {
        size: Number(headers['content-length'] ?? 0),
        etag: headers.etag ?? null,
        last_modified: headers['last-modified'] ?? null,
      };
    }
  }
}

/** The client's types leave out the options of this call, and what it gives. */
interface InfoClient {
  readonly getBucketInfo: (name: string, options: { timeout: number }) => Promise<{ readonly bucket: BucketInfo }>;
}

interface BucketInfo {
  readonly Name: string;
  readonly Location: string;
  readonly StorageClass: string;
  readonly AccessControlList: { readonly Grant: string };
  readonly ExtranetEndpoint: string;
  readonly IntranetEndpoint: string;
}

/** A repository's `endpoint` is written with a scheme (in the cloud) or without one (self-managed). */
function spellingsOf(hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => [host, `http://${host}`, `https://${host}`]);
}

/**
 * The 403 for a bucket of another region says at which endpoint it is; the client leaves that out of its error.
 * @returns What gives the endpoint that the newest answer named.
 */
function endpointsSaidBy(client: OSS): () => string | undefined {
  interface Http {
    readonly request: (...args: unknown[]) => Promise<{ readonly status: number; readonly data?: unknown }>;
  }
  const { urllib } = client as OSS & { urllib: Http };
  let endpoint: string | undefined;
  Object.assign(client, {
    urllib: {
      request: async (...args: unknown[]) => {
        endpoint = undefined;
        const result = await urllib.request(...args);
        if (result.status === 403) endpoint = /<Endpoint>([a-z0-9.-]+)<\/Endpoint>/.exec(String(result.data))?.[1];
        return result;
      },
    },
  });
  return () => endpoint;
}

/** An error of OSS is a response with its status; only what is said is taken from the client's object. */
function failureFor(error: unknown, { connection }: OssRequest, endpoint: string | undefined): SendResult {
  const { status, code, message } = error as { status?: number; code?: string; message?: string };
  const type = code ?? 'error';
  if (status === undefined || status <= 0)
    return { kind: 'no-response', sent: 'maybe', cause: 'network', message: `${type}: ${message ?? ''}` };
  const advice = adviceFor(type, endpoint, connection);
  const body = { error: { type, reason: message ?? '' } };
  return { kind: 'response', status, warnings: [], body, ...(advice ? { advice } : {}) };
}

function adviceFor(code: string, endpoint: string | undefined, connection: string): Advice | undefined {
  if (endpoint !== undefined) {
    const region = endpoint.replace(/^oss-|(-internal)?\.aliyuncs\.com$/g, '');
    return { kind: 'other-endpoint', connection, endpoint, region };
  }
  switch (code) {
    case 'NoSuchBucket':
      return { kind: 'check-setting', connection, setting: 'bucket' };
    case 'InvalidArgument':
      return { kind: 'check-setting', connection, setting: 'region' };
    case 'InvalidAccessKeyId':
      return { kind: 'check-secret', connection, setting: 'access_key_id' };
    case 'SignatureDoesNotMatch':
      return { kind: 'check-secret', connection, setting: 'access_key_secret' };
    case 'AccessDenied':
      return { kind: 'needs-permissions', permissions: ['oss:GetBucketInfo', 'oss:ListObjects', 'oss:GetObject'] };
    default:
      return undefined;
  }
}
