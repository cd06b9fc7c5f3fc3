import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AccessKey, type SignedRequest, type Verdict, verdictOn } from './oss-signature.ts';
import { answerObjectRequest, type ObjectAnswer, type ObjectStore, objectError } from './world/bucket.ts';

/** Access to a store, and the key whose signatures are valid. */
export interface StoreAccess {
  readonly key: AccessKey;
  readonly now: () => number;
  readonly store: () => ObjectStore;
  readonly replace: (store: ObjectStore) => void;
}

/**
 * Answers an HTTP request of the OSS protocol, its signature verified first. The bucket stands in the path
 * (`/bucket/key`), as SDKs write it where the endpoint is an IP address.
 */
export function serveObjects(access: StoreAccess, incoming: IncomingMessage, body: Uint8Array): ObjectAnswer {
  const request = requestOf(incoming);
  const store = access.store();
  const verdict = verdictOn(request, access.key, store.location.replace(/^oss-/, ''));
  if (verdict !== 'valid') return refusal(verdict);
  const digest = createHash('md5').update(body).digest('hex').toUpperCase();
  const { store: after, answer } = answerObjectRequest(store, { ...request, body, digest, now: access.now() });
  access.replace(after);
  return answer;
}

function requestOf({ url = '/', method = 'GET', headers }: IncomingMessage): SignedRequest {
  const { pathname, searchParams } = new URL(url, 'http://object-store');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(decodeURIComponent(pathname)) ?? [];
  const single = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { method, bucket, key, query: new Map(searchParams), headers: Object.fromEntries(single) };
}

function refusal(verdict: Exclude<Verdict, 'valid'>): ObjectAnswer {
  switch (verdict) {
    case 'unsigned':
      return objectError(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.');
    case 'unknown-key':
      return objectError(
        403,
        'InvalidAccessKeyId',
        'The OSS Access Key Id you provided does not exist in our records.',
      );
    case 'wrong-signature':
      return objectError(
        403,
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
    case 'wrong-region':
      return objectError(403, 'InvalidArgument', 'Invalid signing region in Authorization header.');
  }
}
