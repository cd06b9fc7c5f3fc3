import { expect, it } from 'vitest';
import { passwords } from '../../real/lab.ts';
import { elastic, runner, type Stage } from './stage.ts';

/** Closing, restoring and opening the system indices of 7.10. */
export function closing({ source, destination, send, restore, isAccepted, carried }: Stage): void {
  it('L1: after the close everybody but the file realm gets 401, and the restore cannot be sent', async () => {
    await carried({ indices: '.kibana*,.security*', include_global_state: true });
    const key = await send(destination, 'POST /_security/api_key', { name: 'ci' }, { login: runner });
    const apiKey = { apiKey: `${key.body.id}:${key.body.api_key}` };
    expect(await isAccepted(destination, apiKey)).toBe(true);
    const { body } = await send(destination, 'GET /_security/_authenticate');
    expect(body.authentication_realm.type).toBe('file');

    expect((await send(destination, 'POST /.security*/_close', undefined, { login: runner })).body).toMatchObject({
      acknowledged: true,
      indices: { '.security-7': { closed: true } },
    });

    expect(await isAccepted(destination, elastic(passwords.elasticAtDestination))).toBe(false);
    expect(await isAccepted(destination, apiKey)).toBe(false);
    const wanted = { indices: '.security*', include_global_state: false };
    expect(await restore(destination, 'r', 's', wanted, runner)).toMatchObject({
      status: 401,
      error: 'security_exception',
    });
    expect(await send(destination, 'POST /.security*/_open', undefined, { login: runner })).toMatchObject({
      status: 401,
    });
    expect((await restore(destination, 'r', 's', wanted)).status).toBe(200);
  });

  it('L2: after the restore the source’s passwords hold, and users of the destination are gone', async () => {
    await carried({ indices: '.kibana*,.security*', include_global_state: true });
    await send(destination, 'POST /.security*/_close');
    await restore(destination, 'r', 's', { indices: '.security*', include_global_state: false });
    await send(destination, 'POST /_security/realm/*/_clear_cache');

    expect(await isAccepted(destination, elastic(passwords.elasticAtSource))).toBe(true);
    expect(await isAccepted(destination, elastic(passwords.elasticAtDestination))).toBe(false);
    expect(await isAccepted(destination, { username: 'kara', password: passwords.kara })).toBe(true);
    expect(await isAccepted(destination, runner)).toBe(false);
    const { body } = await send(destination, 'GET /_security/user/kara');
    expect(body).toMatchObject({ kara: { username: 'kara', roles: ['cj_test_role'], enabled: true } });
    expect((await send(destination, 'GET /_security/user/destonly')).status).toBe(404);
  });

  it('L3: without the privilege for restricted indices a close is a success that closes nothing', async () => {
    const grants = { cluster: ['manage'], indices: [{ names: ['*'], privileges: ['all'] }] };
    await send(source, 'PUT /_security/role/snapper', grants);
    await send(source, 'PUT /_security/user/snap', { password: 'snap-pass-1', roles: ['snapper'] });
    const login = { login: { username: 'snap', password: 'snap-pass-1' } };
    const nothing = { acknowledged: true, shards_acknowledged: false, indices: {} };

    expect(await send(source, 'POST /.security*/_close', undefined, login)).toMatchObject({
      status: 200,
      body: nothing,
    });
    expect(await send(source, 'POST /.nothing*/_close', undefined, login)).toMatchObject({
      status: 200,
      body: nothing,
    });
    expect(await send(source, 'POST /.nothing*/_close?allow_no_indices=false')).toMatchObject({
      status: 404,
      error: 'index_not_found_exception',
    });
    expect(await send(source, 'POST /.security-7/_close', undefined, login)).toMatchObject({
      status: 403,
      error: 'security_exception',
    });
    const seen = await send(source, 'GET /_cat/indices/.security*?format=json&h=index', undefined, login);
    expect(seen.body).toEqual([]);
    const asked = {
      cluster: ['manage'],
      index: [{ names: ['.security*'], privileges: ['manage'], allow_restricted_indices: true }],
    };
    const privileges = await send(source, 'POST /_security/user/_has_privileges', asked, login);
    expect(privileges.body.has_all_requested).toBe(false);
    expect((await send(source, 'POST /_security/user/_has_privileges', asked)).body.has_all_requested).toBe(true);
    const kara = { login: { username: 'kara', password: passwords.kara } };
    expect(await send(source, 'GET /_snapshot/r', undefined, kara)).toMatchObject({
      status: 403,
      error: 'security_exception',
    });
  });

  it('L4: a restore onto open indices, or onto another shard count, changes nothing, and what is closed stays closed', async () => {
    await carried({ indices: '.kibana*' });
    expect(await restore(destination, 'r', 's', { indices: '.kibana*' })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
      reason: expect.stringContaining('an open index with same name already exists'),
    });
    await send(destination, 'DELETE /.kibana_task_manager_1');
    await send(destination, 'PUT /.kibana_task_manager_1', {
      settings: { number_of_shards: 2, number_of_replicas: 0 },
    });
    await send(destination, 'POST /.kibana*/_close');
    expect(await restore(destination, 'r', 's', { indices: '.kibana*' })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
      reason: expect.stringContaining('cannot restore index [.kibana_task_manager_1] with [2] shards'),
    });
    const { body } = await send(
      destination,
      'GET /_cat/indices/.kibana*?format=json&h=index,status&expand_wildcards=all',
    );
    expect(new Set(body.map(({ status }: { status: string }) => status))).toEqual(new Set(['close']));
    expect(await send(destination, 'GET /.kibana_1/_search')).toMatchObject({
      status: 400,
      error: 'index_closed_exception',
    });
  });

  it('L5: a restore opens what it restores; opening what is open is a success', async () => {
    await carried({ indices: '.kibana_1' });
    await send(destination, 'POST /.kibana*/_close');
    await restore(destination, 'r', 's', { indices: '.kibana_1' });

    const states = async () => {
      const { body } = await send(
        destination,
        'GET /_cat/indices/.kibana*?format=json&h=index,status&expand_wildcards=all',
      );
      return Object.fromEntries(body.map(({ index, status }: Record<string, string>) => [index, status]));
    };
    expect(await states()).toEqual({ '.kibana_1': 'open', '.kibana_task_manager_1': 'close' });
    const { body: recovery } = await send(destination, 'GET /.kibana_1/_recovery');
    expect(recovery['.kibana_1'].shards[0]).toMatchObject({
      type: 'SNAPSHOT',
      stage: 'DONE',
      source: { repository: 'r', snapshot: 's' },
    });
    expect((await send(destination, 'POST /.kibana*/_open')).body).toMatchObject({ acknowledged: true });
    expect((await send(destination, 'POST /.kibana*/_open')).body).toMatchObject({ acknowledged: true });
    expect(await states()).toEqual({ '.kibana_1': 'open', '.kibana_task_manager_1': 'open' });
  });

  it('L6: an alias that names two indices answers no call on a single document', async () => {
    await carried({ indices: '.kibana_1' });
    await send(destination, 'DELETE /.kibana_1');
    await send(destination, 'PUT /.kibana_2', {
      settings: { number_of_replicas: 0 },
      aliases: { '.kibana': {} },
    });
    await restore(destination, 'r', 's', { indices: '.kibana_1' });

    const { body } = await send(destination, 'GET /_cat/aliases/.kibana?format=json&h=alias,index');
    expect(body).toHaveLength(2);
    expect(await send(destination, 'GET /.kibana/_doc/whose')).toMatchObject({
      status: 400,
      error: 'illegal_argument_exception',
      reason: expect.stringContaining('has more than one index associated with it'),
    });
  });

  it('L7: under another name nothing is closed, and a hash lets the user log in with the old password', async () => {
    await carried({ indices: '.security*' });
    const login = { login: runner };
    const body = {
      indices: '.security-7',
      include_aliases: false,
      rename_pattern: '.+',
      rename_replacement: 'copy',
    };
    expect((await restore(destination, 'r', 's', body, runner)).body.snapshot.indices).toEqual(['copy']);
    const query = { query: { bool: { filter: [{ term: { type: 'user' } }] } } };
    const found = await send(destination, 'POST /copy/_search', query, login);
    const [kara] = found.body.hits.hits.filter(({ _id }: { _id: string }) => _id === 'user-kara');

    const put = { password_hash: kara._source.password, roles: kara._source.roles };
    expect((await send(destination, 'PUT /_security/user/kara', put, login)).body).toEqual({ created: true });
    expect((await send(destination, 'PUT /_security/user/kara', put, login)).body).toEqual({ created: false });

    expect(await isAccepted(destination, { username: 'kara', password: passwords.kara })).toBe(true);
    expect(await isAccepted(destination, elastic(passwords.elasticAtDestination))).toBe(true);
    const { body: aliases } = await send(destination, 'GET /_cat/aliases/.security?format=json&h=alias,index');
    expect(aliases).toEqual([{ alias: '.security', index: '.security-7' }]);
    expect((await send(destination, 'DELETE /copy', undefined, login)).body).toEqual({ acknowledged: true });
    expect((await send(destination, 'DELETE /_security/user/kara', undefined, login)).body).toEqual({
      found: true,
    });
    expect(await send(destination, 'DELETE /_security/user/kara', undefined, login)).toMatchObject({
      status: 404,
      body: { found: false },
    });
    const odd = await send(destination, 'PUT /_security/user/kara', { password_hash: 'no-hash', roles: [] }, login);
    expect(odd).toMatchObject({ status: 400 });
  });
}
