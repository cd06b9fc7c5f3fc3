import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnections } from '../../src/connections/index.ts';
import type { OssTarget } from '../../src/kinds/index.ts';
import type { OssRequest } from '../../src/plan/index.ts';
import { accessKey, bucketOf, type ObjectServer, startObjectServer } from '../object-store.ts';

const name = 'runbook-test-bucket';
let server: ObjectServer;

beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.close());
beforeEach(() => {
  const file = (text: string) => ({ bytes: Buffer.from(text), etag: 'E', modified: 0 });
  const objects = new Map([
    ['snapshot/index-0', file('{}')],
    ['snapshot/index.latest', file('0')],
    ['other', file('')],
  ]);
  server.reset(bucketOf(name, { objects }));
});

async function read(request: Omit<OssRequest, 'type' | 'connection'>, more: Partial<OssTarget> = {}) {
  const target: OssTarget = {
    client: 'oss',
    endpoint: server.url,
    region: 'cn-hangzhou',
    bucket: name,
    key: accessKey,
    ...more,
  };
  const connection = await openConnections(new Map([['bucket', target]]));
  const answer = await connection.send({
    effect: 'read',
    request: { type: 'oss', connection: 'bucket', ...request },
    timeout_ms: 5_000,
    opaque_id: 'runbook/r/s',
  });
  // Whatever leaves the module shows no secret (docs/how-servers-behave.md, O2).
  expect(inspect(connection, { depth: 20, showHidden: true }) + JSON.stringify(answer)).not.toContain(accessKey.secret);
  await connection.close();
  return answer;
}

describe('a connection to a bucket', () => {
  it('tells class, region, ACL and every way to write an endpoint for the cluster', async () => {
    const host = new URL(server.url).host;

    expect(await read({ operation: 'bucketInfo' })).toEqual({
      kind: 'response',
      status: 200,
      warnings: [],
      body: {
        name,
        location: 'oss-cn-hangzhou',
        storage_class: 'Standard',
        acl: 'private',
        extranet_endpoint: host,
        intranet_endpoint: host,
        cluster_endpoints: [host, `http://${host}`, `https://${host}`, host, `http://${host}`, `https://${host}`],
      },
    });
  });

  it('lists, and looks at one object', async () => {
    expect(await read({ operation: 'list', prefix: 'snapshot/' })).toMatchObject({
      status: 200,
      body: {
        objects: [
          { name: 'snapshot/index-0', size: 2 },
          { name: 'snapshot/index.latest', size: 1 },
        ],
        is_truncated: false,
      },
    });
    expect(await read({ operation: 'list', prefix: 'nothing/' })).toMatchObject({ body: { objects: [] } });
    expect(await read({ operation: 'head', key: 'snapshot/index-0' })).toMatchObject({
      body: { size: 2, etag: '"E"' },
    });
    expect(await read({ operation: 'head', key: 'nothing' })).toMatchObject({
      status: 404,
      body: { error: { type: 'NoSuchKey' } },
    });
  });

  it('signs with version 4 for the region', async () => {
    expect(await read({ operation: 'bucketInfo' })).toMatchObject({ status: 200 });
    expect(await read({ operation: 'bucketInfo' }, { region: 'cn-beijing' })).toMatchObject({
      status: 403,
      body: { error: { type: 'InvalidArgument' } },
      advice: { kind: 'check-setting', connection: 'bucket', setting: 'region' },
    });
  });

  it('says which setting to change', async () => {
    expect(await read({ operation: 'bucketInfo' }, { bucket: 'not-in-place' })).toMatchObject({
      status: 404,
      body: { error: { type: 'NoSuchBucket' } },
      advice: { kind: 'check-setting', connection: 'bucket', setting: 'bucket' },
    });
    expect(
      await read({ operation: 'bucketInfo' }, { key: { id: 'LTAI-other', secret: accessKey.secret } }),
    ).toMatchObject({
      status: 403,
      body: { error: { type: 'InvalidAccessKeyId' } },
      advice: { kind: 'check-secret', connection: 'bucket', setting: 'access_key_id' },
    });
    expect(await read({ operation: 'bucketInfo' }, { key: { id: accessKey.id, secret: 'another' } })).toMatchObject({
      status: 403,
      body: { error: { type: 'SignatureDoesNotMatch' } },
      advice: { kind: 'check-secret', connection: 'bucket', setting: 'access_key_secret' },
    });
    server.reset(bucketOf(name, { location: 'oss-cn-beijing' }));
    expect(await read({ operation: 'bucketInfo' })).toMatchObject({
      status: 403,
      advice: {
        kind: 'other-endpoint',
        connection: 'bucket',
        endpoint: 'oss-cn-beijing.aliyuncs.com',
        region: 'cn-beijing',
      },
    });
  });

  it('says that nothing listens on that port', async () => {
    expect(await read({ operation: 'bucketInfo' }, { endpoint: 'http://127.0.0.1:1' })).toMatchObject({
      kind: 'no-response',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
