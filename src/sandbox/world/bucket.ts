/** One object of a bucket. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A bucket and what is in it, sorted by nothing: a listing sorts. */
export interface Bucket {
  readonly name: string;
  /** `oss-cn-hangzhou`. */
  readonly location: string;
  readonly storage_class: 'Standard' | 'IA' | 'Archive';
  readonly acl: 'private' | 'public-read' | 'public-read-write';
  readonly objects: ReadonlyMap<string, StoredObject>;
}

/** One region's object store. */
export interface ObjectStore {
  readonly location: string;
  /** The host names from outside and from inside the VPC, without a scheme. */
  readonly extranet_endpoint: string;
  readonly intranet_endpoint: string;
  readonly buckets: Readonly<Record<string, Bucket>>;
}

/** A request whose signature has been verified. */
export interface ObjectRequest {
  readonly method: string;
  readonly bucket: string;
  /** Empty for a request to the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Of the body: what becomes the object's ETag. */
  readonly digest: string;
  readonly now: number;
}

export interface ObjectAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface Outcome {
  readonly store: ObjectStore;
  readonly answer: ObjectAnswer;
}

/** Answers one request of the OSS protocol: bucketInfo, list, multi-delete, put, get, head and delete of objects. */
export function answerObjectRequest(store: ObjectStore, request: ObjectRequest): Outcome {
  const unchanged = (answer: ObjectAnswer): Outcome => ({ store, answer });
  const bucket = Object.hasOwn(store.buckets, request.bucket) ? store.buckets[request.bucket] : undefined;
  if (!bucket) return unchanged(noSuchBucket(request.bucket));
  if (bucket.location !== store.location) return unchanged(elsewhere(bucket));
  const changed = (objects: ReadonlyMap<string, StoredObject>, answer: ObjectAnswer): Outcome => ({
    store: withObjects(store, bucket, objects),
    answer,
  });
  if (request.key === '') {
    if (request.method === 'GET' && request.query.has('bucketInfo')) return unchanged(infoOf(bucket, store));
    if (request.method === 'GET') return unchanged(listing(bucket, request.query));
    if (request.method === 'POST' && request.query.has('delete')) return deleteSeveral(bucket, request, changed);
    return unchanged(notImplemented());
  }
  const object = bucket.objects.get(request.key);
  switch (request.method) {
    case 'PUT': {
      if (object && request.headers['x-oss-forbid-overwrite'] === 'true')
        return unchanged(
          objectError(409, 'FileAlreadyExists', 'The object you specified already exists and can not be overwritten.'),
        );
      const stored = { bytes: request.body, etag: request.digest, modified: request.now };
      const answer = { status: 200, headers: { etag: `"${request.digest}"` }, body: '' };
      return changed(new Map(bucket.objects).set(request.key, stored), answer);
    }
    case 'GET':
    case 'HEAD':
      return unchanged(object ? contentOf(object, request) : noSuchKey(request.key));
    case 'DELETE':
      return changed(without(bucket.objects, [request.key]), { status: 204, headers: {}, body: '' });
    default:
      return unchanged(notImplemented());
  }
}

export function withObjects(store: ObjectStore, bucket: Bucket, objects: Bucket['objects']): ObjectStore {
  return { ...store, buckets: { ...store.buckets, [bucket.name]: { ...bucket, objects } } };
}

/** An error as OSS gives it. */
export function objectError(status: number, code: string, message: string, more = ''): ObjectAnswer {
  const body = xml(
    `<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>0000000000000000</RequestId>${more}</Error>`,
  );
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function noSuchBucket(name: string): ObjectAnswer {
  const more = `<BucketName>${escaped(name)}</BucketName>`;
  return objectError(404, 'NoSuchBucket', 'The specified bucket does not exist.', more);
}

/** A bucket of another region answers 403 and says where it is. */
function elsewhere({ name, location }: Bucket): ObjectAnswer {
  return objectError(
    403,
    'AccessDenied',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    `<Bucket>${name}</Bucket><Endpoint>${location}.aliyuncs.com</Endpoint>`,
  );
}

function noSuchKey(key: string): ObjectAnswer {
  return objectError(404, 'NoSuchKey', 'The specified key does not exist.', `<Key>${escaped(key)}</Key>`);
}

function notImplemented(): ObjectAnswer {
  return objectError(501, 'NotImplemented', 'This server does not answer requests of this kind.');
}

function infoOf({ name, location, storage_class, acl }: Bucket, store: ObjectStore): ObjectAnswer {
  return xmlAnswer(`<BucketInfo><Bucket>
    <CreationDate>2024-01-01T00:00:00.000Z</CreationDate>
    <ExtranetEndpoint>${store.extranet_endpoint}</ExtranetEndpoint>
    <IntranetEndpoint>${store.intranet_endpoint}</IntranetEndpoint>
    <Location>${location}</Location><Name>${name}</Name><StorageClass>${storage_class}</StorageClass>
    <Owner><DisplayName>owner</DisplayName><ID>owner</ID></Owner>
    <AccessControlList><Grant>${acl}</Grant></AccessControlList>
  </Bucket></BucketInfo>`);
}

const largestPage = 1000;

function listing({ name, objects }: Bucket, query: ReadonlyMap<string, string>): ObjectAnswer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const isUrlEncoded = query.get('encoding-type') === 'url';
  const size = Math.min(Number(query.get('max-keys') ?? 100), largestPage);
  const text = (value: string) => escaped(isUrlEncoded ? encodeURIComponent(value) : value);
  const contents: string[] = [];
  const prefixes = new Set<string>();
  let last = '';
  let isTruncated = false;
  for (const [key, object] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    const entry = common ?? key;
    if (entry <= marker || (common !== undefined && prefixes.has(common))) continue;
    if (contents.length + prefixes.size >= size) {
      isTruncated = true;
      break;
    }
    last = entry;
    if (common !== undefined) prefixes.add(common);
    else
      contents.push(
        `<Contents><Key>${text(key)}</Key><LastModified>${new Date(object.modified).toISOString()}</LastModified><ETag>"${object.etag}"</ETag><Type>Normal</Type><Size>${object.bytes.length}</Size><StorageClass>Standard</StorageClass><Owner><ID>owner</ID><DisplayName>owner</DisplayName></Owner></Contents>`,
      );
  }
  return xmlAnswer(`<ListBucketResult><Name>${name}</Name><Prefix>${text(prefix)}</Prefix><Marker>${text(marker)}</Marker><MaxKeys>${size}</MaxKeys><Delimiter>${text(delimiter)}</Delimiter>${isUrlEncoded ? '<EncodingType>url</EncodingType>' : ''}
    <IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? `<NextMarker>${text(last)}</NextMarker>` : ''}
    ${contents.join('')}
    ${[...prefixes].map((common) => `<CommonPrefixes><Prefix>${text(common)}</Prefix></CommonPrefixes>`).join('')}
  </ListBucketResult>`);
}

function contentOf(object: StoredObject, { method, headers }: ObjectRequest): ObjectAnswer {
  const common = {
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    'x-oss-object-type': 'Normal',
    'content-type': 'application/octet-stream',
  };
  const size = object.bytes.length;
  if (method === 'HEAD') return { status: 200, headers: { ...common, 'content-length': String(size) }, body: '' };
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (from === '' || Number(from) >= size) return { status: 200, headers: common, body: object.bytes };
  const end = Math.min(to === '' ? size - 1 : Number(to), size - 1);
  const range = { 'content-range': `bytes ${from}-${end}/${size}` };
  return { status: 206, headers: { ...common, ...range }, body: object.bytes.slice(Number(from), end + 1) };
}

function deleteSeveral(
  bucket: Bucket,
  { body }: ObjectRequest,
  changed: (objects: ReadonlyMap<string, StoredObject>, answer: ObjectAnswer) => Outcome,
): Outcome {
  const text = new TextDecoder().decode(body);
  const keys = [...text.matchAll(/<Key>([\s\S]*?)<\/Key>/g)].map(([, key = '']) => unescaped(key));
  const isQuiet = /<Quiet>\s*true\s*<\/Quiet>/i.test(text);
  const deleted = isQuiet ? '' : keys.map((key) => `<Deleted><Key>${escaped(key)}</Key></Deleted>`).join('');
  return changed(without(bucket.objects, keys), xmlAnswer(`<DeleteResult>${deleted}</DeleteResult>`));
}

function without(objects: ReadonlyMap<string, StoredObject>, keys: readonly string[]): Map<string, StoredObject> {
  const left = new Map(objects);
  for (const key of keys) left.delete(key);
  return left;
}

function xmlAnswer(content: string): ObjectAnswer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(content) };
}

function xml(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character as keyof typeof entities]);
}

function unescaped(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_all, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
