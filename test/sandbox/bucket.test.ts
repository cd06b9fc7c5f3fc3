import OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessKey, bucketOf, type ObjectServer, startObjectServer } from '../object-store.ts';

const name = 'runbook-test-bucket';
let server: ObjectServer;

beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset(bucketOf(name)));

function client(more: Record<string, unknown> = {}): OSS {
  const options = {
    endpoint: server.url,
    bucket: name,
    region: 'oss-cn-hangzhou',
    accessKeyId: accessKey.id,
    accessKeySecret: accessKey.secret,
    sldEnable: true,
    ...more,
  };
  return new OSS(options);
}

const odd = "folder/a b+c&d=e?f%g'(h)!*é.bin";

describe.each([
  ['version 1', { authorizationV4: false }],
  ['version 4', { authorizationV4: true }],
])('the object store, spoken to by ali-oss with signatures of %s', (_version, options) => {
  it('keeps bytes under any key and gives them back', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);

    await client(options).put(odd, bytes);

    const { content } = await client(options).get(odd);
    expect(Buffer.compare(content, bytes)).toBe(0);
    const { res } = await client(options).head(odd);
    expect(res.headers).toMatchObject({ 'content-length': '5', etag: expect.stringMatching(/^"[0-9A-F]{32}"$/) });
  });

  it('lists by prefix, delimiter and marker, page by page', async () => {
    const oss = client(options);
    for (const key of ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'z']) await oss.put(key, Buffer.from(key));

    const flat = await oss.list({ prefix: 'a/', 'max-keys': 3 }, {});
    expect(flat.objects.map((object) => object.name)).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(flat.isTruncated).toBe(true);
    const rest = await oss.list({ prefix: 'a/', marker: flat.nextMarker, 'max-keys': 3 }, {});
    expect(rest.objects.map((object) => object.name)).toEqual(['a/b/4']);
    expect(rest.isTruncated).toBe(false);
    const folders = await oss.list({ prefix: 'a/', delimiter: '/', 'max-keys': 10 }, {});
    expect(folders.objects.map((object) => object.name)).toEqual(['a/1', 'a/2']);
    expect(folders.prefixes).toEqual(['a/b/']);
  });

  it('deletes one and several', async () => {
    const oss = client(options);
    for (const key of ['1', '2', odd]) await oss.put(key, Buffer.from(key));

    await oss.delete('1');
    await oss.deleteMulti(['2', odd], { quiet: true });

    expect([...(server.store().buckets[name]?.objects.keys() ?? [])]).toEqual([]);
    await oss.delete('was-never-there');
  });

  it('tells about the bucket', async () => {
    // Its types do not name it.
    const info = await (
      client(options) as unknown as { getBucketInfo: (name: string) => Promise<unknown> }
    ).getBucketInfo(name);

    expect(info).toMatchObject({
      bucket: { Location: 'oss-cn-hangzhou', StorageClass: 'Standard', AccessControlList: { Grant: 'private' } },
    });
  });

  it('refuses as OSS does: no key, no bucket, another key, another secret, another region', async () => {
    await expect(client(options).get('nothing')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client(options).head('nothing')).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client({ ...options, bucket: 'not-in-place' }).get('x')).rejects.toMatchObject({
      status: 404,
      code: 'NoSuchBucket',
    });
    await expect(client({ ...options, accessKeyId: 'LTAI-other' }).get('x')).rejects.toMatchObject({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
    await expect(client({ ...options, accessKeySecret: 'other-secret' }).get('x')).rejects.toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    server.reset(bucketOf(name, { location: 'oss-cn-beijing' }));
    await expect(client(options).get('x')).rejects.toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});

describe('the object store', () => {
  it('refuses who does not sign, and who signs for another region or another request', async () => {
    expect((await fetch(`${server.url}/${name}/x`)).status).toBe(403);
    await expect(client({ authorizationV4: true, region: 'oss-cn-beijing' }).get('x')).rejects.toMatchObject({
      status: 403,
      code: 'InvalidArgument',
    });
    const oss = client({ authorizationV4: true });
    await oss.put('x', Buffer.from('x'));
    const headers: Record<string, string> = {};
    const spied = client({ authorizationV4: true }) as unknown as {
      urllib: { request: (url: string, params: { headers: Record<string, string> }) => Promise<unknown> };
      get: (key: string) => Promise<unknown>;
    };
    const { urllib } = spied;
    spied.urllib = {
      request: (url, params) => {
        Object.assign(headers, params.headers);
        return urllib.request(url, params);
      },
    };
    await spied.get('x');

    const again = (method: string, path: string) => fetch(`${server.url}/${name}/${path}`, { method, headers });
    expect((await again('GET', 'x')).status).toBe(200);
    expect((await again('GET', 'y')).status).toBe(403);
    expect((await again('DELETE', 'x')).status).toBe(403);
    expect((await again('GET', 'x?prefix=1')).status).toBe(403);
  });

  it('gives a part of an object', async () => {
    const oss = client();
    await oss.put('digits', Buffer.from('0123456789'));
    const { content } = await oss.get('digits', { headers: { Range: 'bytes=2-4' } });
    expect(content.toString()).toBe('234');
  });
});
