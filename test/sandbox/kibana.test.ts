import { afterEach, describe, expect, it } from 'vitest';
import { bucketName, logins, releases, restartPath, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { accessKey } from '../../src/sandbox/world/seeds.ts';

let sandbox: Sandbox;
afterEach(() => sandbox.close());

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const superuser = basic(logins.file.username, logins.file.password);

async function send(url: string, method: string, path: string, body?: unknown, authorization = superuser) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization, 'kbn-xsrf': 'true', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** The titles of the visualizations that a Kibana finds, or its answer where it finds none. */
async function found(url: string) {
  const { status, body } = await send(url, 'GET', '/api/saved_objects/_find?type=visualization&per_page=100');
  if (status !== 200) return { status, body };
  return body.saved_objects.map(({ attributes }: { attributes: { title: string } }) => attributes.title);
}

/** Replaces the Kibana indices of the destination with those of the source. */
async function restoreKibana(): Promise<void> {
  const { source, destination, bucket } = sandbox.urls;
  const { id, secret } = accessKey;
  const settings = { endpoint: bucket, access_key_id: id, secret_access_key: secret, bucket: bucketName };
  const isSeven = sandbox.versions.source.startsWith('7.');
  const wanted = isSeven
    ? { indices: '.kibana*', include_global_state: false }
    : { indices: '-*', feature_states: ['kibana'], include_global_state: false };
  await send(source, 'PUT', '/_snapshot/r', { type: 'oss', settings });
  await send(source, 'PUT', '/_snapshot/r/s?wait_for_completion=true', wanted);
  await send(destination, 'PUT', '/_snapshot/r', { type: 'oss', settings: { ...settings, readonly: true } });
  if (isSeven) await send(destination, 'POST', '/.kibana*/_close');
  const { body } = await send(destination, 'POST', '/_snapshot/r/s/_restore?wait_for_completion=true', wanted);
  expect(body.snapshot.shards).toMatchObject({ failed: 0 });
}

const sandboxOf = async (version: keyof typeof releases) => {
  sandbox = await startSandbox({ source: releases[version], destination: releases[version] });
};

describe.each(['7.10', '8.5', '8.19', '9.5'] as const)('the Kibana of a sandbox of %s', (version) => {
  it('M3: is stale once its indices were restored, says why in the message, and is right again after a restart', async () => {
    await sandboxOf(version);
    const kibana = sandbox.urls.destination_kibana;
    expect(await found(kibana)).toEqual(['Of the destination']);

    await restoreKibana();

    const stale = { statusCode: 500, error: 'Internal Server Error', message: expect.stringMatching(/./) };
    expect(await found(kibana)).toEqual({ status: 500, body: stale });
    expect((await send(kibana, 'GET', '/api/status')).status).toBe(200);
    // The other one has nothing to do with it.
    expect(await found(sandbox.urls.source_kibana)).toContain('[Flights] Delay Type');

    expect((await send(kibana, 'POST', restartPath)).status).toBe(204);
    expect(await found(kibana)).toContain('[Flights] Delay Type');
    expect(await found(kibana)).not.toContain('Of the destination');
  });

  it('writes as its own user for those who may use it, and for nobody else', async () => {
    await sandboxOf(version);
    const kibana = sandbox.urls.source_kibana;
    const path = '/api/sample_data/flights';
    expect((await send(kibana, 'DELETE', path)).status).toBe(204);
    expect((await send(kibana, 'POST', path)).status).toBe(200);
    expect(await found(kibana)).toContain('[Flights] Delay Type');
    const query = '/api/saved_objects/_find?type=visualization';
    expect((await send(kibana, 'GET', query, undefined, basic('kara', logins.kara))).status).toBe(403);
    expect((await send(kibana, 'GET', query, undefined, basic('kara', 'wrong'))).status).toBe(401);
  });
});
