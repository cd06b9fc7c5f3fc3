import { expect, it } from 'vitest';
import { repository } from '../backend.ts';
import type { Stage } from './stage.ts';

/** Repositories, and who may write to them. */
export function repositories({
  backend,
  version,
  source,
  destination,
  send,
  register,
  snapshot,
  restore,
  hasFeatures,
}: Stage): void {
  const isSince819 = ['8.19', '9.5'].includes(version);
  it('C4: a repository of an unknown type and a missing snapshot are a 500', async () => {
    expect(await send(source, 'PUT /_snapshot/bad', { type: 'nothing', settings: {} })).toMatchObject({
      status: 500,
      error: 'repository_exception',
    });
    await register(source, 'r', 'a', { readonly: true });
    expect(await restore(source, 'r', 'nothing', { indices: 'x' })).toMatchObject({
      status: 500,
      error: 'snapshot_restore_exception',
    });
    expect(await send(source, 'GET /_snapshot/r/nothing')).toMatchObject({
      status: 404,
      error: 'snapshot_missing_exception',
    });
    expect(await send(source, 'GET /_snapshot/nothing')).toMatchObject({
      status: 404,
      error: 'repository_missing_exception',
    });
  });

  it('C4: a write to a readonly repository is a 500, since 8.19 a 400', async () => {
    await register(source, 'r', 'a');
    await snapshot(source, 'r', 's', { indices: '-*' });
    await register(source, 'r', 'a', { readonly: true });
    const refused = isSince819
      ? { status: 400, error: 'illegal_argument_exception' }
      : { status: 500, error: 'repository_exception' };
    expect(await send(source, 'PUT /_snapshot/r/x', {})).toMatchObject(refused);
    expect(await send(source, 'DELETE /_snapshot/r/s')).toMatchObject(refused);
    expect((await send(source, 'DELETE /_snapshot/r/x')).status).toBe(404);
  });

  it('R1: two writers break a repository for the first one, GET included', async () => {
    await register(source, 'rw', 'rw');
    expect((await snapshot(source, 'rw', 's1', { indices: '-*' })).status).toBe(200);
    await register(destination, 'rw', 'rw');
    expect((await snapshot(destination, 'rw', 'd1', { indices: '-*' })).status).toBe(200);
    expect(await snapshot(source, 'rw', 's2', { indices: '-*' })).toMatchObject({ status: 500 });
    expect(await snapshot(source, 'rw', 's3', { indices: '-*' })).toMatchObject({
      status: 500,
      error: 'repository_exception',
    });
    expect(await send(source, 'GET /_snapshot/rw/_all')).toMatchObject({
      status: 500,
      error: 'repository_exception',
    });
    const other = await send(destination, 'GET /_snapshot/rw/_all');
    // Two of the same moment are in no order.
    const names = other.body.snapshots.map((one: { snapshot: string }) => one.snapshot);
    expect(new Set(names)).toEqual(new Set(['s1', 'd1']));
  });

  it('R1: registered readonly it can be verified, listed and restored, not written; read_only is ignored', async () => {
    await register(source, 'r', 'a');
    await snapshot(source, 'r', 's', { indices: '-*' });
    await register(destination, 'r', 'a', { readonly: true });
    expect((await send(destination, 'POST /_snapshot/r/_verify')).status).toBe(200);
    expect((await send(destination, 'GET /_snapshot/r/s')).body.snapshots).toHaveLength(1);
    expect(await send(destination, 'PUT /_snapshot/r/x', {})).toMatchObject({
      reason: expect.stringContaining('cannot create snapshot in a readonly repository'),
    });
    await register(destination, 'not-readonly', 'b', { read_only: true });
    expect((await snapshot(destination, 'not-readonly', 'x', { indices: '-*' })).status).toBe(200);
  });

  it('R3: a repository that cannot be used stays registered; since 8.19 it does not, unless it is not verified', async () => {
    expect(await register(source, 'r', 'a', { secret_access_key: 'wrong' })).toMatchObject({
      status: 500,
      error: 'repository_verification_exception',
    });
    expect((await send(source, 'GET /_snapshot/r')).status).toBe(isSince819 ? 404 : 200);
    const unverified = repository(backend().pair, 'a', { secret_access_key: 'wrong' });
    expect((await send(source, 'PUT /_snapshot/r?verify=false', unverified)).status).toBe(200);
    expect((await send(source, 'GET /_snapshot/r')).body).toMatchObject({ r: { type: 'oss' } });
    expect((await send(source, 'POST /_snapshot/r/_verify')).status).toBe(500);
  });

  if (hasFeatures) {
    it('R1: who has registered an empty repository fails at its first snapshot after another has written', async () => {
      await register(source, 'rw', 'rw');
      await register(destination, 'rw', 'rw');
      expect((await snapshot(source, 'rw', 's1', { indices: '-*' })).status).toBe(200);
      expect(await snapshot(destination, 'rw', 'd1', { indices: '-*' })).toMatchObject({
        status: 500,
        error: 'snapshot_exception',
      });
      expect((await snapshot(destination, 'rw', 'd2', { indices: '-*' })).status).toBe(200);
      expect((await snapshot(source, 'rw', 's2', { indices: '-*' })).status).toBe(500);
    });
  }
}
