import { expect, it } from 'vitest';
import { passwords } from '../../real/lab.ts';
import { damageShard } from '../backend.ts';
import { elastic, kara, onlyFeatures, runner, type Stage } from './stage.ts';

/** The credentials that are valid while and after the feature state of security is restored, on 8.0 and later. */
export function lockedOut(stage: Stage): void {
  const { version, destination, backend, send, restore, statusOf, carried, held, apiKeyAt } = stage;
  /** From 9.0 on the cluster says that it cannot know the password of a reserved user. */
  const whileUnavailable =
    version === '9.5'
      ? { status: 503, error: 'authentication_processing_error' }
      : { status: 401, error: 'security_exception' };
  const authenticate = (login: Parameters<typeof statusOf>[1]) =>
    send(destination, 'GET /_security/_authenticate', undefined, { login });
  const begin = (body: unknown, login = runner) => send(destination, 'POST /_snapshot/r/s/_restore', body, { login });

  it('E2: while the feature state is restored only the file realm is let in; afterwards the passwords of the snapshot are valid', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    const key = await apiKeyAt(destination);
    expect(await statusOf(destination, key)).toBe(200);
    await held(async () => {
      expect((await begin(onlyFeatures('security'))).body).toEqual({ accepted: true });
      for (const login of [runner, kara, key])
        expect(await authenticate(login)).toMatchObject({ status: 401, error: 'security_exception' });
      for (const password of [passwords.elasticAtDestination, passwords.elasticAtSource])
        expect(await authenticate(elastic(password))).toMatchObject(whileUnavailable);
      expect(await statusOf(destination, backend().pair.file)).toBe(200);
    });
    await expect.poll(() => statusOf(destination, kara), { timeout: 20_000 }).toBe(200);
    await expect.poll(() => statusOf(destination, elastic(passwords.elasticAtSource)), { timeout: 20_000 }).toBe(200);
    for (const login of [runner, key, elastic(passwords.elasticAtDestination)])
      expect(await authenticate(login)).toMatchObject({ status: 401 });
  });

  it('E2: the response to a restore that waits arrives, though its sender is no longer let in', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    let response: ReturnType<typeof restore> | undefined;
    await held(async () => {
      response = restore(destination, 'r', 's', onlyFeatures('security'), runner);
      await expect.poll(() => statusOf(destination, runner), { timeout: 20_000 }).toBe(401);
    });
    const { status, body } = (await response) ?? {};
    expect(status).toBe(200);
    expect(body.snapshot).toMatchObject({ indices: ['.security-7'], shards: { total: 1, failed: 0, successful: 1 } });
    expect(await statusOf(destination, runner)).toBe(401);
  });

  it('E2: a user of the same name and password in the snapshot is locked out only until the restore has ended', async () => {
    const { source } = stage;
    await send(source, 'PUT /_security/user/runner', { password: passwords.runner, roles: ['superuser'] });
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    await held(async () => {
      await begin(onlyFeatures('security'));
      expect(await statusOf(destination, runner)).toBe(401);
    });
    await expect.poll(() => statusOf(destination, runner), { timeout: 20_000 }).toBe(200);
  });

  it('E3: a password of "elastic" that the cluster has verified lately goes on until its caches are cleared', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    expect(await statusOf(destination, elastic(passwords.elasticAtDestination))).toBe(200);
    await restore(destination, 'r', 's', onlyFeatures('security'), runner);
    expect(await statusOf(destination, elastic(passwords.elasticAtDestination))).toBe(200);
    expect((await send(destination, 'POST /_security/realm/*/_clear_cache')).status).toBe(200);
    expect(await statusOf(destination, elastic(passwords.elasticAtDestination))).toBe(401);
    expect(await statusOf(destination, elastic(passwords.elasticAtSource))).toBe(200);
  });

  it('E1: the cluster privilege "manage" is enough to restore the feature state, and privileges on the index are not', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    const indices = [{ names: ['.security*'], privileges: ['all'], allow_restricted_indices: true }];
    const roles = { manager: { cluster: ['manage'] }, owner: { cluster: ['monitor'], indices } };
    for (const [name, role] of Object.entries(roles)) {
      await send(destination, `PUT /_security/role/${name}`, role);
      await send(destination, `PUT /_security/user/${name}`, { password: 'a-password-1', roles: [name] });
    }
    const owner = { username: 'owner', password: 'a-password-1' };
    expect(await restore(destination, 'r', 's', onlyFeatures('security'), owner)).toMatchObject({
      status: 403,
      error: 'security_exception',
      reason: expect.stringContaining('this action is granted by the cluster privileges [manage,all]'),
    });
    const manager = { username: 'manager', password: 'a-password-1' };
    const { status, body } = await restore(destination, 'r', 's', onlyFeatures('security'), manager);
    expect([status, body.snapshot.shards.failed]).toEqual([200, 0]);
    expect(await statusOf(destination, manager)).toBe(401);
  });

  it('E5: to reset the features deletes every user, and of the indices of Kibana only what one may delete', async () => {
    const { status, body } = await send(destination, 'POST /_features/_reset', undefined, { login: runner });
    expect(status).toBe(500);
    expect(body.features).toEqual(
      expect.arrayContaining([
        { feature_name: 'security', status: 'SUCCESS' },
        expect.objectContaining({ feature_name: 'kibana', status: 'FAILURE' }),
      ]),
    );
    await expect.poll(() => statusOf(destination, runner), { timeout: 20_000 }).toBe(401);
    expect(await statusOf(destination, backend().pair.file)).toBe(200);
    expect((await send(destination, 'GET /.kibana/_count')).status).toBe(200);
  });

  it('E6: where blobs are missing the restore is a 200, and everybody but the file realm is locked out', async () => {
    await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
    await damageShard(backend().pair, 'a');
    expect((await send(destination, 'GET /_snapshot/r/s')).body.snapshots[0].state).toBe('SUCCESS');

    const { status, body } = await restore(destination, 'r', 's', onlyFeatures('security'), runner);

    expect(status).toBe(200);
    expect(body.snapshot.shards).toEqual({ total: 1, failed: 1, successful: 0 });
    expect(await authenticate(runner)).toMatchObject({ status: 401 });
    expect(await authenticate(kara)).toMatchObject({ status: 401 });
    expect(await authenticate(elastic(passwords.elasticAtSource))).toMatchObject(whileUnavailable);
    expect(await statusOf(destination, backend().pair.file)).toBe(200);
    const { body: rows } = await send(destination, 'GET /_cat/indices/.security-7?format=json&h=index,health');
    expect(rows).toEqual([{ index: '.security-7', health: 'red' }]);
    for (const path of ['user/kara', 'role', 'role_mapping', 'api_key', 'privilege'])
      expect(await send(destination, `GET /_security/${path}`)).toMatchObject({ status: 503 });
  });
}
