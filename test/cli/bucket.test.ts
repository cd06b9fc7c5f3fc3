import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessKey, bucketOf, type ObjectServer, startObjectServer } from '../object-store.ts';
import { filesBelow, runbook, workingDirectory } from '../program.ts';

const name = 'runbook-test-bucket';
let server: ObjectServer;
let directory: string;

beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.close());
beforeEach(() => {
  directory = workingDirectory();
  server.reset(bucketOf(name));
  writeFileSync(
    join(directory, 'look-7.10.yaml'),
    `apiVersion: runbook/v1
name: look
elasticsearch: 7.10.x
title: Look at a bucket
connections: { bucket: { kind: oss } }
steps:
  - { id: objects, on: bucket, oss: list, prefix: snapshot/, expect: { body: { is_truncated: false } }, save: { names: 'objects[].name' } }
  - { id: nothing, on: bucket, oss: head, key: index.latest, expect: { status: 404 } }
`,
  );
});

async function exec(change: Record<string, string> = {}, secret = accessKey.secret, more: Record<string, string> = {}) {
  const settings = { endpoint: server.url, region: 'cn-hangzhou', bucket: name, ...change };
  const fields = Object.entries(settings).map(([key, value]) => `    ${key}: ${value}\n`);
  writeFileSync(
    join(directory, 'lab.yaml'),
    `apiVersion: runbook/v1\nenvironment: lab\nconnections:\n  bucket:\n    kind: oss\n${fields.join('')}    access_key_id: { env: ID }\n    access_key_secret: { env: SECRET }\n`,
  );
  const env = { ID: accessKey.id, SECRET: secret, ...more };
  const ended = await runbook(directory, ['exec', 'look-7.10.yaml', '--env', 'lab.yaml'], env);
  const texts = [ended.stdout, ended.stderr, ...filesBelow(join(directory, '.runbook')).values()];
  expect(texts.filter((text) => text.includes(accessKey.secret))).toEqual([]);
  return ended;
}

describe('a run on a bucket', () => {
  it('reads it once it is the right one', async () => {
    const ended = await exec();

    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
  });

  it('prints no request of a library, whatever DEBUG says', async () => {
    const ended = await exec({}, accessKey.secret, { DEBUG: '*' });

    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe('');
  });

  it.each([
    ['that is public', { acl: 'public-read' }, 'actual    acl: "public-read"', "Set the bucket's ACL to private."],
    ['of another class', { storage_class: 'IA' }, 'actual    storage_class: "IA"', 'Take a bucket of class Standard.'],
    [
      'in another region',
      { location: 'oss-cn-beijing' },
      'actual    status 403',
      'set endpoint of connection "bucket" in the environment file to https://oss-cn-beijing.aliyuncs.com, and its region to cn-beijing.',
    ],
  ] as const)('refuses one %s', async (_what, change, found, fix) => {
    server.reset(bucketOf(name, change));

    const ended = await exec();

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain(found);
    expect(ended.stdout).toContain(fix);
  });

  it('refuses one that is missing, and a wrong key', async () => {
    const missing = await exec({ bucket: 'not-in-place' });
    expect(missing.code).toBe(4);
    expect(missing.stdout).toContain('Check bucket of connection "bucket" in the environment file.');

    const wrong = await exec({}, 'another-secret');
    expect(wrong.code).toBe(4);
    expect(wrong.stdout).toContain(
      'Check what access_key_secret of connection "bucket" in the environment file refers to.',
    );
  });
});
