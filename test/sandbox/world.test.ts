import { describe, expect, it } from 'vitest';
import { answerClusterRequest } from '../../src/sandbox/world/cluster.ts';
import { withForeignRestore } from '../../src/sandbox/world/foreign-restore.ts';
import { accessKey, bucketName, logins, seededWorld } from '../../src/sandbox/world/seeds.ts';
import { type Cluster, type World, withCluster } from '../../src/sandbox/world/state.ts';

const beginning = Date.UTC(2026, 0, 1, 12);
const seeded = () => seededWorld({ source: '7.10.2', destination: '9.5.3' }, 'objects:9000', beginning);

/** The world after `METHOD /path`, and the answer. */
function called(world: World, cluster: string, call: string, body?: unknown, now = beginning) {
  const [method = '', url = ''] = call.split(' ');
  const { pathname, searchParams } = new URL(url, 'http://world');
  return answerClusterRequest(world, cluster, {
    method,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: {
      authorization: `Basic ${Buffer.from(`${logins.file.username}:${logins.file.password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? '' : JSON.stringify(body),
    now,
  });
}

const repository = {
  type: 'oss',
  settings: {
    endpoint: 'http://objects:9000',
    access_key_id: accessKey.id,
    secret_access_key: accessKey.secret,
    bucket: bucketName,
  },
};
const calls: readonly (readonly [call: string, body?: unknown])[] = [
  ['PUT /_security/user/ada', { password: 'a-password-1', roles: ['superuser'] }],
  ['POST /_security/api_key', { name: 'ci' }],
  ['PUT /_security/role/reader', { cluster: ['monitor'] }],
  ['PUT /locks', { settings: { 'index.hidden': true } }],
  ['PUT /locks/_doc/1', { a: 1 }],
  ['PUT /_snapshot/r', repository],
  ['PUT /_snapshot/r/s', { indices: '*' }],
  ['GET /_cat/indices'],
];

function worldAfter(world: World) {
  return calls.reduce((state, [call, body]) => called(state, 'destination', call, body).world, world);
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!ArrayBuffer.isView(value)) Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return value;
}

describe('the world of the sandbox', () => {
  it('is a function of the calls: the same ones give the same world, and change nothing of the one before', () => {
    const world = frozen(seeded());
    expect(worldAfter(world)).toEqual(worldAfter(seeded()));
    expect(world).toEqual(seeded());
  });

  it('has the version of each of its clusters', () => {
    expect(called(seeded(), 'source', 'GET /').answer.body).toMatchObject({ version: { number: '7.10.2' } });
    expect(called(seeded(), 'destination', 'GET /').answer.body).toMatchObject({ version: { number: '9.5.3' } });
  });

  it('M4: holds a restore of somebody else that never ends, in the state of the cluster and among its recoveries', () => {
    const destination = seeded().clusters.destination as Cluster;
    const world = withCluster(seeded(), withForeignRestore(destination, beginning));
    const never = beginning + 1e12;
    const { body } = called(world, 'destination', 'GET /_cluster/state?filter_path=restore', undefined, never).answer;
    expect(body).toMatchObject({ restore: { snapshots: [{ repository: 'somebody-elses', snapshot: 'nightly' }] } });
    const recovery = called(world, 'destination', 'GET /_recovery', undefined, never).answer.body;
    expect(recovery).toMatchObject({ 'somebody-elses-logs': { shards: [{ type: 'SNAPSHOT', stage: 'INDEX' }] } });
  });

  it('forgets the verified password of a reserved user after 20 minutes', () => {
    const authorization = `Basic ${Buffer.from(`elastic:${logins.elasticAtSource}`).toString('base64')}`;
    const ask = (world: World, now: number) =>
      answerClusterRequest(world, 'source', {
        method: 'GET',
        path: '/_security/_authenticate',
        query: {},
        headers: { authorization },
        body: '',
        now,
      });
    const known = ask(seeded(), beginning);
    expect(known.answer.status).toBe(200);
    const closed = called(known.world, 'source', 'POST /.security-7/_close').world;
    expect(ask(closed, beginning + 19 * 60_000).answer.status).toBe(200);
    expect(ask(closed, beginning + 21 * 60_000).answer.status).toBe(401);
  });
});

describe('a snapshot and a restore in progress', () => {
  type Shard = { stage: string; type: string; index: { size: Record<string, number> } };
  const sum = (shards: readonly Shard[], name: string) =>
    shards.reduce((total, { index }) => total + (index.size[name] ?? 0), 0);

  it('are as far as their time is, and at the end all of it', () => {
    let world = called(seeded(), 'source', 'PUT /_snapshot/r', repository).world;
    world = called(world, 'source', 'PUT /_snapshot/r/s', { indices: '.kibana*,.security*' }).world;
    const status = (after: number) => {
      const { body } = called(world, 'source', 'GET /_snapshot/r/s/_status', undefined, beginning + after).answer;
      return (body as { snapshots: Record<string, Record<string, Record<string, number>>>[] }).snapshots[0] ?? {};
    };
    const parts = [0, 200, 500, 699].map((after) => status(after).stats?.processed?.size_in_bytes ?? -1);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(new Set(parts).size).toBe(4);
    expect(status(0)).toMatchObject({ state: 'STARTED', shards_stats: { done: 0, failed: 0, initializing: 0 } });
    const whole = status(700);
    expect(whole).toMatchObject({ state: 'SUCCESS', stats: { incremental: whole.stats?.total } });
    expect(whole.stats).not.toHaveProperty('processed');
    expect(whole.shards_stats?.done).toBe(whole.shards_stats?.total);

    world = called(world, 'source', 'DELETE /.kibana_1', undefined, beginning + 1_000).world;
    world = called(world, 'source', 'POST /_snapshot/r/s/_restore', { indices: '.kibana_1' }, beginning + 1_000).world;
    const recovery = (after: number) => {
      const { body } = called(world, 'source', 'GET /.kibana_1/_recovery', undefined, beginning + 1_000 + after).answer;
      return (body as Record<string, { shards: Shard[] }>)['.kibana_1']?.shards ?? [];
    };
    expect(sum(recovery(0), 'recovered_in_bytes')).toBe(0);
    const half = recovery(350);
    expect(sum(half, 'recovered_in_bytes')).toBe(Math.floor(sum(half, 'total_in_bytes') / 2));
    expect(half.map(({ stage }) => stage)).toContain('INDEX');
    const all = recovery(700);
    expect(new Set(all.map(({ stage, type }) => `${type} ${stage}`))).toEqual(new Set(['SNAPSHOT DONE']));
    const saved = whole.indices?.['.kibana_1'] as unknown as { stats: { total: { size_in_bytes: number } } };
    expect(sum(all, 'recovered_in_bytes')).toBe(saved.stats.total.size_in_bytes);
  });
});
