import { beforeEach, describe, expect, it } from 'vitest';
import { passwords, type Version } from '../real/lab.ts';
import type { Backend } from './backend.ts';
import { elastic, kara, onlyFeatures, runner, stageOf } from './servers/stage.ts';

/** The version that the destination shows of a snapshot, and its reason to refuse the restore, if it does. */
interface OfSnapshot {
  readonly shown: string;
  readonly refused?: string;
}

const tooNew = (shown: string, own: string, what = 'version') => ({
  shown,
  refused: `the snapshot was created with ${what} [${shown}] which is higher than the version of this node [${own}]`,
});

/** Source → destination. 7.10 cannot even list a repository that a later version has written. */
const ofSnapshots: Readonly<Record<string, OfSnapshot | 'unreadable'>> = {
  '7.10 → 8.19': { shown: '7.10.2' },
  '7.10 → 9.5': {
    shown: '7.10.2',
    refused:
      'the snapshot was created with Elasticsearch version [7.10.2] which is below the current versions minimum index compatibility version [8.0.0]',
  },
  '8.19 → 9.5': { shown: '8.19.9-8.19.20' },
  '9.5 → 8.19': tooNew('8.19.22-[9111000]', '8.19.9-8.19.21'),
  '8.19 → 8.5': tooNew('8.53.70', '8.5.3', 'Elasticsearch version'),
  '8.5 → 9.5': { shown: '8.5.3' },
  '8.19 → 7.10': 'unreadable',
  '9.5 → 7.10': 'unreadable',
};

/** The pairs of versions that are asked. */
export const mixes = Object.keys(ofSnapshots).map((mix) => mix.split(' → ') as [Version, Version]);

/** Scenarios of two clusters of different versions: the same on real servers and in the sandbox. */
export function versionsContract(
  name: string,
  [from, to]: readonly [Version, Version],
  backend: () => Backend,
  hasSecurity = true,
): void {
  describe(name, () => {
    const { source, destination, send, register, snapshot, restore, statusOf } = stageOf(to, backend);
    beforeEach(() => backend().reset());
    const isLater = (version: Version) => ['8.19', '9.5'].includes(version);
    const documentOf = async (id: string) => (await send(source, `GET /.security-7/_doc/${id}`)).body._source;
    const expected = ofSnapshots[`${from} → ${to}`];
    /** A snapshot of the source that the destination sees, if it can. */
    async function carried(body: Record<string, unknown>): Promise<void> {
      await register(source, 'r', 'a');
      expect((await snapshot(source, 'r', 's', body)).body.snapshot).toMatchObject({ state: 'SUCCESS' });
      expect((await register(destination, 'r', 'a', { readonly: true })).status).toBe(200);
    }

    it('X7: a snapshot goes to a later version, not too far; what a later one has made is refused, or breaks the repository', async () => {
      await send(source, 'PUT /plain', { settings: { number_of_replicas: 0 } });
      await carried({ indices: 'plain', include_global_state: false });
      const seen = await send(destination, 'GET /_snapshot/r/s');
      const restored = await restore(destination, 'r', 's', { indices: 'plain' });
      await send(source, 'DELETE /plain');
      await send(destination, 'DELETE /plain?ignore_unavailable=true');
      if (expected === 'unreadable') {
        for (const answer of [seen, restored, await send(destination, 'GET /_snapshot/r/_all')])
          expect(answer).toMatchObject({ status: 500, error: 'repository_exception' });
        return;
      }
      expect(seen.body.snapshots[0]).toMatchObject({ version: expected?.shown });
      if (expected?.refused === undefined) expect(restored.body.snapshot.shards).toMatchObject({ total: 1, failed: 0 });
      else
        expect(restored).toMatchObject({
          status: 500,
          error: 'snapshot_restore_exception',
          reason: expect.stringContaining(expected.refused),
        });
    });

    if (!hasSecurity) return;

    it('U3: a user goes by the API in either direction, and the old password works', async () => {
      const { password: password_hash, roles } = await documentOf('user-kara');
      expect((await send(destination, 'PUT /_security/user/kara', { password_hash, roles })).status).toBe(200);
      expect(await statusOf(destination, kara)).toBe(200);
      const mapping = { roles: ['cj_test_role'], enabled: true, rules: { field: { username: 'x*' } } };
      await send(source, 'PUT /_security/role_mapping/m', mapping);
      const kept = await documentOf('role-mapping_m');
      expect((await send(destination, 'PUT /_security/role_mapping/m', kept)).status).toBe(200);
      await send(source, 'PUT /_security/privilege', { app: { read: { actions: ['a:*'] } } });
      const { body: privileges } = await send(source, 'GET /_security/privilege');
      expect((await send(destination, 'PUT /_security/privilege', privileges)).status).toBe(200);
    });

    it('U3: a role goes as it is kept, but from 8.19 or later to a version before only without what that does not know', async () => {
      const kept = await documentOf('role-cj_test_role');
      const seen = await send(destination, 'PUT /_security/role/cj_test_role', kept);
      if (!isLater(from) || isLater(to)) expect(seen.body).toEqual({ role: { created: true } });
      else expect(seen).toMatchObject({ status: 400, error: 'parse_exception' });
      const { body } = await send(source, 'GET /_security/role/cj_test_role');
      expect((await send(destination, 'PUT /_security/role/cj_test_role', body.cj_test_role)).status).toBe(200);
      await send(source, 'PUT /_security/role/later', { cluster: ['monitor_stats'], description: 'Reads' });
      const { body: later } = await send(source, 'GET /_security/role/later');
      if (!isLater(from) || isLater(to)) return;
      const { description: _, ...bare } = later.later;
      expect((await send(destination, 'PUT /_security/role/later', bare)).reason).toContain(
        'unknown cluster privilege [monitor_stats]',
      );
    });

    if (from !== '7.10' && to !== '7.10' && expected !== 'unreadable' && expected?.refused === undefined)
      it('X7: the feature state of security goes to a later version', async () => {
        await carried({ indices: '-*', feature_states: ['security'], include_global_state: false });
        const { body } = await restore(destination, 'r', 's', onlyFeatures('security'));
        expect(body.snapshot.shards).toMatchObject({ total: 1, failed: 0 });
        await expect.poll(() => statusOf(destination, kara), { timeout: 20_000 }).toBe(200);
        expect(await statusOf(destination, elastic(passwords.elasticAtSource))).toBe(200);
        expect(await statusOf(destination, runner)).toBe(401);
      });

    if (from === '7.10' && to === '8.19')
      it('X7: 7.10 has no feature states, and its security index cannot be restored over that of 8.19', async () => {
        await carried({ indices: '.security-7', include_global_state: false });
        const restoring = async (body: Record<string, unknown>) =>
          (await restore(destination, 'r', 's', { include_global_state: false, ...body })).reason;
        expect(await restoring({ indices: '-*', feature_states: ['security'] })).toContain(
          'are not present in snapshot',
        );
        expect(await restoring({ indices: '.security-7' })).toContain('an open index with same name already exists');
        const renamed = { indices: '.security-7', rename_pattern: '.+', rename_replacement: 'copy' };
        expect(await restoring(renamed)).toContain('alias [.security]');
      });
  });
}
