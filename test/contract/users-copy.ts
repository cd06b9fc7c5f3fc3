import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, lastJournal, runbook, workingDirectory, writesIn } from '../program.ts';
import { secretsOf } from '../real/environment.ts';
import { canLogIn, type Pair, passwords, request } from '../real/lab.ts';

/** Users go from the source of one pair to the destination of another, or of the same. */
export interface Journey {
  readonly from: Pair;
  readonly to: Pair;
  readonly reset: () => Promise<void>;
}

const pbkdf2 =
  '{PBKDF2}10000$fggMs3T9cBLIa2jM3P3WQVvpFY2fOR/qsxCcyMGOYKo=$Kj8o8+E1a6VSdoZ9GGipxg+fh78hIt0855pZjXx3PRM=';
const ofKara = 'karas-own-pw-1';

/**
 * `users-copy` from end to end, with no bucket: the same in the sandbox and on real servers.
 * @param extent `core` is what depends on the pair of versions; the rest is `whole`.
 */
export function usersCopyContract(name: string, journey: () => Journey, extent: 'whole' | 'core'): void {
  describe(name, () => {
    let from: Pair;
    let to: Pair;
    let directory: string;

    beforeEach(async () => {
      const { reset, ...pairs } = journey();
      ({ from, to } = pairs);
      await reset();
      directory = workingDirectory();
      write('journal: { seal: { env: SEAL } }');
    });

    function write(journal = '', login = '{ basic: { username: runner, password: { env: DESTINATION_PASSWORD } } }') {
      writeFileSync(
        join(directory, 'lab.yaml'),
        `apiVersion: runbook/v1
environment: lab
${journal}
connections:
  source: { url: ${from.source.url}, auth: { basic: { username: elastic, password: { env: SOURCE_PASSWORD } } } }
  destination: { url: ${to.destination.url}, auth: ${login} }
`,
      );
    }
    async function start(args: readonly string[], change: Record<string, string> = {}) {
      const secrets = { ...secretsOf(from), ...change };
      const ended = await runbook(directory, args, secrets);
      const texts = [ended.stdout, ended.stderr, ...filesBelow(join(directory, '.runbook')).values()];
      for (const secret of Object.values(secrets)) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      // No hash of a password either: a runbook may name how one begins, never how it goes on.
      expect(texts.filter((text) => /\$2[aby]\$\d\d\$[./A-Za-z0-9]{10}/.test(text))).toEqual([]);
      return ended;
    }
    const exec = (...args: string[]) => start(['exec', 'users-copy', '--env', 'lab.yaml', ...args]);
    const writes = () => writesIn(lastJournal(directory)).length;
    const atSource = (method: string, path: string, body?: unknown) => request(from, from.source, method, path, body);
    const at = (method: string, path: string, body?: unknown) => request(to, to.destination, method, path, body);
    const logsIn = (user: string, password: string) => canLogIn(to, to.destination, user, password);
    const makeOwnKara = () =>
      at('PUT', '/_security/user/kara', { password: ofKara, roles: ['superuser'], metadata: { team: 'ours' } });

    it('copies users with their passwords, roles, role mappings and application privileges, and leaves the rest', async () => {
      const mapping = { enabled: true, roles: ['cj_test_role'], rules: { field: { username: 'x*' } } };
      await atSource('PUT', '/_security/role_mapping/m', mapping);
      const actions = { actions: ['data:read/*'], metadata: { shown: true } };
      await atSource('PUT', '/_security/privilege', {
        app: { read: actions },
        'kibana-.kibana': { all: { actions: ['ui:all'] } },
      });
      await atSource('POST', '/_security/api_key', { name: 'a-key' });

      const ended = await exec();

      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(0);
      expect(await logsIn('kara', passwords.kara)).toBe(true);
      expect(await logsIn('runner', passwords.runner)).toBe(true);
      expect(await logsIn('destonly', passwords.destinationOnly)).toBe(true);
      expect(await logsIn('elastic', passwords.elasticAtDestination)).toBe(true);
      expect((await at('GET', '/_security/user/kara')).body).toMatchObject({ kara: { roles: ['cj_test_role'] } });
      expect((await at('GET', '/_security/role/cj_test_role')).body).toMatchObject({
        cj_test_role: { cluster: ['monitor'] },
      });
      expect((await at('GET', '/_security/role_mapping/m')).body).toMatchObject({ m: mapping });
      expect((await at('GET', '/_security/privilege/app')).body).toMatchObject({ app: { read: actions } });
      // Each Kibana registers its own.
      expect((await at('GET', '/_security/privilege/kibana-.kibana/all')).body).toEqual({});
      for (const said of [
        'user "kara": created',
        'role "cj_test_role": created',
        'application privilege "app:read": created',
      ])
        expect(ended.stdout).toContain(said);
      expect(ended.stdout).toMatch(/API keys have no import\. .*a-key of /);

      const again = await exec();
      expect(again.code).toBe(0);
      expect(again.stdout).toContain('user "kara": unchanged, the same at both clusters');
      expect(again.stdout).toContain('role "cj_test_role": unchanged');
      expect(writes()).toBe(0);
    });

    it('skips what the destination has, or overwrites it; a rollback of another process restores it, password and all', async () => {
      await makeOwnKara();
      const kept = await exec();
      expect(kept.code).toBe(0);
      expect(kept.stdout).toContain('user "kara": skipped, the destination has another one of this name');
      expect(await logsIn('kara', ofKara)).toBe(true);

      const over = await exec('--set', 'existing=overwrite');
      expect(over.code).toBe(0);
      expect(over.stdout).toContain('user "kara": overwritten');
      expect(await logsIn('kara', passwords.kara)).toBe(true);

      const run = /runbook rollback (\S+)/.exec(over.stdout)?.[1] ?? '';
      const other = await start(['rollback', run, '--yes'], {
        SEAL: 'another key of the tests, which does not open it',
      });
      expect(other.code).toBe(2);
      expect(other.stderr).toContain('cannot be opened with this key');
      expect(other.stderr).toContain('nothing was sent');
      expect(await logsIn('kara', passwords.kara)).toBe(true);

      const back = await start(['rollback', run, '--yes']);
      expect(back.code).toBe(0);
      expect(await logsIn('kara', ofKara)).toBe(true);
      expect((await at('GET', '/_security/user/kara')).body).toMatchObject({
        kara: { roles: ['superuser'], metadata: { team: 'ours' } },
      });
    });

    it('names, before the first write, the users whose hash a 7.10 destination refuses; any other takes it', async () => {
      if (from.version === '7.10')
        return expect((await atSource('PUT', '/_security/user/odd', { password_hash: pbkdf2, roles: [] })).status).toBe(
          400,
        );
      await atSource('PUT', '/_security/user/odd', { password_hash: pbkdf2, roles: ['cj_test_role'] });
      const ended = await exec();
      if (to.version !== '7.10') return expect(ended.code).toBe(0);
      expect(ended.code).toBe(4);
      expect(ended.stdout).toMatch(/expected +\S.*: one of \[\]\n.*actual +\S.*: \["odd"\]\n/);
      expect(ended.stdout).toContain('--set exclude_users=NAME');
      const without = await exec('--set', 'exclude_users=odd');
      expect(without.code).toBe(0);
    });

    it('gives elastic the password of the source on request, and not towards 7.10', async () => {
      const ended = await exec('--set', 'include_elastic=true');
      if (to.version === '7.10') {
        expect(ended.code).toBe(4);
        expect(ended.stdout).toContain('7.10 has no API that takes a password hash for elastic');
        return;
      }
      expect(ended.code).toBe(0);
      expect(await logsIn('elastic', passwords.elasticAtSource)).toBe(true);
      const run = /runbook rollback (\S+)/.exec(ended.stdout)?.[1] ?? '';
      expect((await start(['rollback', run, '--yes'])).code).toBe(0);
      expect(await logsIn('elastic', passwords.elasticAtDestination)).toBe(true);
      expect((await at('GET', '/_security/user/kara')).status).toBe(404);
    });

    if (extent === 'core') return;

    it('predicts each of its writes in a dry run', async () => {
      const ended = await exec('--dry-run', '--detailed-exitcode');
      expect(ended.code).toBe(5);
      expect(ended.stdout).toContain('dry run: 2 writes: 2 would change, 0 no change');
      expect((await at('GET', '/_security/user/kara')).status).toBe(404);
    });

    it('overwrites nothing without a key to seal what a rollback needs', async () => {
      write();
      const refused = await exec('--set', 'existing=overwrite');
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('has no journal.seal, and a rollback restores the secret');
      expect((await exec()).code).toBe(0);
    });

    it('never touches the login that it runs with, nor its roles', async () => {
      await at('PUT', '/_security/role/admins', {
        cluster: ['all'],
        indices: [{ names: ['*', '.security*'], privileges: ['all'], allow_restricted_indices: true }],
      });
      await at('PUT', '/_security/user/runner', { password: passwords.runner, roles: ['admins'] });
      await atSource('PUT', '/_security/role/admins', { cluster: ['monitor'] });
      await atSource('PUT', '/_security/user/runner', { password: 'another-pw-2', roles: ['cj_test_role'] });

      const ended = await exec('--set', 'existing=overwrite');

      expect(ended.code).toBe(0);
      expect(await logsIn('runner', passwords.runner)).toBe(true);
      expect((await at('GET', '/_security/role/admins')).body).toMatchObject({ admins: { cluster: ['all'] } });
      expect(ended.stdout).toContain('user "runner": skipped, this run uses it at the destination');
      expect(ended.stdout).toContain('roles of the user of this run at the destination were not changed: admins');
    });

    it('copies only what is included and not excluded, by name or with wildcards', async () => {
      for (const user of ['app-1', 'app-2', 'ada'])
        await atSource('PUT', `/_security/user/${user}`, { password: 'a-password-1', roles: ['cj_test_role'] });
      const ended = await exec(
        '--set',
        'include_users=app-*,kara',
        '--set',
        'exclude_users=*-2',
        '--set',
        'include_roles=nothing',
      );
      expect(ended.code).toBe(0);
      expect(await logsIn('app-1', 'a-password-1')).toBe(true);
      expect(await logsIn('kara', passwords.kara)).toBe(true);
      for (const path of ['user/app-2', 'user/ada', 'role/cj_test_role'])
        expect((await at('GET', `/_security/${path}`)).status).toBe(404);
    });

    it('works with an API key of a superuser', async () => {
      const { body } = await at('POST', '/_security/api_key', { name: 'copy' });
      const { id, api_key } = body as { id: string; api_key: string };
      const encoded = Buffer.from(`${id}:${api_key}`).toString('base64');
      write('', '{ api_key: { env: API_KEY } }');
      // A key of the file realm's superuser: it has no user whose password could be in use.
      const ended = await start(['exec', 'users-copy', '--env', 'lab.yaml'], { API_KEY: encoded });
      expect(ended.code).toBe(0);
      expect(await logsIn('kara', passwords.kara)).toBe(true);
    });

    it('refuses a login that may not read the users, before anything is written', async () => {
      await at('PUT', '/_security/role/narrow', { cluster: ['manage_security', 'monitor'] });
      await at('PUT', '/_security/user/runner', { password: passwords.runner, roles: ['narrow'] });
      const ended = await exec();
      expect(ended.code).toBe(4);
      expect(ended.stdout).toContain('These credentials cannot put users and roles, or not see which are there.');
    });
  });
}
