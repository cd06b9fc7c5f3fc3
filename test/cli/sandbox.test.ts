import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lastJournal, outcomes, runbook, workingDirectory, writesIn } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

describe.concurrent('runbook sandbox', () => {
  it('writes an environment that can be used, readable for its owner only, and ends when it is told to', async ({
    expect,
  }) => {
    const directory = workingDirectory();
    const { child, env, said } = await sandbox(directory, '8.5');

    expect(said()).toContain(readFileSync(join(directory, env), 'utf8'));
    for (const file of [env, join('.runbook', 'sandbox', 'access-key-secret')])
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    expect((await runbook(directory, ['validate', 'users-8.5', '--env', env])).stdout).toContain('0 errors');
    expect((await runbook(directory, ['exec', 'users', '--env', env, '--confirm', 'replace/swap'])).code).toBe(0);
    expect(said()).toContain('destination POST /_snapshot/my_restore/snapshot_1/_restore');
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  });

  it('has a destination of another version where it is told to, and copies users there', async ({ expect }) => {
    const directory = workingDirectory();
    const { said } = await sandbox(directory, '7.10', '--destination-version', '9.5');
    const env = join('.runbook', 'sandbox', 'sandbox-7.10-to-9.5.yaml');

    expect(said()).toContain('The sandbox of Elasticsearch 7.10.2, with a destination of 9.5.3, is up.');
    const ended = await runbook(directory, ['exec', 'users-copy', '--env', env]);
    expect(ended.stdout).toContain('user "kara": created');
    expect(ended.code).toBe(0);
  });

  it('refuses faults that it does not know, and lists those that it does', async ({ expect }) => {
    const directory = workingDirectory();
    const ended = await runbook(directory, [
      'sandbox',
      '--fault',
      'restor:503',
      '--fault',
      'close:partial',
      '--fault',
      'nonsense',
    ]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('unknown call "restor"; allowed: restore, verify, ');
    expect(ended.stderr).toContain('partial can happen to a snapshot only');
    expect(ended.stderr).toContain('"nonsense" is not a fault; expected CALL:EFFECT');
    const { stdout } = await runbook(directory, ['sandbox', '--list-faults']);
    expect(stdout).toContain(
      'reset-after-accept             the call takes effect, and the connection breaks before its answer',
    );
    expect(stdout).toContain("foreign-restore  a restore of somebody else's is in progress, and never ends");
  });
});

describe.concurrent('a bad day in the sandbox', () => {
  it.for([
    ['7.10', 'users', 'restore:reset-after-accept', 0, 'read back: it took effect'],
    ['7.10', 'users', 'restore:504-after-accept', 0, 'read back: it took effect'],
    ['7.10', 'users', 'close@destination:truncate', 0, 'read back: it took effect'],
    ['7.10', 'users', 'snapshot@source:reset', 1, 'read back'],
    ['7.10', 'users', 'restore:failed-shard', 1, 'nothing that its steps wrote is left in place'],
    ['7.10', 'users', 'restore:500', 1, 'nothing that its steps wrote is left in place'],
    ['7.10', 'users', 'open:503', 0, 'done, '],
    ['7.10', 'users', 'read:503*2', 0, 'done, '],
    ['7.10', 'users', '*:slow=20ms', 0, 'done, '],
    ['7.10', 'users', 'snapshot@source:partial', 1, 'actual    snapshots[0].state: "PARTIAL"'],
    ['8.5', 'users', 'snapshot@source:partial', 1, 'actual    snapshots[0].state: "PARTIAL"'],
    [
      '8.5',
      'users',
      'snapshot@destination:partial',
      1,
      'Without a whole safety snapshot the destination is not touched.',
    ],
    ['8.5', 'users', 'restore:failed-shard', 1, 'nothing that its steps wrote is left in place'],
    ['8.5', 'visualizations', 'restore:reset-after-accept', 0, 'read back: it took effect'],
    ['7.10', 'users', 'foreign-restore', 0, 'done, '],
    ['9.5', 'users', 'foreign-restore', 0, 'done, '],
    ['7.10', 'users-merge', 'user:503', 1, 'nothing that its steps wrote is left in place'],
    ['8.5', 'visualizations-copy', 'import:reset-after-accept', 0, 'read back: it took effect'],
  ] as const)('%s %s with %s ends with %i', async ([version, name, fault, code, said], { expect }) => {
    const directory = workingDirectory();
    const { env, said: calls } = await sandbox(directory, version, '--fault', fault);

    const confirm = name === 'users' || name === 'visualizations' ? ['--confirm', 'replace/swap'] : [];
    const ended = await runbook(directory, ['exec', name, '--env', env, ...confirm]);

    expect(ended.stdout).toContain(said);
    expect(ended.code).toBe(code);
    const events = lastJournal(directory);
    // No write is sent twice, but for those whose author says so.
    const sent = writesIn(events).flatMap(({ step, call }) => (call.request.includes('_open') ? [] : [step]));
    expect(sent).toEqual([...new Set(sent)]);
    // A snapshot that is not whole ends it before the destination is touched.
    if (fault === 'snapshot@source:partial') {
      expect(calls()).not.toMatch(
        /destination (PUT|DELETE) \/(?!runbook-locks)|destination POST \/(?!_security\/user\/_has_privileges)/,
      );
    }
    if (code === 1) expect(Object.values(outcomes(events))).not.toContain('in-doubt');
  });
});

it('a restore that is not whole names the shard and the reason before the rollback removes them', async () => {
  const directory = workingDirectory();
  const { env } = await sandbox(directory, '8.5', '--fault', 'restore@destination:failed-shard');
  const { stdout } = await runbook(directory, ['exec', 'users', '--env', env, '--confirm', 'replace/swap']);

  const [evidence = '', ...rest] = stdout.split('rolling back, in reverse order');
  expect(rest).toHaveLength(1);
  expect(evidence).toContain('shard: {"index":".security-7","shard":0,"primary":true,"state":"unassigned"}');
  expect(evidence).toContain(
    'shards: [{"index":".security-7","shard":"0","state":"UNASSIGNED","reason":"ALLOCATION_FAILED","cause":"java.nio.file.NoSuchFileException"}]',
  );
  const run = /runbook show (\S+)/.exec(stdout)?.[1] ?? '';
  for (const format of ['markdown', 'html', 'text'])
    expect((await runbook(directory, ['report', run, '--format', format])).stdout).toContain('NoSuchFileException');
});
