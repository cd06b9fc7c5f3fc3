import { isIP } from 'node:net';
import OSS from 'ali-oss';
import type { Advice, NoResponse, SendResult } from '../engine/index.ts';
import type { OssTarget } from '../kinds/index.ts';
import type { OssRequest } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { Connection } from './connection.ts';
import { sendOnce, type WireResponse } from './wire.ts';

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
  return {
    send: async ({ request, timeout_ms }) => {
      if (request.type !== 'oss') return { kind: 'no-response', sent: 'no', cause: 'wrong-kind' };
      const wire = wireFor(timeout_ms);
      // It may hand in its own HTTP client: that of this program ends in time, and leaves no socket behind.
      const client = new OSS({ ...options, urllib: wire } as OSS.Options);
      try {
        const body = await read(client, bucket, request);
        return { kind: 'response', status: 200, warnings: [], body };
      } catch (error) {
        return failureFor(error, request, wire.result());
      }
    },
    close: async () => undefined,
  };
}

/** An HTTP client as ali-oss wants one, for one operation. */
interface Wire {
  readonly request: (url: string, parameters: WireParameters) => Promise<unknown>;
  /** Returns what came of its newest request. */
  readonly result: () => WireResponse | NoResponse | undefined;
}

interface WireParameters {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

function wireFor(timeout_ms: number): Wire {
  let result: WireResponse | NoResponse | undefined;
  return {
    result: () => result,
    request: async (url, { method, headers }) => {
      const { pathname, search } = new URL(url);
      const path = `${pathname}${search}`;
      result = await sendOnce(
        { url: new URL(url), method, path, headers: { ...headers }, timeout_ms },
        undefined,
        'read',
      );
      // Its caller reads the result: what the client makes of an error does not count.
      if (result.kind === 'no-response' || result.unreadable)
        throw Object.assign(new Error('no response'), { status: -1 });
      const { status, headers: received, body } = result;
      return { status, headers: received, data: body, res: { status, statusCode: status, headers: received } };
    },
  };
}

async function read(client: OSS, bucket: string, request: OssRequest): Promise<Json> {
  switch (request.operation) {
    case 'bucketInfo': {
      const { bucket: info } = await (client as OSS & InfoClient).getBucketInfo(bucket);
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
      const { objects, isTruncated } = await client.list(query, {});
      return {
        // Without any object there is no list at all.
        objects: (objects ?? []).map(({ name, size, lastModified }) => ({ name, size, last_modified: lastModified })),
        is_truncated: isTruncated,
      };
    }
    case 'head': {
      const { res } = await client.head(request.key ?? '');
      const headers = res.headers as Record<string, string | undefined>;
      return {
        size: Number(headers['content-length'] ?? 0),
        etag: headers.etag ?? null,
        last_modified: headers['last-modified'] ?? null,
      };
    }
  }
}

/** The client's types leave out what this call gives. */
interface InfoClient {
  readonly getBucketInfo: (name: string) => Promise<{ readonly bucket: BucketInfo }>;
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

/** An error of OSS is a response with its status; only what is said is taken from the client's object. */
function failureFor(
  error: unknown,
  { connection }: OssRequest,
  result: WireResponse | NoResponse | undefined,
): SendResult {
  const { code, message = '' } = error as { code?: string; message?: string };
  // Nothing was asked: the client has refused the call.
  if (!result) return { kind: 'no-response', sent: 'no', cause: 'unsendable', message };
  if (result.kind === 'no-response') return result;
  const { status, unreadable } = result;
  if (unreadable) return { kind: 'response', status, warnings: [], body: null, unreadable };
  // Not what OSS says in such a response.
  if (status < 300) return { kind: 'no-response', sent: 'maybe', cause: 'not-oss' };
  const type = code ?? 'error';
  const advice = adviceFor(type, endpointIn(result), connection);
  const body = { error: { type, reason: message } };
  return { kind: 'response', status, warnings: [], body, ...(advice ? { advice } : {}) };
}

/** The 403 for a bucket of another region says at which endpoint it is; the client leaves that out of its error. */
function endpointIn({ status, body }: WireResponse): string | undefined {
  return status === 403 ? /<Endpoint>([a-z0-9.-]+)<\/Endpoint>/.exec(body.toString())?.[1] : undefined;
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
