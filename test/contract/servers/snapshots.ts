import { expect, it } from 'vitest';
import { progressOf } from '../progress.ts';
import type { Stage } from './stage.ts';

/** Snapshots, and how they are reported. */
export function snapshots({
  hasFeatures,
  kibanaIndices,
  version,
  source,
  destination,
  send,
  register,
  snapshot,
  restore,
  isEmptySuccess,
  carried,
}: Stage): void {
  const isKibanas = (indices: string[]) => indices.toSorted().join() === kibanaIndices.join();

  it('I6: an index that is restored is another one: by its uuid where it was deleted, by its history where it was closed', async () => {
    const settings = { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' } };
    const idOf = async () => {
      const { body } = await send(source, 'GET /runbook-locks/_settings');
      const { uuid, history } = body['runbook-locks'].settings.index;
      return { uuid, history: history?.uuid };
    };
    expect(await send(source, 'GET /runbook-locks/_settings')).toMatchObject({ status: 404 });
    expect((await send(source, 'PUT /runbook-locks', { settings })).status).toBe(200);
    const first = await idOf();
    expect(first).toEqual({ uuid: expect.any(String), history: undefined });
    await send(source, 'PUT /runbook-locks/_doc/cluster', { run: 'a' });
    expect(await idOf()).toEqual(first);
    await register(source, 'r', 'a');
    await snapshot(source, 'r', 's', { indices: 'runbook-locks', include_global_state: false });

    await send(source, 'DELETE /runbook-locks');
    await restore(source, 'r', 's', { indices: 'runbook-locks' });
    const restored = await idOf();
    expect(restored.uuid).not.toBe(first.uuid);
    expect(await send(source, 'GET /runbook-locks/_doc/cluster')).toMatchObject({
      body: { _seq_no: 0, _primary_term: 1, _source: { run: 'a' } },
    });

    await send(source, 'POST /runbook-locks/_close');
    await restore(source, 'r', 's', { indices: 'runbook-locks' });
    const again = await idOf();
    expect(again).toEqual({ uuid: restored.uuid, history: expect.any(String) });
    const path = '/runbook-locks/_doc/cluster?if_seq_no=0&if_primary_term=1';
    expect((await send(source, `PUT ${path}`, { run: 'b' })).status).toBe(200);
    expect(await send(source, `PUT ${path}`, { run: 'c' })).toMatchObject({ status: 409 });
  });

  it('S2: the same name again is a 400, and a name is in lower case', async () => {
    await register(source, 'r', 'a');
    await snapshot(source, 'r', 's', { indices: '-*' });
    const again = await snapshot(source, 'r', 's', { indices: '-*' });
    const inUse = version === '7.10' ? 'invalid_snapshot_name_exception' : 'snapshot_name_already_in_use_exception';
    expect(again).toMatchObject({ status: 400, error: inUse });
    expect(again.reason).toContain('snapshot with the same name already exists');
    expect(await snapshot(source, 'r', 'Upper', {})).toMatchObject({
      status: 400,
      error: 'invalid_snapshot_name_exception',
    });
  });

  it('S3: without waiting the answer says only that it is accepted', async () => {
    await register(source, 'r', 'a');
    expect((await send(source, 'PUT /_snapshot/r/s', { metadata: { run: 'r1' } })).body).toEqual({
      accepted: true,
    });
    await expect
      .poll(async () => (await send(source, 'GET /_snapshot/r/s')).body.snapshots[0].state, { timeout: 20_000 })
      .toBe('SUCCESS');
    const { body } = await send(source, 'GET /_snapshot/r/s');
    expect(body.snapshots[0]).toMatchObject({ snapshot: 's', metadata: { run: 'r1' }, failures: [] });
    expect(body.snapshots[0].shards.total).toBeGreaterThan(0);
    const status = await send(source, 'GET /_snapshot/r/s/_status');
    expect(status.body.snapshots[0]).toMatchObject({ state: 'SUCCESS' });
    expect((await send(source, 'DELETE /_snapshot/r/s')).body).toEqual({ acknowledged: true });
    expect((await send(source, 'GET /_snapshot/r/s')).status).toBe(404);
  });

  it('S5: a status counts shards and bytes, never more than there are, and at the end all of them', async () => {
    const far = progressOf(`source-snapshot-${version === '7.10' ? '7.10' : '8.5'}`, 'complete');
    await send(source, 'PUT /two', { settings: { number_of_shards: 2, number_of_replicas: 0 } });
    for (let document = 0; document < 20; document++) await send(source, `PUT /two/_doc/${document}?refresh=true`, {});
    await register(source, 'r', 'a');
    await send(source, 'PUT /_snapshot/r/s', { indices: 'two', include_global_state: false });
    const seen: ReturnType<typeof far>[] = [];
    await expect
      .poll(
        async () => {
          seen.push(far((await send(source, 'GET /_snapshot/r/s/_status')).body));
          return (await send(source, 'GET /_snapshot/r/s')).body.snapshots[0].state;
        },
        { timeout: 20_000 },
      )
      .toBe('SUCCESS');
    for (const { shards, bytes } of seen) {
      expect(shards?.total).toBe(2);
      expect(Number(shards?.done)).toBeLessThanOrEqual(2);
      expect(Number(bytes?.done)).toBeLessThanOrEqual(Number(bytes?.total ?? Number.POSITIVE_INFINITY));
    }
    const { body } = await send(source, 'GET /_snapshot/r/s/_status');
    const { shards, bytes } = far(body);
    expect(shards).toEqual({ done: 2, total: 2 });
    expect(bytes?.total).toBeGreaterThan(0);
    expect(bytes?.done).toBe(bytes?.total);
    const { two } = body.snapshots[0].indices;
    expect(two.shards_stats).toEqual({ initializing: 0, started: 0, finalizing: 0, done: 2, failed: 0, total: 2 });
    expect(two.stats).not.toHaveProperty('processed');
    expect(two.shards['0']).toMatchObject({ stage: 'DONE', stats: { total: { size_in_bytes: expect.any(Number) } } });
    await send(source, 'DELETE /two');
  });

  if (version === '7.10') {
    it('S1: SUCCESS and empty: nothing matched, "-*", features, a closed index', async () => {
      await register(source, 'r', 'a');
      isEmptySuccess(await snapshot(source, 'r', 's1', { indices: '.nothing*,.nor-this', ignore_unavailable: true }));
      isEmptySuccess(await snapshot(source, 'r', 's2', { indices: '-*', include_global_state: true }));
      isEmptySuccess(await snapshot(source, 'r', 's3', { indices: '-*', feature_states: ['security'] }));
      await send(source, 'POST /.kibana_1/_close');
      isEmptySuccess(await snapshot(source, 'r', 's4', { indices: '.kibana_1*', ignore_unavailable: true }));
      // By its name a closed index is taken.
      const named = await snapshot(source, 'r', 's5', { indices: '.kibana_1' });
      expect(named.body.snapshot).toMatchObject({ indices: ['.kibana_1'], shards: { total: 1 } });
      expect(await snapshot(source, 'r', 's6', { indices: '.nothing' })).toMatchObject({ status: 404 });
    });

    it('S1: features are no path and no parameter of a restore', async () => {
      expect(await send(source, 'GET /_features')).toMatchObject({
        status: 400,
        error: 'invalid_index_name_exception',
      });
      await carried({ indices: '.kibana*' });
      expect(await restore(destination, 'r', 's', { indices: 'x', feature_states: ['security'] })).toMatchObject({
        status: 400,
        error: 'illegal_argument_exception',
      });
      expect(await send(destination, 'POST /_snapshot/r/s/_restore?feature_states=security', {})).toMatchObject({
        status: 400,
        error: 'illegal_argument_exception',
      });
    });
  }

  if (hasFeatures) {
    it('S1: SUCCESS and empty: a mistyped feature, patterns without global state, "none"', async () => {
      const { body } = await send(source, 'GET /_features');
      expect(body.features.map((one: { name: string }) => one.name)).toEqual(
        expect.arrayContaining(['tasks', 'kibana', 'security']),
      );
      await register(source, 'r', 'a');
      isEmptySuccess(await snapshot(source, 'r', 's5', { indices: '-*', feature_states: ['securty'] }));
      isEmptySuccess(
        await snapshot(source, 'r', 's6', {
          indices: '.kibana*,.security*',
          ignore_unavailable: true,
          include_global_state: false,
        }),
      );
      isEmptySuccess(
        await snapshot(source, 'r', 's7', { indices: '-*', include_global_state: true, feature_states: ['none'] }),
      );
      expect(await snapshot(source, 'r', 's8', { indices: '.security-7', include_global_state: false })).toMatchObject({
        status: 400,
        error: 'illegal_argument_exception',
      });
    });

    it('S4: a snapshot of features says which indices each has', async () => {
      await register(source, 'r', 'a');
      const { body } = await snapshot(source, 'r', 's', {
        indices: '-*',
        feature_states: ['security', 'kibana'],
        include_global_state: true,
      });
      expect(body.snapshot.indices.toSorted()).toEqual([...kibanaIndices, '.security-7']);
      expect(body.snapshot.feature_states).toEqual(
        expect.arrayContaining([
          { feature_name: 'kibana', indices: expect.toSatisfy(isKibanas) },
          { feature_name: 'security', indices: ['.security-7'] },
        ]),
      );
      // Without naming any, the global state brings them all.
      const all = await snapshot(source, 'r', 'all', { indices: '-*', include_global_state: true });
      expect(all.body.snapshot.feature_states).toHaveLength(2);
    });
  }
}
