import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

/** The files of `trials/`, as somebody else wrote them: inputs that an earlier version of the program got wrong. */

const trials = join(dirname(fileURLToPath(import.meta.url)), 'trials');
afterAll(stopSandboxes);

/** The trials beside a sandbox, whose source is called `cluster`; of the destination, the superuser of the file realm is asked. */
async function stage(version: string, ...args: string[]) {
  const directory = workingDirectory();
  cpSync(trials, directory, { recursive: true });
  const { env } = await sandbox(directory, version, ...args);
  const folder = dirname(join(directory, env));
  const { connections } = parse(readFileSync(join(directory, env), 'utf8'));
  const { source, destination } = connections;
  const both = { cluster: source, destination: { ...destination, ...destination.identities.recovery } };
  const environment = { apiVersion: 'runbook/v1', environment: 'trial', connections: both };
  writeFileSync(join(folder, 'trial.yaml'), stringify(environment));
  return async (file: string, ...more: string[]) => {
    const own = parse(readFileSync(join(directory, file), 'utf8')) as { connections: object };
    const named = Object.fromEntries(Object.entries(both).filter(([name]) => name in own.connections));
    writeFileSync(join(folder, 'trial.yaml'), stringify({ ...environment, connections: named }));
    const ended = await runbook(directory, ['exec', file, '--env', join(folder, 'trial.yaml'), ...more]);
    return { ...ended, end: ended.stdout.split('\n\n').slice(1).join('\n\n') };
  };
}

type Exec = Awaited<ReturnType<typeof stage>>;

describe('in the sandbox of 7.10', () => {
  let exec: Exec;
  beforeAll(async () => {
    exec = await stage('7.10');
  });

  it('f01: what nothing rolls back is listed, with exit code 3', async () => {
    expect((await exec('f01-exit1-not-rolled-back/head-7.10.yaml')).code).toBe(0);
    const mixed = await exec('f01-exit1-not-rolled-back/mixed-7.10.yaml');
    expect(mixed.code).toBe(3);
    expect(mixed.end).toContain(
      'Left in place:\n  kept: PUT /kept on destination — nothing in the runbook rolls it back\n',
    );
    expect(mixed.end).not.toMatch(/Rolled back:|undone/);
    const two = await exec('f01-exit1-not-rolled-back/two-steps-7.10.yaml');
    expect(two.code).toBe(3);
    expect(two.end).toContain('Left in place:\n  make: PUT /left-behind on destination');
    expect(two.stdout).not.toMatch(/rolling back|runbook rollback|Rolled back/);
  });

  it('foreach-dry, health-dry: writes for each item are counted as such, and nothing waits for what is not there', async () => {
    const each = await exec('lang/foreach-dry-7.10.yaml', '--dry-run', '--detailed-exitcode');
    expect(each.code).toBe(5);
    expect(each.end).toContain(
      'dry run: 1 write: 1 would change, 0 no change, and 1 write per item of step 3; nothing was',
    );
    const sent = await exec('lang/foreach-dry-7.10.yaml');
    expect([sent.code, sent.end.includes('done, 4 writes were sent')]).toEqual([0, true]);

    const health = await exec('lang/health-dry-7.10.yaml', '--dry-run', '--detailed-exitcode');
    expect(health.code).toBe(5);
    expect(health.stdout).toContain('2 healthy: GET /_cluster/health/h6-new → may depend on step 1\n');
    expect((await exec('lang/health-dry-7.10.yaml')).code).toBe(0);
  });
});

describe('in the sandbox of 8.5', () => {
  let exec: Exec;
  beforeAll(async () => {
    exec = await stage('8.5');
  });

  it('no-undo, undo-hint: nobody is told to roll back what cannot be rolled back', async () => {
    const first = await exec('lang/no-undo-8.5.yaml');
    expect(first.code).toBe(3);
    expect(first.end).toContain(
      'Left in place:\n  second: PUT /h6-second on cluster — nothing in the runbook rolls it back\n',
    );
    // The index is in the way of the next ones.
    const second = await exec('lang/no-undo2-8.5.yaml');
    expect([second.code, second.end.includes('Nothing had to be rolled back')]).toEqual([1, true]);
    const other = await stage('8.5');
    const done = await other('lang/undo-hint-8.5.yaml');
    expect([done.code, done.end.includes('done, 1 write was sent')]).toEqual([0, true]);
    expect(done.stdout).not.toContain('ollback');
  });

  it.each(['bigint', 'bi2'])(
    '%s: each digit arrives, goes on and is compared; what was in the index went with it',
    async (name) => {
      const { code, stdout, end } = await exec(`lang/${name}-8.5.yaml`);
      const [digits] = name === 'bigint' ? ['1540815132987654321'] : ['1540815132987654322'];
      expect(stdout).toContain(`5 next: The page after [${digits}] — done\n`);
      // The trial expects a string where a server shows a number.
      expect(stdout).toMatch(/expected +(\S+): "(\d+)"\n.*actual +\1: \2\n/);
      expect(end).toMatch(/^failed at version \(see above\)\. Rolled back: nothing/);
      expect([code, end.includes('Left in place')]).toEqual([1, false]);
    },
  );
});

it('drift: what was altered since is not called unchanged', async () => {
  const directory = workingDirectory();
  const env = { ...process.env, NO_COLOR: '1', TMPDIR: directory, XDG_STATE_HOME: join(directory, 'state') };
  const script = spawn('bash', [join(trials, 'drift', 'repro.sh')], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const output = await text(script.stdout);
  // Two writes of the script, then the dry run and the run after them.
  const [, seconds = ''] = output.split('{"created":true}');
  expect(seconds).toContain(
    'dry run: 9 writes: 0 would change, 9 no change (9 already in place, content not compared)',
  );
  expect(seconds).toContain('done, 0 writes were sent; 4 steps were already in place, content not compared');
  expect(seconds).not.toContain('unchanged');
  expect(seconds.match(/^exit \d+$/gm)).toEqual(['exit 0', 'exit 0']);
});

it('c03, c04, c06, c07, c08, corrupted-restore: validate advises against them', async () => {
  const found = async (file: string) => {
    const { code, stdout } = await runbook(trials, ['validate', file]);
    const codes = [...stdout.matchAll(/warning: .*\[([a-z-]+)\]$/gm)].map(([, one]) => one);
    return [code, ...new Set(codes.filter((one) => one !== 'left-in-place'))];
  };
  const looked = 'c03-rename-alias/look-aside-7.10.yaml';
  expect(await found(looked)).toEqual([0, 'restore-not-checked', 'rename-keeps-aliases']);
  expect(await found('c04-failed-shard-own/restore-one-7.10.yaml')).toEqual([0, 'restore-not-checked']);
  expect(await found('c06-global-state/logs-back-8.5.yaml')).toEqual([
    0,
    'restore-not-checked',
    'restore-of-global-state',
  ]);
  expect(await found('c07-bulk-errors/bulk-7.10.yaml')).toEqual([0, 'bulk-errors-not-checked']);
  expect(await found('c08-health-408/health-7.10.yaml')).toEqual([0, 'health-wait-ends']);
  expect(await found('c08-health-408/health-until-7.10.yaml')).toEqual([0]);
  expect(await found('corrupted-restore/runbook-naive-8.5.yaml')).toEqual([0, 'restore-not-checked']);
  expect(await found('corrupted-restore/runbook-careful-8.5.yaml')).toEqual([0]);
});
