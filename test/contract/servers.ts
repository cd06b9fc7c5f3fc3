import { beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, passwords, type Version } from '../real/lab.ts';
import { type Backend, damageShard, type Login, repository, type Seen, sender } from './backend.ts';

const elastic = (password: string): Login => ({ username: 'elastic', password });
const runner: Login = { username: 'runner', password: passwords.runner };

/**
 * How the servers behave, by the lines of the field notes: the same calls have to get the same status, error type and
 * decisive fields from the sandbox and from real servers.
 */
export function serversContract(name: string, version: Version, backend: () => Backend): void {
  describe(name, () => {
    let source: Cluster;
    let destination: Cluster;
    let send: ReturnType<typeof sender>;

    beforeEach(async () => {
      const { pair, reset } = backend();
      ({ source, destination } = pair);
      send = sender(pair);
      await reset();
    });

    const register = (cluster: Cluster, repo: string, path: string, more: Record<string, unknown> = {}) =>
      send(cluster, `PUT /_snapshot/${repo}`, repository(backend().pair, path, more));
    const snapshot = async (cluster: Cluster, repo: string, snap: string, body: unknown): Promise<Seen> =>
      send(cluster, `PUT /_snapshot/${repo}/${snap}?wait_for_completion=true`, body);
    const restore = (cluster: Cluster, repo: string, snap: string, body: unknown, login?: Login) =>
      send(
        cluster,
        `POST /_snapshot/${repo}/${snap}/_restore?wait_for_completion=true`,
        body,
        login ? { login } : undefined,
      );
    const isAccepted = async (cluster: Cluster, login: Login | { apiKey: string }) =>
      (await send(cluster, 'GET /_security/_authenticate', undefined, { login })).status === 200;
    const isEmptySuccess = ({ status, body }: Seen) => {
      expect(status).toBe(200);
      expect(body.snapshot).toMatchObject({ state: 'SUCCESS', indices: [], shards: { total: 0, failed: 0 } });
    };
    /** A repository of each, and a snapshot of the source's system indices in it. */
    async function carried(body: unknown): Promise<void> {
      expect((await register(source, 'r', 'a')).body).toEqual({ acknowledged: true });
      expect((await register(destination, 'r', 'a', { readonly: true })).body).toEqual({ acknowledged: true });
      const made = await snapshot(source, 'r', 's', body);
      expect(made.body.snapshot).toMatchObject({ state: 'SUCCESS', shards: { failed: 0 } });
    }

    describe('any version', () => {
      it('C4: what is refused is a 500: a repository of an unknown type, a missing snapshot, a write to a readonly repository', async () => {
        expect(await send(source, 'PUT /_snapshot/bad', { type: 'nothing', settings: {} })).toMatchObject({
          status: 500,
          error: 'repository_exception',
        });
        await register(source, 'r', 'a', { readonly: true });
        expect(await restore(source, 'r', 'nothing', { indices: 'x' })).toMatchObject({
          status: 500,
          error: 'snapshot_restore_exception',
        });
        expect(await send(source, 'PUT /_snapshot/r/x', {})).toMatchObject({
          status: 500,
          error: 'repository_exception',
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

      it('C5: x-opaque-id comes back', async () => {
        const { headers } = await send(source, 'GET /', undefined, { headers: { 'x-opaque-id': 'runbook/r/s' } });
        expect(headers.get('x-opaque-id')).toBe('runbook/r/s');
      });

      it('a document is created once, and changed or deleted only as it was seen: what a lock rests on', async () => {
        const path = '/runbook-locks/_doc/cluster';
        const made = await send(source, `PUT ${path}?op_type=create`, { run: 'a' });
        expect(made.status).toBe(201);
        const conflict = { status: 409, error: 'version_conflict_engine_exception' };
        expect(await send(source, `PUT ${path}?op_type=create`, { run: 'b' })).toMatchObject(conflict);
        const found = await send(source, `GET ${path}`);
        expect(found.body).toMatchObject({ found: true, _seq_no: made.body._seq_no, _source: { run: 'a' } });
        const version = (seen: Seen) => `if_seq_no=${seen.body._seq_no}&if_primary_term=${seen.body._primary_term}`;
        const kept = await send(source, `PUT ${path}?${version(made)}`, { run: 'a', heartbeat: 1 });
        expect(kept.status).toBe(200);
        expect(kept.body._seq_no).toBeGreaterThan(made.body._seq_no);
        expect(await send(source, `PUT ${path}?${version(made)}`, { run: 'b' })).toMatchObject(conflict);
        expect(await send(source, `DELETE ${path}?${version(made)}`)).toMatchObject(conflict);
        expect((await send(source, `DELETE ${path}?${version(kept)}`)).status).toBe(200);
        expect((await send(source, `GET ${path}`)).status).toBe(404);
        expect(await send(source, `PUT ${path}?${version(kept)}`, { run: 'a' })).toMatchObject(conflict);
        await send(source, 'POST /runbook-locks/_close');
        expect(await send(source, `PUT ${path}?op_type=create`, { run: 'a' })).toMatchObject({
          status: 400,
          error: 'index_closed_exception',
        });
      });

      it('an index that is restored is another one: by its uuid where it was deleted, by its history where it was closed', async () => {
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
          status: 500,
          reason: expect.stringContaining('readonly'),
        });
        await register(destination, 'not-readonly', 'b', { read_only: true });
        expect((await snapshot(destination, 'not-readonly', 'x', { indices: '-*' })).status).toBe(200);
      });

      it('R3: a repository that cannot be used stays registered', async () => {
        expect(await register(source, 'r', 'a', { secret_access_key: 'wrong' })).toMatchObject({ status: 500 });
        expect((await send(source, 'GET /_snapshot/r')).body).toMatchObject({ r: { type: 'oss' } });
        expect((await send(source, 'POST /_snapshot/r/_verify')).status).toBe(500);
      });

      it('X1: a failed shard is a 200, and only the others are listed', async () => {
        await send(source, 'PUT /two', { settings: { number_of_shards: 2, number_of_replicas: 0 } });
        for (let document = 0; document < 20; document++)
          await send(source, `PUT /two/_doc/${document}?refresh=true`, {});
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
        expect(
          (await send(destination, 'GET /_cluster/state?filter_path=restore')).body.restore?.snapshots ?? [],
        ).toEqual([]);
        await send(destination, 'DELETE /two');
        await send(source, 'DELETE /two');
      });
    });

    if (version === '7.10')
      describe('7.10', () => {
        it('C1: a client of another major version gets a 406', async () => {
          const headers = { 'content-type': 'application/vnd.elasticsearch+json; compatible-with=8' };
          expect((await send(source, 'PUT /x', {}, { headers })).status).toBe(406);
        });

        it('S1: SUCCESS and empty: nothing matched, "-*", features, a closed index', async () => {
          await register(source, 'r', 'a');
          isEmptySuccess(
            await snapshot(source, 'r', 's1', { indices: '.nothing*,.nor-this', ignore_unavailable: true }),
          );
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

        it('L1: after the close everybody but the file realm gets 401, and the restore cannot be sent', async () => {
          await carried({ indices: '.kibana*,.security*', include_global_state: true });
          const key = await send(destination, 'POST /_security/api_key', { name: 'ci' }, { login: runner });
          const apiKey = { apiKey: `${key.body.id}:${key.body.api_key}` };
          expect(await isAccepted(destination, apiKey)).toBe(true);
          const { body } = await send(destination, 'GET /_security/_authenticate');
          expect(body.authentication_realm.type).toBe('file');

          expect((await send(destination, 'POST /.security*/_close', undefined, { login: runner })).body).toMatchObject(
            {
              acknowledged: true,
              indices: { '.security-7': { closed: true } },
            },
          );

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
          const odd = await send(
            destination,
            'PUT /_security/user/kara',
            { password_hash: 'no-hash', roles: [] },
            login,
          );
          expect(odd).toMatchObject({ status: 400 });
        });

        it('roles and role mappings are documents of the security index', async () => {
          const rules = { field: { username: 'x*' } };
          const mapping = { enabled: true, roles: ['cj_test_role'], rules };
          expect((await send(source, 'PUT /_security/role_mapping/m', mapping)).body).toEqual({
            role_mapping: { created: true },
          });
          expect((await send(source, 'GET /_security/role_mapping/m')).body).toMatchObject({ m: mapping });
          const { body } = await send(source, 'POST /.security/_search', {
            query: { ids: { values: ['role-mapping_m', 'role-cj_test_role'] } },
          });
          const sources = Object.fromEntries(
            body.hits.hits.map(({ _id, _source }: Record<string, unknown>) => [_id, _source]),
          );
          expect(sources).toMatchObject({
            'role-mapping_m': { doc_type: 'role-mapping', roles: ['cj_test_role'], rules, enabled: true },
            'role-cj_test_role': { type: 'role', cluster: ['monitor'] },
          });
          expect((await send(source, 'DELETE /_security/role_mapping/m')).body).toEqual({ found: true });
        });
      });

    if (version === '8.5')
      describe('8.5', () => {
        it('C1: a client of another major version gets a 400', async () => {
          const headers = { 'content-type': 'application/vnd.elasticsearch+json; compatible-with=9' };
          expect((await send(source, 'PUT /x', {}, { headers })).status).toBe(400);
        });

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
          expect(
            await snapshot(source, 'r', 's8', { indices: '.security-7', include_global_state: false }),
          ).toMatchObject({
            status: 400,
            error: 'illegal_argument_exception',
          });
        });

        it('a snapshot of features says which indices each has', async () => {
          await register(source, 'r', 'a');
          const { body } = await snapshot(source, 'r', 's', {
            indices: '-*',
            feature_states: ['security', 'kibana'],
            include_global_state: true,
          });
          expect(body.snapshot.indices.toSorted()).toEqual(['.kibana_8.5.3_001', '.security-7']);
          expect(body.snapshot.feature_states).toEqual(
            expect.arrayContaining([
              { feature_name: 'kibana', indices: ['.kibana_8.5.3_001'] },
              { feature_name: 'security', indices: ['.security-7'] },
            ]),
          );
          // Without naming any, the global state brings them all.
          const all = await snapshot(source, 'r', 'all', { indices: '-*', include_global_state: true });
          expect(all.body.snapshot.feature_states).toHaveLength(2);
        });

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
          expect(
            (await restore(destination, 'r', 's', { include_global_state: false })).body.snapshot.shards.total,
          ).toBe(0);
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
      });
  });
}
