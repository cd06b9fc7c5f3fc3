import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

describe('runbook exec --dry-run --detailed-exitcode', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof sandbox>>;
  const exec = (env: string, ...args: string[]) =>
    runbook(directory, ['exec', 'prepare-users-7.10', '--env', env, '--set', 'user=lena', ...args]);
  const dryRun = (env: string) => exec(env, '--dry-run', '--detailed-exitcode');

  beforeAll(async () => {
    directory = workingDirectory();
    server = await sandbox(directory, '7.10');
  });

  it('is 5 before, writes nothing, and is 0 once there is nothing to do', async () => {
    const before = await dryRun(server.env);
    const writes = () => server.said().match(/ (PUT|POST|DELETE) \/(?!\S*(_has_privileges|_verify))\S+/g) ?? [];
    const written = writes();
    const real = await exec(server.env);
    const after = await dryRun(server.env);

    expect(before.stdout).toMatch(/^ {2}\S+ \S+ \[WRITE\]: .* → would change$/m);
    expect(before.stdout).toMatch(/^dry run: \d+ writes?: [1-9]\d* would change, \d no change/m);
    expect(before.code).toBe(5);
    expect(written).toEqual([]);
    expect(real.code).toBe(0);
    expect(writes()).not.toEqual([]);
    expect(after.stdout).toMatch(/^dry run: \d+ writes?: 0 would change, [1-9]/m);
    expect(after.code).toBe(0);
  });

  it('is 4 where an assertion blocks every write', async () => {
    const text = readFileSync(join(directory, server.env), 'utf8');
    const broken = join('.runbook', 'sandbox', 'broken.yaml');
    writeFileSync(join(directory, broken), text.replace('username: elastic', 'username: nobody'));

    const ended = await dryRun(broken);

    expect(ended.stdout).toMatch(/→ FAILS: .* did not accept user nobody/);
    expect(ended.stdout).toMatch(/\[WRITE\]: .* → blocked by step p\d$/m);
    expect(ended.code).toBe(4);
  });

  it('is for dry runs', async () => {
    const ended = await runbook(directory, ['exec', 'users-7.10', '--env', server.env, '--detailed-exitcode']);

    expect(ended.stderr).toContain('--detailed-exitcode: only with --dry-run');
    expect(ended.code).toBe(2);
  });
});
