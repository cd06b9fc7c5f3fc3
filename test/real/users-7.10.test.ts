import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { accessKey } from '../object-store.ts';
import { filesBelow, lastJournal, outcomes, runbook, workingDirectory, writesIn } from '../program.ts';
import { type EnvironmentChange, environmentOf, secretsOf } from './environment.ts';
import { bucket, canLogIn, type Pair, passwords, request, reset, systemIndices } from './lab.ts';
import { type FaultyProxy, proxyTo, type Treatment } from './proxy.ts';

const provided = inject('lab')['7.10'];

describe.skipIf('skipped' in provided)('users-7.10 on two real clusters', () => {
  const lab = provided as Pair;
  const secrets = 'skipped' in provided ? {} : secretsOf(lab);
  const proxies: FaultyProxy[] = [];
  let directory: string;

  beforeEach(async () => {
    directory = workingDirectory();
    await reset(lab);
  });

  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  /** A proxy in front of a cluster, closed after the test. */
  async function behindProxy(target: string, treat: (call: string) => Treatment): Promise<FaultyProxy> {
    const proxy = await proxyTo(target, treat);
    proxies.push(proxy);
    return proxy;
  }

  /** Writes an environment file and gives its path. */
  function environment(change: EnvironmentChange = {}): string {
    const path = join(directory, 'lab.yaml');
    writeFileSync(path, environmentOf(lab, change));
    return path;
  }

  async function exec(
    args: readonly string[] = [],
    env: Record<string, string> = {},
    path = environment(),
    onStart?: (child: ChildProcess) => void,
  ) {
    return runbook(
      directory,
      ['exec', 'users-7.10', '--env', path, '--confirm', 'replace/swap', ...args],
      { ...secrets, ...env },
      onStart,
    );
  }

  /** The destination as it was before the run: its own users, its own documents, everything open. */
  async function expectDestinationUntouched() {
    expect(await canLogIn(lab, lab.destination, 'elastic', passwords.elasticAtDestination)).toBe(true);
    expect(await canLogIn(lab, lab.destination, 'runner', passwords.runner)).toBe(true);
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(false);
    const document = await request(lab, lab.destination, 'GET', '/.kibana/_doc/whose');
    expect(document.body).toMatchObject({ found: true, _source: { cluster: 'destination' } });
    expect(new Set(Object.values(await systemIndices(lab, lab.destination)))).toEqual(new Set(['open']));
  }

  const snapshotsAtSource = async (repository = 'my_backup') => {
    const { body } = await request(lab, lab.source, 'GET', `/_snapshot/${repository}/_all`);
    return ((body as { snapshots?: { snapshot: string }[] }).snapshots ?? []).map(({ snapshot }) => snapshot);
  };

  /** A repository of the source with the settings that the runbook uses, and a snapshot in it. */
  async function foreignSnapshot(body: unknown) {
    await request(lab, lab.source, 'PUT', '/_snapshot/my_backup', {
      type: 'oss',
      settings: {
        endpoint: lab.objects,
        access_key_id: accessKey.id,
        secret_access_key: accessKey.secret,
        bucket,
        compress: true,
        chunk_size: '500mb',
        base_path: 'snapshot/',
      },
    });
    const { body: made } = await request(
      lab,
      lab.source,
      'PUT',
      '/_snapshot/my_backup/snapshot_1?wait_for_completion=true',
      body,
    );
    expect(made).toMatchObject({ snapshot: { state: 'SUCCESS' } });
  }

  it('moves kara and her role, and kara logs in with her old password', async () => {
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(false);

    const ended = await exec();

    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(true);
    const { body: kara } = await request(lab, lab.destination, 'GET', '/_security/user/kara');
    expect(kara).toMatchObject({ kara: { roles: ['cj_test_role'], enabled: true } });
    const { body: role } = await request(lab, lab.destination, 'GET', '/_security/role/cj_test_role');
    expect(role).toMatchObject({ cj_test_role: { cluster: ['monitor'] } });
    const document = await request(lab, lab.destination, 'GET', '/.kibana/_doc/whose');
    expect(document.body).toMatchObject({ _source: { cluster: 'source' } });
    // The source's passwords are valid now, and users that only the destination had are gone (docs/how-servers-behave.md, L2).
    expect(await canLogIn(lab, lab.destination, 'elastic', passwords.elasticAtSource)).toBe(true);
    expect(await canLogIn(lab, lab.destination, 'destonly', passwords.destinationOnly)).toBe(false);
    const { body: repository } = await request(lab, lab.destination, 'GET', '/_snapshot/my_restore');
    expect(repository).toMatchObject({ my_restore: { settings: { readonly: 'true', base_path: 'snapshot/' } } });
    const { body: safety } = await request(lab, lab.destination, 'GET', '/_snapshot/my_safety');
    expect(JSON.stringify(safety)).toContain('"base_path":"runbook-safety/');
  });

  it('keeps every secret out of its output and its files, and its files to their owner', async () => {
    const ended = await exec();
    const [run] = outcomesOfRuns();
    const shown = await runbook(directory, ['show', run ?? ''], secrets);
    const planned = await runbook(directory, ['plan', 'users-7.10', '--env', environment()], secrets);

    expect(ended.code).toBe(0);
    const texts = [
      ended.stdout,
      ended.stderr,
      shown.stdout,
      planned.stdout,
      ...filesBelow(join(directory, '.runbook')).values(),
    ];
    for (const secret of [...Object.values(secrets), passwords.kara]) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ]) {
        expect(texts.filter((text) => text.includes(form))).toEqual([]);
      }
    }
    // What is there says that something was left out.
    expect(shown.stdout).toContain('‹secret inputs.repository.secret_access_key›');
  });

  it('speaks the dialect of the self-managed plug-in, too', async () => {
    const ended = await exec(['--set', 'repository.deployment=self-managed']);

    expect(ended.code).toBe(0);
    const { body: repository } = await request(lab, lab.source, 'GET', '/_snapshot/my_backup?flat_settings=true');
    expect(repository).toMatchObject({ my_backup: { type: 'oss', settings: { 'oss.client.bucket': bucket } } });
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(true);
  });

  it('converges: a second run finds everything unchanged and sends no write', async () => {
    expect((await exec()).code).toBe(0);
    // The source's logins hold at the destination now.
    await request(lab, lab.destination, 'PUT', '/_security/user/runner', {
      password: passwords.runner,
      roles: ['superuser'],
    });

    const again = await exec(['--set', 'reuse_snapshot=true']);

    expect(again.code).toBe(0);
    const events = lastJournal(directory);
    expect(writesIn(events)).toEqual([]);
    expect(outcomes(events)).toMatchObject({
      'backup-repository/register-cloud': 'in-place',
      'snapshot/reuse': 'in-place',
      'restore-repository/register-cloud': 'in-place',
      'replace/replace': 'in-place',
      'users-are-there/find': 'done',
    });
    expect(again.stdout).toContain('done, 0 writes were sent');
  });

  it('restores again after the snapshot of the same name was made anew', async () => {
    expect((await exec()).code).toBe(0);
    await request(lab, lab.destination, 'PUT', '/_security/user/runner', {
      password: passwords.runner,
      roles: ['superuser'],
    });
    await request(lab, lab.source, 'DELETE', '/_snapshot/my_backup/snapshot_1');
    await request(lab, lab.source, 'PUT', '/_security/user/kara', {
      password: 'kara-new-pw-2',
      roles: ['cj_test_role'],
    });

    const again = await exec();

    expect(again.code).toBe(0);
    expect(outcomes(lastJournal(directory))).toMatchObject({ 'snapshot/create': 'done', 'replace/restore': 'done' });
    expect(await canLogIn(lab, lab.destination, 'kara', 'kara-new-pw-2')).toBe(true);
  });

  it('writes nothing in a dry run, and says what it would send', async () => {
    const proxy = {
      source: await behindProxy(lab.source.url, () => 'forward'),
      destination: await behindProxy(lab.destination.url, () => 'forward'),
    };

    const path = environment({ source: proxy.source.url, destination: proxy.destination.url });
    const planned = ['plan', 'users-7.10', '--env', path, '--pin', '--out', 'plan.json'];
    expect((await runbook(directory, planned, secrets)).stderr).toContain('is in plan.json');

    const ended = await runbook(
      directory,
      ['exec', '--plan', 'plan.json', '--env', path, '--dry-run', '--detailed-exitcode'],
      secrets,
    );

    expect(ended.code).toBe(5);
    const sent = [...proxy.source.seen, ...proxy.destination.seen];
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.filter((call) => !/^(GET|HEAD) |_has_privileges|_verify/.test(call))).toEqual([]);
    expect(outcomes(lastJournal(directory))).toMatchObject({
      'snapshot/create': 'would-change',
      'replace/close': 'depends',
      'replace/restore': 'depends',
      'replace/open': 'depends',
    });
    expect(ended.stdout).toContain('dry run: 9 writes: 6 would change, 0 no change, 3 may depend on earlier writes');
    await expectDestinationUntouched();
  });

  it('refuses a cluster of another version before the first write', async () => {
    const older = await behindProxy(lab.destination.url, (call) =>
      call === 'GET /' ? (text) => text.replace('"7.10.2"', '"7.9.3"') : 'forward',
    );

    const ended = await exec([], {}, environment({ destination: older.url }));

    expect(ended.code).toBe(4);
    expect(ended.stdout).toMatch(
      /expected +version\.number: a version in the range 7\.10\.x\n.*actual +version\.number: "7\.9\.3"\n/,
    );
    expect(ended.stdout).toContain('users-7.10.yaml is written for Elasticsearch 7.10.x');
    expect(writesIn(lastJournal(directory))).toEqual([]);
  });

  it('refuses the plan of another cluster behind the same address', async () => {
    let isOther = false;
    const destination = await behindProxy(lab.destination.url, (call) =>
      isOther && call === 'GET /'
        ? (text) => text.replace(/("cluster_uuid" : ")[^"]+/, '$1another-cluster')
        : 'forward',
    );
    const path = environment({ destination: destination.url });
    await runbook(directory, ['plan', 'users-7.10', '--env', path, '--pin', '--out', 'plan.json'], secrets);
    isOther = true;

    const ended = await runbook(
      directory,
      ['exec', '--plan', 'plan.json', '--env', path, '--confirm', 'replace/swap'],
      secrets,
    );

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('is not the pinned cluster');
    expect(writesIn(lastJournal(directory))).toEqual([]);
  });

  it('refuses another cluster than the pinned one', async () => {
    const ended = await exec([], {}, environment({ pin: 'another-cluster-uuid' }));

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('is not the pinned cluster');
  });

  it('refuses when source and destination are the same cluster', async () => {
    const ended = await exec(
      [],
      { DESTINATION_PASSWORD: passwords.elasticAtSource },
      environment({ destination: lab.source.url, destinationUser: 'elastic' }),
    );

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('Source and destination are the same cluster');
  });

  it('refuses the identity that would be locked out by the close', async () => {
    const ended = await exec(
      [],
      {},
      environment({ recovery: '{ basic: { username: runner, password: { env: DESTINATION_PASSWORD } } }' }),
    );

    expect(ended.code).toBe(4);
    expect(ended.stdout).toMatch(
      /expected +authentication_realm\.type: "file"\n.*actual +authentication_realm\.type: "native"\n/,
    );
    expect(ended.stdout).toContain('would be locked out as soon as the users are replaced');
    await expectDestinationUntouched();
  });

  it('refuses a login at the source that does not see restricted indices', async () => {
    await request(lab, lab.source, 'PUT', '/_security/role/snapper', {
      cluster: ['all'],
      indices: [{ names: ['*'], privileges: ['all'] }],
    });
    await request(lab, lab.source, 'PUT', '/_security/user/elastic2', {
      password: passwords.elasticAtSource,
      roles: ['snapper'],
    });

    const ended = await exec([], {}, environment({ sourceUser: 'elastic2' }));

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('lack privileges on the restricted indices');
  });

  it('refuses a wrong password', async () => {
    const ended = await exec([], { SOURCE_PASSWORD: 'wrong-password' });

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('did not accept user elastic');
    expect(ended.stdout).toMatch(/actual +status 401\n/);
    expect(ended.stdout).not.toContain('wrong-password');
  });

  it('refuses a cluster that is down', async () => {
    const gone = await proxyTo(lab.source.url, () => 'forward');
    await gone.close();

    const ended = await exec([], {}, environment({ source: gone.url }));

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('ECONNREFUSED');
    expect(ended.stdout).toContain('nothing listens on that port');
  });

  it('refuses a snapshot name of another run, and says the two ways out', async () => {
    await foreignSnapshot({ indices: '.kibana*,.security*' });

    const ended = await exec();

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('--set reuse_snapshot=true');
    expect(ended.stdout).toContain('--set snapshot=ANOTHER_NAME');
    expect(await snapshotsAtSource()).toEqual(['snapshot_1']);
  });

  it('refuses an empty snapshot that says SUCCESS', async () => {
    await foreignSnapshot({ indices: '-*' });

    const ended = await exec(['--set', 'reuse_snapshot=true']);

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('The snapshot is empty.');
    expect(await snapshotsAtSource()).toEqual(['snapshot_1']);
    await expectDestinationUntouched();
  });

  it('refuses a snapshot that lacks an index which the source has', async () => {
    await foreignSnapshot({ indices: '.kibana_1' });

    const ended = await exec(['--set', 'reuse_snapshot=true']);

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('The snapshot does not contain every system index that the source has');
  });

  it('refuses a closed index of the source, which a snapshot would leave out', async () => {
    await request(lab, lab.source, 'POST', '/.kibana_1/_close');

    const ended = await exec();

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('are closed and would be missing in the snapshot');
  });

  it('refuses aliases that would name two indices after the restore', async () => {
    await request(lab, lab.destination, 'PUT', '/.kibana_2', { settings: { number_of_replicas: 0 } });
    await request(lab, lab.destination, 'POST', '/_aliases', {
      actions: [
        { remove: { index: '.kibana_1', alias: '.kibana' } },
        { add: { index: '.kibana_2', alias: '.kibana' } },
      ],
    });

    const ended = await exec();

    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('that would name two indices after the restore');
  });

  it('refuses to overwrite a repository of the same name with other settings', async () => {
    await request(lab, lab.destination, 'PUT', '/_snapshot/my_restore', {
      type: 'oss',
      settings: {
        endpoint: 'http://elsewhere',
        access_key_id: accessKey.id,
        secret_access_key: accessKey.secret,
        bucket,
        base_path: 'other/',
      },
    });

    const ended = await exec();

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('is registered with other settings');
    const { body } = await request(lab, lab.destination, 'GET', '/_snapshot/my_restore');
    expect(body).toMatchObject({ my_restore: { settings: { base_path: 'other/' } } });
    await expectDestinationUntouched();
  });

  it('rolls back the registration when the bucket cannot be used, and names what to check', async () => {
    const ended = await exec([], { OSS_SECRET: 'another-secret' });

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('The cluster cannot use the bucket');
    expect((await request(lab, lab.source, 'GET', '/_snapshot/my_backup')).status).toBe(404);
  });

  it('opens the indices again and puts the destination back when the restore is refused for another shard count', async () => {
    await request(lab, lab.destination, 'DELETE', '/.kibana_1');
    await request(lab, lab.destination, 'PUT', '/.kibana_1', {
      settings: { number_of_shards: 2, number_of_replicas: 0 },
      aliases: { '.kibana': {} },
    });
    await request(lab, lab.destination, 'PUT', '/.kibana_1/_doc/whose?refresh=true', { cluster: 'destination' });

    const ended = await exec();

    expect(ended.code).toBe(1);
    const found = outcomes(lastJournal(directory));
    expect(found).toMatchObject({
      'replace/close': 'done',
      'replace/restore': 'failed',
      'replace/open': 'done',
      'replace/restore-safety': 'done',
      'replace/open-again': 'done',
    });
    expect(ended.stdout).toContain('snapshot_restore_exception');
    expect(ended.stdout).toContain('nothing that its steps wrote is left in place');
    await expectDestinationUntouched();
    // What the run had made at the source and the destination is gone; the safety snapshot stays.
    expect((await request(lab, lab.source, 'GET', '/_snapshot/my_backup')).status).toBe(404);
    expect((await request(lab, lab.destination, 'GET', '/_snapshot/my_restore')).status).toBe(404);
  });

  it('takes everything back when the last assertion fails: replaced indices and added ones', async () => {
    await request(lab, lab.source, 'PUT', '/.kibana_extra', { settings: { number_of_replicas: 0 } });
    const before = await systemIndices(lab, lab.destination);
    // The users are read once before they are replaced: for the rollback, if there is one.
    let isRead = false;
    const proxy = await behindProxy(lab.destination.url, (call) => {
      if (call !== 'GET /_security/user') return 'forward';
      if (isRead) return { status: 404 };
      isRead = true;
      return 'forward';
    });

    const ended = await exec([], {}, environment({ destination: proxy.url }));

    expect(ended.code).toBe(1);
    expect(outcomes(lastJournal(directory))).toMatchObject({
      'replace/restore': 'done',
      'users-are-there/find': 'failed',
      'replace/remove-added': 'done',
      'replace/put-back': 'done',
    });
    expect(await systemIndices(lab, lab.destination)).toEqual(before);
    await expectDestinationUntouched();
  });

  it('restores into a destination that has no system indices yet', async () => {
    await request(
      lab,
      lab.destination,
      'DELETE',
      `/${Object.keys(await systemIndices(lab, lab.destination)).join(',')}`,
    );
    await request(lab, lab.destination, 'POST', '/_security/realm/*/_clear_cache');

    const ended = await exec(
      [],
      { DESTINATION_PASSWORD: lab.file.password },
      environment({ destinationUser: lab.file.username }),
    );

    expect(ended.code).toBe(0);
    expect(outcomes(lastJournal(directory))).toMatchObject({
      'replace/safety': 'skipped',
      'replace/close': 'skipped',
      'replace/open': 'skipped',
    });
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(true);
  });

  it('reads back a write whose answer was lost, and sends it once', async () => {
    let isLost = false;
    const proxy = await behindProxy(lab.source.url, (call) => {
      if (isLost || !call.startsWith('PUT /_snapshot/my_backup/snapshot_1')) return 'forward';
      isLost = true;
      return 'reset-after-forwarding';
    });

    const ended = await exec([], {}, environment({ source: proxy.url }));

    expect(ended.code).toBe(0);
    expect(isLost).toBe(true);
    expect(proxy.seen.filter((call) => call.startsWith('PUT /_snapshot/my_backup/snapshot_1'))).toHaveLength(1);
    expect(ended.stdout).toContain('read back: it took effect');
  });

  it('reads back a 504 in the middle of the restore', async () => {
    const proxy = await behindProxy(lab.destination.url, (call) =>
      call.includes('/_restore') ? { status: 504 } : 'forward',
    );

    const ended = await exec([], {}, environment({ destination: proxy.url }));

    expect(ended.code).toBe(0);
    expect(proxy.seen.filter((call) => call.includes('/_restore'))).toHaveLength(1);
    expect(await canLogIn(lab, lab.destination, 'kara', passwords.kara)).toBe(true);
  });

  it('opens and rolls back after SIGTERM while everything is closed, and restores nothing', async () => {
    let child: ChildProcess | undefined;
    const proxy = await behindProxy(lab.destination.url, (call) => {
      if (call.startsWith('POST') && call.includes('/_close')) {
        // The answer comes after the signal: the close is the call in flight.
        child?.kill('SIGTERM');
        child = undefined;
      }
      return 'forward';
    });

    const ended = await exec([], {}, environment({ destination: proxy.url }), (started) => {
      child = started;
    });

    expect(ended.code).toBe(130);
    const found = outcomes(lastJournal(directory));
    expect(found).toMatchObject({ 'replace/close': 'done', 'replace/open': 'done' });
    expect(found).not.toHaveProperty(['replace/put-back']);
    expect(ended.stdout).toContain('interrupted');
    await expectDestinationUntouched();
  });

  it('is suspended while nobody has confirmed the disruptive step, and can be rolled back', async () => {
    const ended = await runbook(directory, ['exec', 'users-7.10', '--env', environment()], secrets);

    expect(ended.code).toBe(6);
    expect(ended.stdout).toContain('suspended, waiting for the confirmation of replace/swap: ');
    const [, run = ''] = /runbook rollback (\S+)/.exec(ended.stdout) ?? [];
    expect((await runbook(directory, ['rollback', run, '--yes'], secrets)).code).toBe(0);
    await expectDestinationUntouched();
  });

  it('sends an x-opaque-id with each call that names its run and step', async () => {
    const opaque: string[] = [];
    const proxy = await proxyTo(lab.source.url, (call, incoming) => {
      opaque.push(`${incoming.headers['x-opaque-id']} ${call}`);
      return 'forward';
    });
    proxies.push(proxy);

    expect((await exec([], {}, environment({ source: proxy.url }))).code).toBe(0);

    const [started] = lastJournal(directory);
    const run = started?.type === 'run-started' ? started.run : '';
    expect(opaque).toContain(`runbook/${run}/snapshot/create PUT /_snapshot/my_backup/snapshot_1`);
    expect(opaque.every((line) => line.startsWith(`runbook/${run}/`))).toBe(true);
  });

  function outcomesOfRuns(): string[] {
    const [event] = lastJournal(directory);
    return event?.type === 'run-started' ? [event.run] : [];
  }
});
