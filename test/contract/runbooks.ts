import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aliasOf, flightIndex, type LoopbackServer } from '../../src/sandbox/index.ts';
import { startKibana } from '../kibana.ts';
import { filesBelow, lastJournal, outcomes, runbook, workingDirectory, writesIn } from '../program.ts';
import { environmentOf, secretsOf } from '../real/environment.ts';
import {
  type Cluster,
  canLogIn,
  kibanaIndices,
  type Pair,
  passwords,
  releases,
  request,
  type Version,
} from '../real/lab.ts';
import type { Backend } from './backend.ts';

const flights = ['[Flights] Destination Weather', '[Flights] Delays & Cancellations'];

/** The bundled runbooks from end to end: the same on the sandbox and on real servers. */
export function runbooksContract(name: string, version: Version, backend: () => Backend): void {
  describe(name, () => {
    const kibanas: LoopbackServer[] = [];
    let pair: Pair;
    let directory: string;
    let environment: string;

    beforeAll(async () => {
      ({ pair } = backend());
      for (const cluster of [pair.source, pair.destination]) kibanas.push(await startKibana(pair, cluster.url));
    });
    afterAll(() => Promise.all(kibanas.map((kibana) => kibana.close())));
    beforeEach(async () => {
      await backend().reset();
      directory = workingDirectory();
      environment = environmentOf(pair, {
        kibana: { source: kibanas[0]?.url ?? '', destination: kibanas[1]?.url ?? '' },
      });
    });

    async function exec(runbookName: string, ...args: string[]) {
      writeFileSync(join(directory, 'lab.yaml'), environment);
      const secrets = secretsOf(pair);
      const ended = await runbook(directory, ['exec', runbookName, '--env', 'lab.yaml', ...args], secrets);
      const texts = [ended.stdout, ended.stderr, ...filesBelow(join(directory, '.runbook')).values()];
      for (const secret of Object.values(secrets)) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      return ended;
    }
    const writes = () => writesIn(lastJournal(directory)).length;
    const kara = () => canLogIn(pair, pair.destination, 'kara', passwords.kara);
    const runner = () => canLogIn(pair, pair.destination, 'runner', passwords.runner);
    // Since 8.0 only Kibana itself writes into its indices.
    const own = () => pair.kibana ?? pair.file;
    const at = (method: string, path: string, body?: unknown) =>
      request(pair, pair.destination, method, path, body, path.startsWith('/.kibana') ? own() : pair.file);
    const visualizations = aliasOf(releases[version], 'visualization');
    async function titles(): Promise<string[]> {
      const query = { size: 1000, query: { terms: { type: ['visualization'] } } };
      const { body } = await at('POST', `/${visualizations}/_search`, query);
      const { hits } = body as { hits: { hits: { _source: { visualization?: { title: string } } }[] } };
      return hits.hits.flatMap(({ _source }) => (_source.visualization ? [_source.visualization.title] : []));
    }

    it(`visualizations: moves them without changing anybody's login, and says what is not carried`, async () => {
      const ended = await exec('visualizations', '--confirm', 'replace/swap');

      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(0);
      expect(await titles()).toEqual(expect.arrayContaining(flights));
      expect(await runner()).toBe(true);
      expect(await kara()).toBe(false);
      expect(outcomes(lastJournal(directory))).toMatchObject({ 'data-missing': 'done' });
      expect(ended.stdout).toContain(
        `WARNING: The destination lacks some of the indices that the visualizations show (${flightIndex})`,
      );
      expect(ended.stdout).toContain("WARNING: Restart the destination's Kibana now");
    });

    it('visualizations: takes users along where it is told to, and warns', async () => {
      const ended = await exec('visualizations', '--confirm', 'replace/swap', '--set', 'include_security=true');

      expect(ended.code).toBe(0);
      expect(await titles()).toEqual(expect.arrayContaining(flights));
      expect(await runner()).toBe(false);
      expect(await kara()).toBe(true);
      expect(ended.stdout).toContain(
        'WARNING: include_security is true: all users, roles, API keys and passwords of the destination are replaced',
      );
    });

    it('visualizations: puts everything back when a named one does not arrive', async () => {
      // It is at the source, but in no snapshot of it: the snapshot is an old one.
      expect((await exec('visualizations', '--confirm', 'replace/swap')).code).toBe(0);
      await backend().reset();
      expect((await exec('visualizations', '--confirm', 'replace/swap')).code).toBe(0);
      await at('DELETE', '/_snapshot/my_restore');
      await at('DELETE', '/_snapshot/my_safety');
      const late = { type: 'visualization', visualization: { title: 'Late' }, references: [] };
      await request(pair, pair.source, 'PUT', `/${visualizations}/_doc/visualization:late?refresh=true`, late, own());
      const another = { type: 'visualization', visualization: { title: 'Own' }, references: [] };
      await at('PUT', `/${visualizations}/_doc/visualization:own?refresh=true`, another);
      // Restored before, so it counts as unchanged; opened anew, it does not.
      for (const index of kibanaIndices(version)) {
        await at('POST', `/${index}/_close`);
        await at('POST', `/${index}/_open`);
      }

      const ended = await exec(
        'visualizations',
        '--confirm',
        'replace/swap',
        '--set',
        'reuse_snapshot=true',
        '--set',
        'visualizations=Late',
      );

      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('nothing that its steps wrote is left in place');
      expect(await titles()).toContain('Own');
      expect(await runner()).toBe(true);
    });

    it('users: every user and role of the source has to arrive, or those that are named', async () => {
      const users = (...args: string[]) => exec('users', '--confirm', 'replace/swap', ...args);
      expect((await users()).code).toBe(0);
      await at('PUT', '/_security/user/runner', { password: passwords.runner, roles: ['superuser'] });
      const late = { password: 'late-pw-1', roles: ['cj_test_role'] };
      await request(pair, pair.source, 'PUT', '/_security/user/late', late);

      const lacking = await users('--set', 'reuse_snapshot=true');
      expect(lacking.code).toBe(4);
      expect(lacking.stdout).toContain('The destination lacks some of these users.');
      expect(outcomes(lastJournal(directory))).toMatchObject({ 'users-are-there/find': 'failed' });

      const named = await users('--set', 'reuse_snapshot=true', '--set', 'users=kara', '--set', 'roles=cj_test_role');
      expect(named.code).toBe(0);
      expect(writes()).toBe(0);
      const unknown = await users('--set', 'reuse_snapshot=true', '--set', 'roles=cj_test_rle');
      expect(unknown.code).toBe(4);
      expect(unknown.stdout).toContain('The source lacks some of these roles. Check the input "roles".');
    });

    it('prepare-users: creates the role and the user once, and nobody else’s', async () => {
      const first = await exec('prepare-users', '--set', 'user=ada', '--set', 'role=reader');
      expect(first.code).toBe(0);
      expect(await canLogIn(pair, pair.source, 'ada', passwords.kara)).toBe(true);
      const again = await exec('prepare-users', '--set', 'user=ada', '--set', 'role=reader');
      expect(again.stdout).toContain('done, 0 writes were sent');
      const others = await exec('prepare-users', '--set', 'user=ada', '--set', 'role=another');
      expect(others.code).toBe(4);
      expect(others.stdout).toContain('There is a user "ada" without the role "another"');
      expect((await request(pair, pair.source, 'GET', '/_security/role/another')).status).toBe(404);
    });

    it('prepare-visualizations: adds the sample data once', async () => {
      const first = await exec('prepare-visualizations');
      expect(first.code).toBe(0);
      expect((await request(pair, pair.source, 'GET', `/${flightIndex}/_count`)).body).toMatchObject({ count: 12 });
      expect((await exec('prepare-visualizations')).stdout).toContain('done, 0 writes were sent');
    });

    it('visualizations-copy: adds what the destination lacks, and leaves the rest', async () => {
      const own = { type: 'visualization', visualization: { title: 'Own weather' }, references: [] };
      await at('PUT', `/${visualizations}/_doc/visualization:flights-destination-weather?refresh=true`, own);
      const first = await exec('visualizations-copy', '--set', 'visualizations=[Flights] Delay Type');
      expect(first.code).toBe(0);
      expect(await titles()).toEqual(expect.arrayContaining(['Own weather', '[Flights] Delay Type']));
      expect(await titles()).not.toContain('[Flights] Destination Weather');
      expect(first.stdout).toContain(`show data that is not copied (${flightIndex})`);

      const again = await exec('visualizations-copy', '--set', 'visualizations=[Flights] Delay Type');
      expect(again.stdout).toContain('done, 0 writes were sent');

      const over = await exec('visualizations-copy', '--set', 'conflicts=overwrite');
      expect(over.code).toBe(0);
      expect(await titles()).toContain('[Flights] Destination Weather');
      expect(await titles()).not.toContain('Own weather');
      expect((await exec('visualizations-copy', '--set', 'conflicts=overwrite')).stdout).toContain(
        'done, 0 writes were sent',
      );

      expect((await exec('visualizations-copy', '--set', 'conflicts=new_copies')).code).toBe(0);
      expect((await titles()).filter((title) => title === '[Flights] Delay Type')).toHaveLength(2);
    });

    it('visualizations-copy: refuses what refers to something that is not there', async () => {
      const pattern = `/${visualizations}/_doc/index-pattern:flights?refresh=true`;
      await request(pair, pair.source, 'DELETE', pattern, undefined, own());
      const ended = await exec('visualizations-copy');
      expect(ended.code).toBe(4);
      expect(ended.stdout).toContain('Some objects refer to these, which are not there');
    });

    if (version === '7.10')
      describe('the system indices of 7.10', () => {
        const alias = (cluster: Cluster, ...actions: unknown[]) =>
          request(pair, cluster, 'POST', '/_aliases', { actions });

        it('a leftover index is no reason to refuse: what the restore replaces loses its alias', async () => {
          const settings = { settings: { number_of_shards: 1, number_of_replicas: 0 } };
          await request(pair, pair.source, 'PUT', '/.kibana_2', settings);
          await alias(
            pair.source,
            { remove: { index: '.kibana_1', alias: '.kibana' } },
            { add: { index: '.kibana_2', alias: '.kibana' } },
          );
          const late = { type: 'visualization', visualization: { title: 'Late' }, references: [] };
          await request(pair, pair.source, 'PUT', '/.kibana_2/_doc/visualization:late?refresh=true', late);

          const ended = await exec('visualizations', '--confirm', 'replace/swap', '--set', 'visualizations=Late');

          expect(ended.code).toBe(0);
          const { body } = await at('GET', '/_cat/aliases/.kibana?format=json&h=alias,index');
          expect(body).toEqual([{ alias: '.kibana', index: '.kibana_2' }]);
        });

        it('event logs stay as they are; restoring them beside others is refused before anything is written', async () => {
          const log = (number: number) => `.kibana-event-log-7.10.2-00000${number}`;
          for (const [cluster, number] of [
            [pair.source, 2],
            [pair.destination, 1],
          ] as const)
            await request(pair, cluster, 'PUT', `/${log(number)}`, {
              settings: { number_of_shards: 1, number_of_replicas: 0, index: { hidden: true } },
              aliases: { '.kibana-event-log-7.10.2': { is_write_index: true, is_hidden: true } },
            });
          const users = (...args: string[]) => exec('users', '--confirm', 'replace/swap', ...args);

          const refused = await users('--set', 'exclude=');
          expect(refused.code).toBe(4);
          expect(refused.stdout).toContain(`"${log(1)}"`);
          expect(refused.stdout).toContain('leave such indices out (--set exclude=PATTERN,…)');

          expect((await users()).code).toBe(0);
          expect(await kara()).toBe(true);
          expect((await at('GET', `/${log(1)}`)).status).toBe(200);
          expect((await at('GET', `/${log(2)}`)).status).toBe(404);
        });

        it('users without the identity "recovery", as on a managed cluster: the refusal names what works there', async () => {
          environment = environmentOf(pair, { identities: '' });
          const ended = await exec('users', '--confirm', 'replace/swap');
          expect(ended.code).toBe(2);
          expect(ended.stderr).toContain('gives the connection "destination" no identity "recovery"');
          expect(ended.stderr).toContain('runbook exec users-copy --env FILE');
          expect(ended.stderr).toContain('users-merge --env FILE');
          expect((await exec('users-copy')).code).toBe(0);
          expect(await kara()).toBe(true);
        });
      });

    if (version === '7.10')
      describe('users-merge-7.10', () => {
        it('adds users and roles; nothing is closed, and the destination keeps its own', async () => {
          const ended = await exec('users-merge');

          expect(ended.code).toBe(0);
          expect(await kara()).toBe(true);
          expect(await runner()).toBe(true);
          expect(await canLogIn(pair, pair.destination, 'destonly', passwords.destinationOnly)).toBe(true);
          expect(await canLogIn(pair, pair.destination, 'elastic', passwords.elasticAtDestination)).toBe(true);
          expect(ended.stdout).toContain('user "kara": created');
          expect(ended.stdout).toContain('role "cj_test_role": created');
          const sent = writesIn(lastJournal(directory)).map(({ call }) => call.request);
          expect(sent.filter((call) => call.includes('_close'))).toEqual([]);
          const { body } = await at('GET', '/_cat/indices/runbook-copy-*?format=json&h=index&expand_wildcards=all');
          expect(body).toEqual([]);
        });

        it('says of each user what became of it: unchanged, skipped, overwritten', async () => {
          await exec('users-merge');
          const again = await exec('users-merge', '--set', 'reuse_snapshot=true');
          expect(again.stdout).toContain('user "kara": unchanged');
          await at('PUT', '/_security/user/kara', { password: 'another-pw-1', roles: ['superuser'] });

          const kept = await exec('users-merge', '--set', 'reuse_snapshot=true');
          expect(kept.code).toBe(0);
          expect(kept.stdout).toContain('user "kara": skipped, the destination has another one of this name');
          expect(await canLogIn(pair, pair.destination, 'kara', 'another-pw-1')).toBe(true);

          const overwritten = await exec('users-merge', '--set', 'reuse_snapshot=true', '--set', 'existing=overwrite');
          expect(overwritten.code).toBe(0);
          expect(overwritten.stdout).toContain('user "kara": overwritten');
          expect(await kara()).toBe(true);
        });

        it('never overwrites who runs it', async () => {
          await request(pair, pair.source, 'PUT', '/_security/user/runner', {
            password: 'another-pw-2',
            roles: ['cj_test_role'],
          });
          const ended = await exec('users-merge', '--set', 'existing=overwrite');
          expect(ended.code).toBe(0);
          expect(await runner()).toBe(true);
        });

        it('carries role mappings, and no hash of a password into any record', async () => {
          const mapping = { enabled: true, roles: ['cj_test_role'], rules: { field: { username: 'x*' } } };
          await request(pair, pair.source, 'PUT', '/_security/role_mapping/m', mapping);
          expect((await exec('users-merge')).code).toBe(0);
          expect((await at('GET', '/_security/role_mapping/m')).body).toMatchObject({ m: mapping });
          const texts = [...filesBelow(join(directory, '.runbook')).values()];
          expect(texts.filter((text) => text.includes('$2a$'))).toEqual([]);
        });
      });

    if (version !== '7.10')
      describe('8.5 and later', () => {
        it('users-8.5: moves kara with her password; the destination’s own users are gone', async () => {
          const ended = await exec('users', '--confirm', 'replace/swap');

          expect(ended.stderr).toBe('');
          expect(ended.code).toBe(0);
          expect(await kara()).toBe(true);
          expect(await runner()).toBe(false);
          expect(await canLogIn(pair, pair.destination, 'elastic', passwords.elasticAtSource)).toBe(true);
          const { body } = await at('GET', '/_snapshot/my_restore');
          expect(body).toMatchObject({ my_restore: { settings: { readonly: 'true' } } });
        });

        it('users-8.5: a second run finds everything there', async () => {
          expect((await exec('users', '--confirm', 'replace/swap')).code).toBe(0);
          await at('PUT', '/_security/user/runner', { password: passwords.runner, roles: ['superuser'] });
          const again = await exec('users', '--confirm', 'replace/swap', '--set', 'reuse_snapshot=true');
          expect(again.code).toBe(0);
          expect(writes()).toBe(0);
        });

        it('users-8.5: refuses to start without the identity that goes on', async () => {
          environment = environmentOf(pair, { identities: '' });
          const ended = await exec('users', '--confirm', 'replace/swap');
          expect(ended.code).toBe(2);
          expect(ended.stderr).toContain(
            'gives the connection "destination" none of the identities recovery, restored',
          );
          expect(ended.stderr).toContain('runbook exec users-copy --env FILE');
          environment = environmentOf(pair, {
            recovery: '{ basic: { username: runner, password: { env: DESTINATION_PASSWORD } } }',
          });
          const native = await exec('users', '--confirm', 'replace/swap');
          expect(native.code).toBe(4);
          expect(native.stdout).toMatch(
            /expected +authentication_realm\.type: "file"\n.*actual +authentication_realm\.type: "native"\n/,
          );
        });

        it('users-8.5: refuses an empty snapshot that says SUCCESS, and does not touch the destination', async () => {
          const repository = {
            type: 'oss',
            settings: {
              endpoint: pair.objects,
              access_key_id: secretsOf(pair).OSS_KEY,
              secret_access_key: secretsOf(pair).OSS_SECRET,
              bucket: 'runbook-test-bucket',
              base_path: 'snapshot/',
            },
          };
          await request(pair, pair.source, 'PUT', '/_snapshot/my_backup', repository);
          await request(pair, pair.source, 'PUT', '/_snapshot/my_backup/snapshot_1?wait_for_completion=true', {
            indices: '-*',
            feature_states: ['securty'],
          });

          const ended = await exec('users', '--confirm', 'replace/swap', '--set', 'reuse_snapshot=true');

          expect(ended.code).toBe(4);
          expect(ended.stdout).toContain('The snapshot is empty.');
          expect(await runner()).toBe(true);
        });

        describe('users without a file realm', () => {
          const withRestored = (login: string) =>
            environmentOf(pair, { identities: `    identities:\n      restored: { auth: ${login} }\n` });
          const elastic = '{ basic: { username: elastic, password: { env: SOURCE_PASSWORD } } }';
          const users = (...args: string[]) => exec('users', '--confirm', 'replace/swap', ...args);
          const lock = async () => (await at('GET', '/runbook-locks/_doc/cluster')).status;

          it('are replaced by a native superuser that the snapshot lacks, and the login of the source goes on', async () => {
            environment = withRestored(elastic);
            const ended = await users();

            expect(ended.stderr).toBe('');
            expect(ended.code).toBe(0);
            expect(await kara()).toBe(true);
            expect(await runner()).toBe(false);
            expect(ended.stdout).toContain('If the restore fails half-way, nobody may be able to log in');
            expect(await lock()).toBe(404);
          });

          it('are not touched where the source lacks a user who is named', async () => {
            environment = withRestored(elastic);
            const ended = await users('--set', 'users=mallory');
            expect(ended.code).toBe(4);
            expect(ended.stdout).toContain('The source lacks some of these users. Check the input "users".');
            expect(await runner()).toBe(true);
          });

          it('are not touched where the login is not one of the source', async () => {
            environment = withRestored('{ basic: { username: runner, password: { env: DESTINATION_PASSWORD } } }');
            const ended = await users();
            expect(ended.code).toBe(4);
            expect(ended.stdout).toContain('did not accept user runner');
            expect(writes()).toBe(0);
          });

          it('are not touched where the login would not be in the snapshot', async () => {
            environment = withRestored(elastic);
            const ended = await users('--set', 'reuse_snapshot=true');
            expect(ended.code).toBe(4);
            expect(ended.stdout).toContain(
              'nothing proves that "restored" was among the users when the snapshot was made',
            );
            environment = withRestored(
              `{ basic: { username: ${pair.file.username}, password: { env: RECOVERY_PASSWORD } } }`,
            );
            const ofFile = await users();
            expect(ofFile.code).toBe(4);
            expect(ofFile.stdout).toMatch(/expected +authentication_realm\.type: one of/);
            expect(await runner()).toBe(true);
          });
        });
      });
  });
}
