import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxBackend } from '../contract/sandbox-backend.ts';
import { lastJournal, runbook, workingDirectory, writesIn } from '../program.ts';
import { environmentOf, secretsOf } from '../real/environment.ts';

type Sandbox = Awaited<ReturnType<typeof sandboxBackend>>;
let seven: Sandbox;
let eight: Sandbox;

beforeAll(async () => {
  seven = await sandboxBackend('7.10');
  eight = await sandboxBackend('8.5');
});
afterAll(() => Promise.all([seven.sandbox.close(), eight.sandbox.close()]));
beforeEach(() => Promise.all([seven.reset(), eight.reset()]));

async function users(backend: Sandbox, ...args: string[]) {
  const directory = workingDirectory();
  writeFileSync(join(directory, 'lab.yaml'), environmentOf(backend.pair));
  const command = ['exec', 'users', '--env', 'lab.yaml', '--confirm', 'replace/swap', ...args];
  return { ...(await runbook(directory, command, secretsOf(backend.pair))), events: () => lastJournal(directory) };
}

/** The bucket as another version's clusters have left it. */
function takeBucket(to: Sandbox, from: Sandbox): void {
  const world = to.sandbox.world();
  to.sandbox.replace({ ...world, objects: { ...world.objects, buckets: from.sandbox.world().objects.buckets } });
}

describe('a snapshot of another version', () => {
  it('of 8.5 makes the repository unreadable for 7.10, which says so before the destination is touched', async () => {
    expect((await users(eight)).code).toBe(0);
    takeBucket(seven, eight);

    const ended = await users(seven);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('The repository cannot be read. Does a cluster of another version');
    const writes = writesIn(ended.events()).map(({ call }) => call.connection);
    expect(new Set(writes)).toEqual(new Set(['source']));
  });

  it('of 7.10 has no features, and is refused by 8.5 before the destination is touched', async () => {
    expect((await users(seven)).code).toBe(0);
    takeBucket(eight, seven);

    const ended = await users(eight, '--set', 'reuse_snapshot=true');

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('The snapshot lacks a feature.');
    expect(ended.stdout).toContain('The snapshot was made by another version of Elasticsearch.');
    const writes = writesIn(ended.events()).map(({ call }) => call.connection);
    expect(new Set(writes)).toEqual(new Set(['source']));
  });
});
