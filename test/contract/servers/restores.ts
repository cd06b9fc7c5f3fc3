import { expect, it } from 'vitest';
import { damageShard } from '../backend.ts';
import { progressOf } from '../progress.ts';
import { onlyFeatures, runner, type Stage } from './stage.ts';

/** Restores, and how they are reported. */
export function restores(stage: Stage): void {
  const { backend, source, destination, send, register, snapshot, restore, held } = stage;
  /** An index with two shards and documents in each, in a snapshot of the source that the destination sees. */
  async function twoShards(): Promise<void> {
    await send(source, 'PUT /two', { settings: { number_of_shards: 2, number_of_replicas: 0 } });
    for (let document = 0; document < 20; document++) await send(source, `PUT /two/_doc/${document}?refresh=true`, {});
    await register(source, 'r', 'bad');
    const made = await snapshot(source, 'r', 's', { indices: 'two', include_global_state: false });
    expect(made.body.snapshot).toMatchObject({ shards: { total: 2, failed: 0 } });
    await send(source, 'DELETE /two');
    await register(destination, 'r', 'bad', { readonly: true });
  }
  const restoring = async () =>
    (await send(destination, 'GET /_cluster/state?filter_path=restore')).body.restore?.snapshots ?? [];

  it('X1: a failed shard is a 200, and only the others are listed', async () => {
    await twoShards();
    await damageShard(backend().pair, 'bad');

    const { status, body } = await restore(destination, 'r', 's', { indices: 'two' });

    expect(status).toBe(200);
    expect(body.snapshot.shards).toEqual({ total: 2, failed: 1, successful: 1 });
    const recovery = await send(destination, 'GET /two/_recovery');
    expect(recovery.body.two.shards).toHaveLength(1);
    expect(recovery.body.two.shards[0]).toMatchObject({ id: 1, stage: 'DONE', type: 'SNAPSHOT' });
    const health = await send(destination, 'GET /_cluster/health/two?level=indices');
    expect(health).toMatchObject({ status: 200, body: { status: 'red', indices: { two: { status: 'red' } } } });
    expect(await restoring()).toEqual([]);
    const shard = { index: 'two', shard: 0, primary: true };
    const explained = await send(destination, 'POST /_cluster/allocation/explain', shard);
    expect(explained.body).toMatchObject({
      current_state: 'unassigned',
      unassigned_info: { reason: 'ALLOCATION_FAILED' },
    });
    expect(explained.body.unassigned_info.details).toContain('NoSuchFile');
    const columns = 'index,shard,prirep,state,unassigned.reason,unassigned.details';
    const shown = await send(destination, `GET /_cat/shards/two?format=json&h=${columns}`);
    const unassigned = shown.body.filter(({ state }: { state: string }) => state !== 'STARTED');
    expect(unassigned).toMatchObject([
      { index: 'two', shard: '0', prirep: 'p', state: 'UNASSIGNED', 'unassigned.reason': 'ALLOCATION_FAILED' },
    ]);
    expect(unassigned[0]['unassigned.details']).toContain('NoSuchFile');
    await send(destination, 'DELETE /two');
  });

  it('X9: a recovery counts the bytes that came from the snapshot, in the end as many as its status says', async () => {
    const far = progressOf('restored', 'finished');
    await twoShards();
    const { two } = (await send(destination, 'GET /_snapshot/r/s/_status')).body.snapshots[0].indices;
    const whole = two.stats.total.size_in_bytes;
    expect(far((await send(destination, 'GET /two/_recovery?ignore_unavailable=true')).body)).toMatchObject({
      shards: { done: 0 },
      bytes: { done: 0 },
    });
    await send(destination, 'POST /_snapshot/r/s/_restore', { indices: 'two' });
    await expect
      .poll(
        async () => {
          const { shards, bytes } = far((await send(destination, 'GET /two/_recovery')).body);
          expect(Number(shards?.done)).toBeLessThanOrEqual(2);
          expect(Number(bytes?.done)).toBeLessThanOrEqual(whole);
          return restoring();
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
    const { body } = await send(destination, 'GET /two/_recovery');
    expect(far(body)).toMatchObject({ shards: { done: 2 }, bytes: { done: whole } });
    // What is closed and opened again came from the disk.
    await send(destination, 'POST /two/_close');
    expect(far((await send(destination, 'GET /two/_recovery')).body)).toMatchObject({
      shards: { done: 0 },
      bytes: { done: 0 },
    });
    await send(destination, 'DELETE /two');
  });

  it('X1: an index that is being restored is yellow, though nothing can be read of it', async () => {
    await twoShards();
    await held(async () => {
      expect((await send(destination, 'POST /_snapshot/r/s/_restore', { indices: 'two' })).body).toEqual({
        accepted: true,
      });
      expect((await send(destination, 'GET /_cluster/health/two')).body).toMatchObject({
        status: 'yellow',
        active_primary_shards: 0,
      });
      expect((await send(destination, 'GET /_cluster/health/two?wait_for_status=yellow&timeout=1s')).status).toBe(200);
      expect(await send(destination, 'GET /two/_search')).toMatchObject({
        status: 503,
        error: 'search_phase_execution_exception',
      });
      expect(await send(destination, 'GET /two/_doc/1')).toMatchObject({
        status: 503,
        error: 'no_shard_available_action_exception',
      });
      expect(await send(destination, 'POST /two/_close')).toMatchObject({
        status: 400,
        reason: expect.stringContaining('Cannot close indices that are being restored'),
      });
    });
    await expect.poll(restoring, { timeout: 20_000 }).toEqual([]);
    expect((await send(destination, 'GET /two/_count')).body.count).toBe(20);
    await send(destination, 'DELETE /two');
  });

  it('M4: a restore in progress is listed, whoever began it, and its snapshot and repository cannot be removed', async () => {
    await twoShards();
    await send(destination, 'DELETE /_snapshot/r');
    await register(destination, 'r', 'bad');
    await held(async () => {
      await send(destination, 'POST /_snapshot/r/s/_restore', { indices: 'two' });
      const [found] = await restoring();
      expect(found).toMatchObject({ repository: 'r', snapshot: 's', state: 'INIT', indices: ['two'] });
      expect(found.shards).toHaveLength(2);
      expect(await send(destination, 'DELETE /_snapshot/r/s')).toMatchObject({
        status: 503,
        error: 'concurrent_snapshot_execution_exception',
      });
      expect((await send(destination, 'DELETE /_snapshot/r')).status).toBe(stage.hasFeatures ? 409 : 500);
      expect(await snapshot(destination, 'r', 'again', { indices: 'two' })).toMatchObject({
        status: 500,
        error: 'snapshot_exception',
      });
      // Deleting what is restored ends it.
      expect((await send(destination, 'DELETE /two')).status).toBe(200);
      await expect.poll(restoring, { timeout: 20_000 }).toEqual([]);
    });
  });
}

/** Restores of feature states, of which 7.10 has none. */
export function featureRestores(stage: Stage): void {
  const { source, destination, kibanaIndices, send, restore, isAccepted, carried, system } = stage;
  const [kibana = ''] = kibanaIndices;

  it('X2: a restore of a feature deletes its indices first: open ones, others, with another shard count', async () => {
    await carried({ indices: '-*', feature_states: ['security', 'kibana'], include_global_state: true });
    await send(destination, `DELETE /${kibana}`, undefined, system());
    const other = { settings: { number_of_shards: 2, number_of_replicas: 0 }, aliases: { '.kibana': {} } };
    expect((await send(destination, 'PUT /.kibana_other_002', other, system())).status).toBe(200);

    const { status, body } = await restore(destination, 'r', 's', onlyFeatures('kibana'));

    expect(status).toBe(200);
    expect(body.snapshot).toMatchObject({ shards: { total: kibanaIndices.length, failed: 0 } });
    expect(body.snapshot.indices.toSorted()).toEqual(kibanaIndices);
    const { body: aliases } = await send(destination, 'GET /_cat/aliases/.kibana?format=json&h=alias,index');
    expect(aliases).toEqual([{ alias: '.kibana', index: kibana }]);
    // Security is what it was.
    expect(await isAccepted(destination, runner)).toBe(true);
    await restore(destination, 'r', 's', onlyFeatures('security'));
    expect(await isAccepted(destination, runner)).toBe(false);
  });

  it('X3: rename_pattern is ignored for features', async () => {
    await carried({ indices: '-*', feature_states: ['kibana'] });
    const { body } = await restore(destination, 'r', 's', {
      indices: '-*',
      feature_states: ['kibana'],
      rename_pattern: '(.+)',
      rename_replacement: 'copy-$1',
    });
    expect(body.snapshot.indices.toSorted()).toEqual(kibanaIndices);
    const { body: document } = await send(destination, 'GET /.kibana/_doc/whose');
    expect(document._source).toEqual({ cluster: 'source' });
  });

  it('X4: a feature that is not in the snapshot is a 500; nothing named is a 200 with zero shards', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    expect(await restore(destination, 'r', 's', { indices: '-*', feature_states: ['kibana'] })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
      reason: expect.stringContaining('are not present in snapshot'),
    });
    expect((await restore(destination, 'r', 's', { include_global_state: false })).body.snapshot.shards.total).toBe(0);
    expect(await restore(destination, 'r', 's', { indices: '-*', include_global_state: true })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
    });
    expect(await send(destination, 'POST /_snapshot/r/s/_restore?feature_states=security', {})).toMatchObject({
      status: 400,
      error: 'illegal_argument_exception',
    });
  });

  it('E4: the security index cannot be restored by its name, and a pattern restores nothing', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    const refused = { status: 400, error: 'illegal_argument_exception' };
    expect(await restore(destination, 'r', 's', { indices: '.security-7' })).toMatchObject(refused);
    const renamed = { indices: '.security-7', rename_pattern: '.+', rename_replacement: 'copy' };
    expect(await restore(destination, 'r', 's', renamed)).toMatchObject(refused);
    for (const indices of ['.security*', '*']) {
      const { status, body } = await restore(destination, 'r', 's', { indices, include_global_state: false });
      expect([status, body.snapshot.indices, body.snapshot.shards.total]).toEqual([200, [], 0]);
    }
    expect(await isAccepted(destination, runner)).toBe(true);
  });

  it('E5: the global state brings every feature with it unless "none" is named', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: true });
    const globally = { indices: '-*', include_global_state: true };
    const { body: nothing } = await restore(destination, 'r', 's', { ...globally, feature_states: ['none'] });
    expect(nothing.snapshot.indices).toEqual([]);
    expect(await restore(destination, 'r', 's', { ...globally, feature_states: ['none', 'security'] })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
    });
    expect((await restore(destination, 'r', 's', onlyFeatures())).body.snapshot.indices).toEqual([]);
    expect(await isAccepted(destination, runner)).toBe(true);
    const { body: all } = await restore(destination, 'r', 's', { ...globally, feature_states: [] });
    expect(all.snapshot.indices).toEqual(['.security-7']);
    expect(await isAccepted(destination, runner)).toBe(false);
  });

  it('X8: direct access to system indices is answered with a warning', async () => {
    const { status, headers } = await send(source, 'GET /.kibana/_search');
    expect(status).toBe(200);
    expect(headers.get('warning')).toContain(`this request accesses system indices: [${kibana}]`);
    const quiet = await send(source, 'GET /.kibana/_search', undefined, {
      headers: { 'x-elastic-product-origin': 'kibana' },
    });
    expect(quiet.headers.get('warning')).toBeNull();
  });
}
