import { expect, it } from 'vitest';
import { type Cluster, passwords } from '../../real/lab.ts';
import type { Seen } from '../backend.ts';
import { elastic, kara, runner, type Stage } from './stage.ts';

/** A hash of "hash-pass-1" by each algorithm, and whether a cluster takes it for a password: 7.10, later ones. */
export const hashes: Readonly<Record<string, readonly [hash: string, on7: boolean, since8: boolean]>> = {
  BCRYPT: ['$2a$10$L1830eC7ZAsf6H/yhEbd2.8ffcoDp4WAcTKY3OC1jC3fvDvAIVkpW', true, true],
  BCRYPT4: ['$2a$04$/cm1hKm9yLNHa919taHvT.Bal6O/H4UAHzBTeOq2IAXq4ZrHmrMgK', false, true],
  BCRYPT12: ['$2a$12$7GWimhT7l2shfFo1R/qCPexEcdeRBEG3vPCIRC8qeqry7EqW81ZF.', false, true],
  'NOOP of $2b$': ['$2b$10$L1830eC7ZAsf6H/yhEbd2.8ffcoDp4WAcTKY3OC1jC3fvDvAIVkpW', false, true],
  'NOOP of $2y$': ['$2y$10$L1830eC7ZAsf6H/yhEbd2.8ffcoDp4WAcTKY3OC1jC3fvDvAIVkpW', false, true],
  PBKDF2: [
    '{PBKDF2}10000$fggMs3T9cBLIa2jM3P3WQVvpFY2fOR/qsxCcyMGOYKo=$Kj8o8+E1a6VSdoZ9GGipxg+fh78hIt0855pZjXx3PRM=',
    false,
    true,
  ],
  PBKDF2_1000: [
    '{PBKDF2}1000$dlEfvKZb/F9iDK+YmfJJD+hG2OjTXmtwJar+KtyNuJ4=$vVtTMaasHiFK8x+uU3FxSKxVsKQtn7QVelNVVQsJjxI=',
    false,
    true,
  ],
  'NOOP of PBKDF2_STRETCH': [
    '{PBKDF2_STRETCH}10000$dirpMTWZihyPuTi+VFFmVxdt5C6i9T+DdDj2I1OfTG0=$/tRz37CsOEjjoMVbytDPOHqMXkvZFD5AtYnacJpxPzg=',
    false,
    true,
  ],
  SSHA256: ['{SSHA256}cckZS2s6RnM=XsYrwlXntIHGLeX2KF4vJbq07o8PHh/vFCoHgIhf67k=', false, false],
  SHA1: ['{SHA}fVkquQh2AqpbpDAH29s4RP1FcFc=', false, false],
  MD5: ['{MD5}0TDbiam8QOW1pmrhFGZsiA==', false, false],
  'NOOP of clear text': ['hash-pass-1', false, false],
};

type Search = (at: Cluster, query: unknown, login?: Parameters<Stage['send']>[3]) => Promise<Record<string, unknown>[]>;

/** Returns the documents that a query finds in the security index: their source, and the id as `_id`. */
function searchOf(send: Stage['send']): Search {
  return async (at, query, options) => {
    const { status, body } = await send(at, 'POST /.security-7/_search', { size: 1000, query }, options);
    expect(status).toBe(200);
    return body.hits.hits.map(({ _id, _source }: Record<string, object>) => ({ _id, ..._source }));
  };
}

/** Users, roles and what else security keeps: on every version with real security. */
export function security(stage: Stage): void {
  const { hasFeatures, version, source, destination, backend, send, isAccepted, statusOf, apiKeyAt, system } = stage;
  const search = searchOf(send);
  const as = (login: { username: string; password: string }) => ({ login });
  const user = async (at: Cluster, username: string, body: Record<string, unknown>) => {
    const { status } = await send(at, `PUT /_security/user/${username}`, { password: 'a-password-1', ...body });
    expect(status).toBe(200);
    return { username, password: 'a-password-1' };
  };
  const refusal = (status: number, error: string, reason = '') => ({
    status,
    error,
    reason: expect.stringContaining(reason),
  });

  it('E1: of the security index a superuser may do everything on 7.10; since 8.0 only read and monitor it, whatever their realm', async () => {
    const privileges = ['manage', 'delete_index', 'write', 'all', 'read', 'monitor', 'view_index_metadata'];
    const index = [{ names: ['.security-*'], privileges, allow_restricted_indices: true }];
    const looking = { read: true, monitor: true, view_index_metadata: true };
    const changing = { manage: !hasFeatures, delete_index: !hasFeatures, write: !hasFeatures, all: !hasFeatures };
    for (const login of [backend().pair.file, runner, elastic(passwords.elasticAtDestination)])
      expect(
        (await send(destination, 'POST /_security/user/_has_privileges', { cluster: ['manage'], index }, as(login)))
          .body,
      ).toEqual({
        username: login.username,
        has_all_requested: !hasFeatures,
        cluster: { manage: true },
        index: { '.security-*': { ...looking, ...changing } },
        application: {},
      });
  });

  it('E1: without allow_restricted_indices a pattern leaves the security index out, and what is true says nothing', async () => {
    const asked = (names: string[], more = {}) => ({ index: [{ names, privileges: ['manage', 'read'], ...more }] });
    const has = async (body: unknown) =>
      (await send(destination, 'POST /_security/user/_has_privileges', body, as(runner))).body.index;
    expect(await has(asked(['.security-*', '*'], { allow_restricted_indices: false }))).toEqual({
      '.security-*': { manage: true, read: true },
      '*': { manage: true, read: true },
    });
    // By its name it is asked for all the same.
    expect(await has(asked(['.security-7']))).toEqual({ '.security-7': { manage: !hasFeatures, read: true } });
    expect(await has(asked(['*'], { allow_restricted_indices: true }))).toEqual({
      '*': { manage: !hasFeatures, read: true },
    });
  });

  it('U1: a superuser, or their API key, reads users, roles and the rest as documents; others are refused', async () => {
    await user(destination, 'ada', { roles: ['reader'], full_name: 'Ada', metadata: { team: 1 } });
    await send(destination, 'PUT /_security/role/reader', { cluster: ['monitor'] });
    await send(destination, 'PUT /_security/role_mapping/m', {
      roles: ['reader'],
      enabled: true,
      rules: { field: { username: 'x*' } },
    });
    await send(destination, 'PUT /_security/privilege', { app: { read: { actions: ['data:read/*'] } } });
    const key = await apiKeyAt(destination);
    for (const options of [as(runner), { login: key }]) {
      const ids = [
        'user-ada',
        'reserved-user-elastic',
        'role-reader',
        'role-mapping_m',
        'application-privilege_app:read',
      ];
      const found = await search(destination, { ids: { values: ids } }, options);
      const byId = Object.fromEntries(found.map(({ _id, ...source }) => [_id, source]));
      const hash = expect.stringMatching(/^\$2a\$10\$.{53}$/);
      expect(byId).toEqual({
        'user-ada': {
          username: 'ada',
          password: hash,
          roles: ['reader'],
          full_name: 'Ada',
          email: null,
          metadata: { team: 1 },
          enabled: true,
          type: 'user',
        },
        'reserved-user-elastic': { password: hash, enabled: true, type: 'reserved-user' },
        'role-reader': expect.objectContaining({ type: 'role', cluster: ['monitor'], indices: [], metadata: {} }),
        'role-mapping_m': {
          enabled: true,
          roles: ['reader'],
          rules: { field: { username: 'x*' } },
          metadata: {},
          doc_type: 'role-mapping',
        },
        'application-privilege_app:read': {
          application: 'app',
          name: 'read',
          actions: ['data:read/*'],
          metadata: {},
          type: 'application-privilege',
        },
      });
    }
    const [apiKey] = await search(destination, { term: { doc_type: 'api_key' } });
    expect(apiKey).toMatchObject({ name: 'ci', api_key_invalidated: false, creator: { principal: 'runner' } });
    const indices = [{ names: ['.security*'], privileges: ['read'] }];
    await send(destination, 'PUT /_security/role/plain', { indices });
    await send(destination, 'PUT /_security/role/restricted', {
      indices: [{ ...indices[0], allow_restricted_indices: true }],
    });
    const path = 'POST /.security-7/_search';
    const plain = await user(destination, 'plain', { roles: ['plain'] });
    expect(await send(destination, path, {}, as(plain))).toMatchObject(refusal(403, 'security_exception'));
    const restricted = await user(destination, 'restricted', { roles: ['restricted'] });
    const { status, headers } = await send(destination, path, {}, as(restricted));
    expect(status).toBe(200);
    if (hasFeatures) expect(headers.get('warning')).toContain('this request accesses system indices: [.security-7]');
    else expect(headers.get('warning')).toBeNull();
  });

  it('U1: since 8.19 the roles that are built in are documents, too, and say that they are reserved', async () => {
    const reserved = async () =>
      (await search(destination, { term: { type: 'role' } })).filter(
        ({ metadata }) => (metadata as Record<string, unknown>)._reserved === true,
      );
    if (!['8.19', '9.5'].includes(version)) {
      expect(await reserved()).toEqual([]);
      return;
    }
    await expect.poll(async () => (await reserved()).length, { timeout: 20_000 }).toBeGreaterThan(28);
    const found = await reserved();
    expect(found.map(({ _id }) => _id)).toEqual(expect.arrayContaining(['role-superuser', 'role-kibana_system']));
  });

  it('U2: a hash of a password is taken on 7.10 only of exactly the configured algorithm, later of bcrypt and PBKDF2', async () => {
    for (const [name, [password_hash, on7, since8]] of Object.entries(hashes)) {
      const seen = await send(destination, 'PUT /_security/user/hashed', { password_hash, roles: [] });
      const [algorithm = ''] = name.split(' ');
      const reason = hasFeatures
        ? 'could not be resolved to a supported hash algorithm'
        : `Provided password hash uses [${algorithm}] but the configured hashing algorithm is [BCRYPT]`;
      if (hasFeatures ? since8 : on7) expect([name, seen.status]).toEqual([name, 200]);
      else expect(seen).toMatchObject(refusal(400, 'illegal_argument_exception', reason));
    }
  });

  it('U2: the password of "elastic" is set by its hash since 8.0; on 7.10 only in clear', async () => {
    const [from] = await search(source, { ids: { values: ['reserved-user-elastic'] } });
    const seen = await send(destination, 'POST /_security/user/elastic/_password', { password_hash: from?.password });
    if (hasFeatures) expect(seen.body).toEqual({});
    else expect(seen).toMatchObject(refusal(400, 'parse_exception', 'unexpected field [password_hash]'));
    expect(await isAccepted(destination, elastic(passwords.elasticAtSource))).toBe(hasFeatures);
    expect(await isAccepted(destination, elastic(passwords.elasticAtDestination))).toBe(!hasFeatures);
  });

  it('U3: users, roles, role mappings and privileges go from cluster to cluster by the API, and old passwords work', async () => {
    const [found] = await search(source, { ids: { values: ['user-kara'] } });
    const { password: password_hash, roles } = found ?? {};
    expect((await send(destination, 'PUT /_security/user/kara', { password_hash, roles }, as(runner))).body).toEqual({
      created: true,
    });
    expect(await statusOf(destination, kara)).toBe(200);
    expect(await statusOf(destination, { ...kara, password: 'another' })).toBe(401);
    const [{ _id: _, ...role } = {}] = await search(source, { ids: { values: ['role-cj_test_role'] } });
    expect((await send(destination, 'PUT /_security/role/cj_test_role', role)).body).toEqual({
      role: { created: true },
    });
    const mapping = { roles: ['cj_test_role'], enabled: true, rules: { field: { username: 'x*' } } };
    await send(source, 'PUT /_security/role_mapping/m', mapping);
    const [{ _id: __, ...kept } = {}] = await search(source, { ids: { values: ['role-mapping_m'] } });
    expect((await send(destination, 'PUT /_security/role_mapping/m', kept)).body).toEqual({
      role_mapping: { created: true },
    });
    const { body: privileges } = await send(source, 'GET /_security/privilege');
    expect(privileges).toEqual({});
    await send(source, 'PUT /_security/privilege', { app: { read: { actions: ['a:*'], metadata: { d: 1 } } } });
    const { body: shown } = await send(source, 'GET /_security/privilege/app');
    expect((await send(destination, 'PUT /_security/privilege', shown)).body).toEqual({
      app: { read: { created: true } },
    });
  });

  it('U4: to put a user drops their cached password at once', async () => {
    const ada = await user(destination, 'ada', { roles: [] });
    expect(await statusOf(destination, ada)).toBe(200);
    await send(destination, 'PUT /_security/user/ada', { password: 'another-password', roles: [] });
    expect(await statusOf(destination, ada)).toBe(401);
    expect(await statusOf(destination, { username: 'ada', password: 'another-password' })).toBe(200);
  });

  it('U5: a document of a user is no body of the call: it has a type, a password and nulls', async () => {
    const put = (body: unknown) => send(destination, 'PUT /_security/user/ada', body);
    const good = { password: 'a-password-1', roles: [] };
    expect(await put({ ...good, type: 'user' })).toMatchObject(
      refusal(400, 'parse_exception', 'unexpected field [type]'),
    );
    expect(await put({ ...good, metadata: null })).toMatchObject(refusal(400, 'parse_exception'));
    expect(await put({ ...good, username: 'bob' })).toMatchObject(refusal(400, 'illegal_argument_exception'));
    expect(await put({ ...good, metadata: { _x: 1 } })).toMatchObject(
      refusal(400, 'action_request_validation_exception'),
    );
    expect(await put({ password: 'a-password-1' })).toMatchObject(
      refusal(400, 'action_request_validation_exception', 'roles are missing'),
    );
    expect(await put({ roles: [] })).toMatchObject(refusal(400, 'validation_exception', 'password must be specified'));
    expect(await put({ ...good, password: 'short' })).toMatchObject(
      refusal(400, 'validation_exception', 'at least [6] characters'),
    );
    const both = { ...good, password_hash: hashes.BCRYPT?.[0] };
    expect(await put(both)).toMatchObject(refusal(400, 'validation_exception', 'password_hash has already been set'));
    expect((await put({ ...good, full_name: null, email: null, username: 'ada' })).body).toEqual({ created: true });
    // Without a password an existing user keeps it; everything else gets its default.
    expect((await put({ roles: ['x'] })).body).toEqual({ created: false });
    expect((await send(destination, 'GET /_security/user/ada')).body).toEqual({
      ada: { username: 'ada', roles: ['x'], full_name: null, email: null, metadata: {}, enabled: true },
    });
    expect(await statusOf(destination, { username: 'ada', password: 'a-password-1' })).toBe(200);
    await send(destination, 'PUT /_security/user/ada/_disable');
    expect(await statusOf(destination, { username: 'ada', password: 'a-password-1' })).toBe(401);
  });

  it('U9: what is reserved is shown among the others, and cannot be put or deleted', async () => {
    const { body: users } = await send(destination, 'GET /_security/user');
    expect(users).toMatchObject({ elastic: { roles: ['superuser'], metadata: { _reserved: true } }, runner: {} });
    expect(Object.keys(users)).toEqual(expect.arrayContaining(['kibana_system', 'remote_monitoring_user']));
    const { body: roles } = await send(source, 'GET /_security/role');
    expect(roles).toMatchObject({ superuser: { metadata: { _reserved: true } }, cj_test_role: { metadata: {} } });
    const good = { password: 'a-password-1', roles: [] };
    expect(await send(destination, 'PUT /_security/user/elastic', good)).toMatchObject(
      refusal(400, 'action_request_validation_exception', 'is reserved and only the password can be changed'),
    );
    for (const call of ['DELETE /_security/user/elastic', 'DELETE /_security/role/superuser'])
      expect(await send(destination, call)).toMatchObject(
        refusal(400, 'illegal_argument_exception', 'is reserved and cannot be deleted'),
      );
    expect(await send(destination, 'PUT /_security/role/superuser', { cluster: ['all'] })).toMatchObject({
      status: 400,
    });
    for (const call of ['GET /_security/user/nobody', 'DELETE /_security/user/nobody', 'GET /_security/role/nobody'])
      expect((await send(destination, call)).status).toBe(404);
  });

  it('U6: a role comes back with every default', async () => {
    const role = { cluster: ['monitor'], indices: [{ names: 'app-*', privileges: ['read'] }] };
    expect((await send(source, 'PUT /_security/role/reader', role)).body).toEqual({ role: { created: true } });
    const normalised = {
      cluster: ['monitor'],
      indices: [{ names: ['app-*'], privileges: ['read'], allow_restricted_indices: false }],
      applications: [],
      run_as: [],
      metadata: {},
      transient_metadata: { enabled: true },
    };
    expect((await send(source, 'GET /_security/role/reader')).body).toEqual({ reader: normalised });
    expect((await send(source, 'PUT /_security/role/reader', normalised)).body).toEqual({ role: { created: false } });
  });

  it('U7: a role with what later versions know is refused by those that do not know it', async () => {
    const put = (body: unknown) => send(source, 'PUT /_security/role/later', body);
    const later = {
      description: { description: 'Reads' },
      remote_indices: { remote_indices: [{ names: ['a'], privileges: ['read'], clusters: ['c'] }] },
      remote_cluster: { remote_cluster: [{ privileges: ['monitor_enrich'], clusters: ['c'] }] },
      metadata_flattened: { metadata_flattened: {} },
    };
    for (const [field, body] of Object.entries(later)) {
      if (['8.19', '9.5'].includes(version)) expect([field, (await put(body)).status]).toEqual([field, 200]);
      else expect(await put(body)).toMatchObject(refusal(400, 'parse_exception', `unexpected field [${field}]`));
    }
    expect(await put({ nonsense: 1 })).toMatchObject(refusal(400, 'parse_exception', 'unexpected field [nonsense]'));
    const inIndex = { indices: [{ names: ['a'], privileges: ['read'], nonsense: 1 }] };
    expect(await put(inIndex)).toMatchObject(refusal(400, 'parse_exception', 'unexpected field [nonsense]'));
    const invalid = 'action_request_validation_exception';
    expect(await put({ cluster: ['nonsense'] })).toMatchObject(
      refusal(400, invalid, 'unknown cluster privilege [nonsense]'),
    );
    const unknown = { indices: [{ names: ['a'], privileges: ['nonsense'] }] };
    expect(await put(unknown)).toMatchObject(refusal(400, invalid, 'unknown index privilege [nonsense]'));
    const isKnown = ['8.19', '9.5'].includes(version);
    expect((await put({ cluster: ['cross_cluster_search'] })).status).toBe(isKnown ? 200 : 400);
    expect((await put({ cluster: ['monitor_esql'] })).status).toBe(version === '9.5' ? 200 : 400);
    expect(await put({ metadata: { _x: 1 } })).toMatchObject(
      refusal(400, invalid, 'metadata keys may not start with [_]'),
    );
  });

  it('U8: role mappings are put as they are shown, and as they are kept', async () => {
    const rules = { all: [{ field: { username: ['x*', 'y'] } }, { except: { field: { 'realm.name': 'z' } } }] };
    const mapping = { enabled: false, roles: ['cj_test_role'], rules, metadata: { a: 1 } };
    expect((await send(source, 'PUT /_security/role_mapping/m', mapping)).body).toEqual({
      role_mapping: { created: true },
    });
    expect((await send(source, 'GET /_security/role_mapping/m')).body).toEqual({ m: mapping });
    const kept = { ...mapping, doc_type: 'role-mapping' };
    expect(await search(source, { ids: { values: ['role-mapping_m'] } })).toEqual([{ _id: 'role-mapping_m', ...kept }]);
    expect((await send(source, 'PUT /_security/role_mapping/m', kept)).body).toEqual({
      role_mapping: { created: false },
    });
    const without = ({ roles: _, ...rest }: typeof mapping) => rest;
    expect(await send(source, 'PUT /_security/role_mapping/n', without(mapping))).toMatchObject(
      refusal(400, 'parsing_exception', 'missing field [roles]'),
    );
    const both = { ...mapping, role_templates: [{ template: { source: 'x' } }] };
    expect(await send(source, 'PUT /_security/role_mapping/n', both)).toMatchObject({ status: 400 });
    expect((await send(source, 'DELETE /_security/role_mapping/m')).body).toEqual({ found: true });
    expect((await send(source, 'DELETE /_security/role_mapping/m')).status).toBe(404);
  });

  it('U8: application privileges are put as they are shown, not as they are kept', async () => {
    const put = (body: unknown) => send(source, 'PUT /_security/privilege', body);
    const given = { app: { read: { actions: ['data:read/*'], metadata: { d: 1 } }, all: { actions: ['*'] } } };
    expect((await put(given)).body).toEqual({ app: { read: { created: true }, all: { created: true } } });
    const shown = { application: 'app', name: 'read', actions: ['data:read/*'], metadata: { d: 1 } };
    expect((await send(source, 'GET /_security/privilege/app/read')).body).toEqual({ app: { read: shown } });
    expect((await put({ app: { read: shown } })).body).toEqual({ app: { read: { created: false } } });
    const kept = { app: { read: { ...shown, type: 'application-privilege' } } };
    expect(await put(kept)).toMatchObject({ status: 400, error: 'x_content_parse_exception' });
    expect(await put({ App: { read: shown } })).toMatchObject({ status: 400 });
    expect((await send(source, 'GET /_security/privilege/nothing')).body).toEqual({});
    expect((await send(source, 'DELETE /_security/privilege/app/nothing')).status).toBe(404);
    expect((await send(source, 'DELETE /_security/privilege/app/read,all')).body).toEqual({
      app: { read: { found: true }, all: { found: true } },
    });
  });

  it('U10: API keys are listed and invalidated; there is no way to put one', async () => {
    const key = await apiKeyAt(destination);
    expect(await statusOf(destination, key)).toBe(200);
    const { body } = await send(destination, 'GET /_security/api_key?name=ci');
    expect(body.api_keys).toEqual([
      expect.objectContaining({ name: 'ci', invalidated: false, username: 'runner', realm: 'default_native' }),
    ]);
    expect((await send(destination, 'GET /_security/api_key?id=nothing')).status).toBe(404);
    expect(await send(destination, 'POST /_security/api_key', { name: 'of-a-key' }, { login: key })).toMatchObject({
      status: 400,
    });
    const { body: gone } = await send(destination, 'DELETE /_security/api_key', { name: 'ci' });
    expect(gone).toMatchObject({ invalidated_api_keys: [body.api_keys[0].id], error_count: 0 });
    expect(await statusOf(destination, key)).toBe(401);
  });

  it('U10: service accounts have tokens since 8.0, listed for one account at a time', async () => {
    const account = '/_security/service/elastic/kibana';
    if (!hasFeatures) {
      expect((await send(destination, `GET ${account}/credential`)).status).toBe(400);
      return;
    }
    const made = await send(destination, `POST ${account}/credential/token/t1`);
    expect(made.body).toMatchObject({ created: true, token: { name: 't1' } });
    const bearer = { headers: { authorization: `Bearer ${made.body.token.value}` } };
    const { body: who } = await send(destination, 'GET /_security/_authenticate', undefined, bearer);
    expect(who).toMatchObject({ username: 'elastic/kibana', authentication_type: 'token' });
    expect((await send(destination, `GET ${account}/credential`)).body).toMatchObject({ count: 1, tokens: { t1: {} } });
    // A star is taken for a name.
    expect((await send(destination, 'GET /_security/service/elastic/*/credential')).body.count).toBe(0);
    expect(Object.keys((await send(destination, 'GET /_security/service')).body)).toContain('elastic/fleet-server');
    const found = await search(destination, { term: { doc_type: 'service_account_token' } });
    expect(found).toEqual([
      expect.objectContaining({ _id: 'service_account_token-elastic/kibana/t1', username: 'elastic/kibana' }),
    ]);
    expect((await send(destination, `DELETE ${account}/credential/token/t1`)).body).toEqual({ found: true });
  });

  if (hasFeatures) {
    it('E4: nobody may close, delete or write the security index but who was given its restricted privileges', async () => {
      const calls: readonly (readonly [string, unknown?])[] = [
        ['POST /.security-7/_close'],
        ['POST /.security-7/_open'],
        ['DELETE /.security-7'],
        ['PUT /.security-7/_doc/user-x', { type: 'user' }],
      ];
      for (const login of [runner, backend().pair.file])
        for (const [call, body] of calls)
          expect(await send(destination, call, body, as(login))).toMatchObject(
            refusal(403, 'security_exception', 'with effective roles [superuser] on restricted indices [.security-7]'),
          );
      for (const call of ['DELETE /.security-*?expand_wildcards=all', 'POST /.sec*/_close?expand_wildcards=all'])
        expect(await send(destination, call)).toMatchObject(
          refusal(400, 'illegal_argument_exception', 'Wildcard expressions or all indices are not allowed'),
        );
      expect(await isAccepted(destination, runner)).toBe(true);
    });

    it('E1: what holds for the security index holds for those of Kibana; through an alias that is not restricted they are open', async () => {
      const [kibana = ''] = stage.kibanaIndices;
      const refused = refusal(403, 'security_exception', `on restricted indices [${kibana}]`);
      for (const call of [`DELETE /${kibana}`, `POST /${kibana}/_close`])
        expect(await send(destination, call)).toMatchObject(refused);
      expect((await send(destination, `GET /${kibana}/_count`)).status).toBe(200);
      expect((await send(destination, 'PUT /.kibana/_doc/x?refresh=true', {}, as(runner))).status).toBe(201);
      expect((await send(destination, 'POST /.kibana/_close', undefined, as(runner))).body.indices).toEqual({
        [kibana]: { closed: true },
      });
      expect(await send(destination, `POST /${kibana}/_open`)).toMatchObject(refused);
      expect((await send(destination, `POST /${kibana}/_open`, undefined, system())).status).toBe(200);
    });

    it('E7: only who may manage the cluster sees its features', async () => {
      await send(destination, 'PUT /_security/role/watcher', { cluster: ['monitor'] });
      const watcher = await user(destination, 'watcher', { roles: ['watcher'] });
      expect(await send(destination, 'GET /_features', undefined, as(watcher))).toMatchObject(
        refusal(403, 'security_exception', 'this action is granted by the cluster privileges [manage,all]'),
      );
      const seen: Seen = await send(destination, 'GET /_features', undefined, as(runner));
      expect(seen.body.features).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'security' })]));
    });
  } else {
    it('L1: a password of "elastic" that the cluster has verified lately goes on while the index is closed', async () => {
      const login = elastic(passwords.elasticAtDestination);
      expect(await statusOf(destination, login)).toBe(200);
      await send(destination, 'POST /.security-7/_close');
      expect(await statusOf(destination, runner)).toBe(401);
      expect(await statusOf(destination, login)).toBe(200);
      // Its privileges are not in the index: it can open it again.
      expect((await send(destination, 'POST /.security-7/_open', undefined, as(login))).status).toBe(200);
      await send(destination, 'POST /.security-7/_close');
      await send(destination, 'POST /_security/realm/*/_clear_cache');
      expect(await statusOf(destination, login)).toBe(401);
    });

    it('L1: while the security index is closed there is nothing to see of users and roles, and role mappings seem to be none', async () => {
      await send(destination, 'POST /.security-7/_close');
      for (const path of ['user', 'user/runner', 'role', 'api_key', 'privilege'])
        expect(await send(destination, `GET /_security/${path}`)).toMatchObject(refusal(400, 'index_closed_exception'));
      expect((await send(destination, 'GET /_security/role_mapping')).body).toEqual({});
      expect((await send(destination, 'GET /_security/role/superuser')).status).toBe(200);
      await send(destination, 'POST /.security-7/_open');
    });

    it('U8: role templates are kept as text, and put as they are kept', async () => {
      const template = { source: '{{#tojson}}groups{{/tojson}}' };
      const rules = { field: { username: 'x*' } };
      const put = (role_templates: unknown) =>
        send(source, 'PUT /_security/role_mapping/t', { enabled: true, rules, role_templates });
      expect((await put([{ template, format: 'json' }])).status).toBe(200);
      const shown = [{ template: JSON.stringify(template), format: 'json' }];
      expect((await send(source, 'GET /_security/role_mapping/t')).body.t).toEqual({
        enabled: true,
        rules,
        metadata: {},
        role_templates: shown,
      });
      expect((await put(shown)).body).toEqual({ role_mapping: { created: false } });
      expect((await send(source, 'GET /_security/role_mapping/t')).body.t.role_templates).toEqual(shown);
    });
  }
}
