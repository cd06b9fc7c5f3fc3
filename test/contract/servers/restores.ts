import { expect, it } from 'vitest';
import { passwords } from '../../real/lab.ts';
import { damageShard } from '../backend.ts';
import { elastic, runner, type Stage } from './stage.ts';

/** What a restore does, and what it says of it. */
export function restores({
  version,
  backend,
  source,
  destination,
  send,
  register,
  snapshot,
  restore,
  isAccepted,
  carried,
}: Stage): void {
  it('X1: a failed shard is a 200, and only the others are listed', async () => {
    await send(source, 'PUT /two', { settings: { number_of_shards: 2, number_of_replicas: 0 } });
    for (let document = 0; document < 20; document++) await send(source, `PUT /two/_doc/${document}?refresh=true`, {});
    await register(source, 'r', 'bad');
    expect(
      (await snapshot(source, 'r', 's', { indices: 'two', include_global_state: false })).body.snapshot,
    ).toMatchObject({
      shards: { total: 2, failed: 0 },
    });
    await register(destination, 'r', 'bad', { readonly: true });
    await damageShard(backend().pair, 'bad');

    const { status, body } = await restore(destination, 'r', 's', { indices: 'two' });

    expect(status).toBe(200);
    expect(body.snapshot.shards).toEqual({ total: 2, failed: 1, successful: 1 });
    const recovery = await send(destination, 'GET /two/_recovery');
    expect(recovery.body.two.shards).toHaveLength(1);
    expect(recovery.body.two.shards[0]).toMatchObject({ id: 1, stage: 'DONE', type: 'SNAPSHOT' });
    const health = await send(destination, 'GET /_cluster/health/two?level=indices');
    expect(health).toMatchObject({ status: 200, body: { status: 'red', indices: { two: { status: 'red' } } } });
    expect((await send(destination, 'GET /_cluster/state?filter_path=restore')).body.restore?.snapshots ?? []).toEqual(
      [],
    );
    await send(destination, 'DELETE /two');
    await send(source, 'DELETE /two');
  });

  if (version === '8.5') {
    it('X2: a restore of a feature deletes its indices first: open ones, others, with another shard count', async () => {
      await carried({ indices: '-*', feature_states: ['security', 'kibana'], include_global_state: true });
      await send(destination, 'DELETE /.kibana_8.5.3_001');
      await send(destination, 'PUT /.kibana_8.5.3_002', {
        settings: { number_of_shards: 2, number_of_replicas: 0 },
        aliases: { '.kibana': {} },
      });

      const { status, body } = await restore(destination, 'r', 's', {
        indices: '-*',
        feature_states: ['kibana'],
        include_global_state: false,
      });

      expect(status).toBe(200);
      expect(body.snapshot).toMatchObject({ indices: ['.kibana_8.5.3_001'], shards: { total: 1, failed: 0 } });
      const { body: aliases } = await send(destination, 'GET /_cat/aliases/.kibana?format=json&h=alias,index');
      expect(aliases).toEqual([{ alias: '.kibana', index: '.kibana_8.5.3_001' }]);
      // Security is what it was.
      expect(await isAccepted(destination, runner)).toBe(true);
      await restore(destination, 'r', 's', {
        indices: '-*',
        feature_states: ['security'],
        include_global_state: false,
      });
      expect(await isAccepted(destination, runner)).toBe(false);
      expect(await isAccepted(destination, elastic(passwords.elasticAtSource))).toBe(true);
    });

    it('X3: rename_pattern is ignored for features', async () => {
      await carried({ indices: '-*', feature_states: ['kibana'] });
      const { body } = await restore(destination, 'r', 's', {
        indices: '-*',
        feature_states: ['kibana'],
        rename_pattern: '(.+)',
        rename_replacement: 'copy-$1',
      });
      expect(body.snapshot.indices).toEqual(['.kibana_8.5.3_001']);
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
      expect((await restore(destination, 'r', 's', { include_global_state: false })).body.snapshot.shards.total).toBe(
        0,
      );
      expect(await restore(destination, 'r', 's', { indices: '-*', include_global_state: true })).toMatchObject({
        status: 500,
        error: 'snapshot_restore_exception',
      });
      expect(await restore(destination, 'r', 's', { indices: '.security-7' })).toMatchObject({
        status: 400,
        error: 'illegal_argument_exception',
      });
      expect(await send(destination, 'POST /_snapshot/r/s/_restore?feature_states=security', {})).toMatchObject({
        status: 400,
        error: 'illegal_argument_exception',
      });
    });

    it('X8: direct access to system indices is answered with a warning', async () => {
      const { status, headers } = await send(source, 'GET /.kibana/_search');
      expect(status).toBe(200);
      expect(headers.get('warning')).toContain('this request accesses system indices: [.kibana_8.5.3_001]');
      const quiet = await send(source, 'GET /.kibana/_search', undefined, {
        headers: { 'x-elastic-product-origin': 'kibana' },
      });
      expect(quiet.headers.get('warning')).toBeNull();
    });
  }
}
