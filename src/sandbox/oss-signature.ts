import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a request that its signature covers. Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly bucket: string;
  /** Decoded; empty for a request to the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export type Verdict = 'valid' | 'unsigned' | 'unknown-key' | 'wrong-signature' | 'wrong-region';

/**
 * Returns whether a request is signed with the key, by version 1 (`OSS id:signature`) or 4 (`OSS4-HMAC-SHA256 …`).
 * @param region The region that a version 4 signature must be for, without `oss-`: `cn-hangzhou`.
 * Source: Alibaba Cloud OSS, "Include signatures in the Authorization header" (V1) and "(V4)".
 */
export function verdictOn(request: SignedRequest, key: AccessKey, region: string): Verdict {
  const { authorization = '' } = request.headers;
  if (authorization.startsWith('OSS ')) return verdictOnV1(request, authorization.slice('OSS '.length), key);
  if (authorization.startsWith('OSS4-HMAC-SHA256 ')) return verdictOnV4(request, authorization, key, region);
  return 'unsigned';
}

function verdictOnV1(request: SignedRequest, authorization: string, { id, secret }: AccessKey): Verdict {
  const colon = authorization.lastIndexOf(':');
  if (authorization.slice(0, colon) !== id) return 'unknown-key';
  const { method, headers } = request;
  const text = [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers['x-oss-date'] ?? headers.date ?? '',
    ...ossHeaders(headers).map((name) => `${name}:${headers[name]?.trim()}`),
    resourceOf(request),
  ].join('\n');
  const expected = createHmac('sha1', secret).update(text).digest('base64');
  return isSame(authorization.slice(colon + 1), expected) ? 'valid' : 'wrong-signature';
}

/** The query parameters that are part of a version 1 signature, as far as this server answers them. */
const signedParameters = new Set(['acl', 'bucketInfo', 'delete', 'objectMeta', 'security-token', 'continuation-token']);

function resourceOf({ bucket, key, query }: SignedRequest): string {
  const signed = [...query].filter(([name]) => signedParameters.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = signed.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  return `/${bucket === '' ? '' : `${bucket}/`}${key}${parameters === '' ? '' : `?${parameters}`}`;
}

function verdictOnV4(
  request: SignedRequest,
  authorization: string,
  { id, secret }: AccessKey,
  region: string,
): Verdict {
  const field = (name: string) => new RegExp(`${name}=([^,]*)`).exec(authorization)?.[1] ?? '';
  const [credentialId = '', date = '', credentialRegion = ''] = field('Credential').split('/');
  if (credentialId !== id) return 'unknown-key';
  if (credentialRegion !== region) return 'wrong-region';
  const scope = `${date}/${region}/oss/aliyun_v4_request`;
  const additional = field('AdditionalHeaders');
  const canonical = canonicalRequest(request, additional === '' ? [] : additional.split(';'));
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = `OSS4-HMAC-SHA256\n${request.headers['x-oss-date'] ?? ''}\n${scope}\n${digest}`;
  const signingKey = [date, region, 'oss', 'aliyun_v4_request'].reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `aliyun_v4${secret}`,
  );
  const expected = createHmac('sha256', signingKey).update(text).digest('hex');
  return isSame(field('Signature'), expected) ? 'valid' : 'wrong-signature';
}

function canonicalRequest({ method, bucket, key, query, headers }: SignedRequest, additional: string[]): string {
  const path = encoded(`/${bucket === '' ? '' : `${bucket}/`}${key}`).replaceAll('%2F', '/');
  const parameters = [...query]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const always = ['content-type', 'content-md5'].filter((name) => headers[name] !== undefined);
  const names = [...new Set([...always, ...ossHeaders(headers), ...additional])].sort();
  const lines = names.map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`).join('');
  const payload = headers['x-oss-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  return [method, path, parameters, lines, additional.join(';'), payload].join('\n');
}

function ossHeaders(headers: SignedRequest['headers']): string[] {
  return Object.keys(headers)
    .filter((name) => name.startsWith('x-oss-'))
    .sort();
}

/** As RFC 3986 has it: `encodeURIComponent` leaves five more characters as they are. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
