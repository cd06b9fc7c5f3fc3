import { type ChildProcess, execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { lastJournal, runbook, workingDirectory } from '../program.ts';
import { environmentOf, secretsOf } from './environment.ts';
import { canLogIn, type Pair, passwords, request, reset, systemIndices } from './lab.ts';
import { type FaultyProxy, proxyTo, type Treatment } from './proxy.ts';

const provided = inject('lab');
const runbooks = { '7.10': 'users-7.10', '8.19': 'users-8.5' } as const;
type Killed = keyof typeof runbooks;

/** The writes of users, in their order; the runner's own locks are left out. */
const writes: Readonly<Record<Killed, readonly RegExp[]>> = {
  '7.10': [
    /^PUT \/_snapshot\/my_backup$/,
    /^PUT \/_snapshot\/my_backup\/snapshot_1$/,
    /^PUT \/_snapshot\/my_restore$/,
    /^PUT \/_snapshot\/my_safety$/,
    /^PUT \/_snapshot\/my_safety\/safety-/,
    /^POST \/.*\/_close$/,
    /^POST \/_snapshot\/my_restore\/snapshot_1\/_restore$/,
    /^POST \/.*\/_open(\?.*)?$/,
    /^POST \/_security\/realm\/.*\/_clear_cache$/,
  ],
  '8.19': [
    /^PUT \/_snapshot\/my_backup$/,
    /^PUT \/_snapshot\/my_backup\/snapshot_1$/,
    /^PUT \/_snapshot\/my_restore$/,
    /^PUT \/_snapshot\/my_safety$/,
    /^PUT \/_snapshot\/my_safety\/safety-/,
    /^POST \/_snapshot\/my_restore\/snapshot_1\/_restore$/,
    /^POST \/_security\/realm\/.*\/_clear_cache$/,
  ],
};

for (const version of Object.keys(writes) as Killed[]) {
  // Each version has servers of its own: they run side by side, the tests of one version in turn.
  const suite = 'skipped' in provided[version] ? describe.skip : describe.concurrent;
  suite(`${runbooks[version]} on real clusters of ${version}, on a bad day`, () => onABadDay(version));
}

function onABadDay(version: Killed): void {
  const lab = provided[version] as Pair;
  const proxies: FaultyProxy[] = [];
  let directory: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    directory = workingDirectory();
    await reset(lab);
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  async function behindProxies(treat: (call: string) => Treatment): Promise<void> {
    for (const cluster of [lab.source, lab.destination]) proxies.push(await proxyTo(cluster.url, treat));
    const [source, destination] = proxies;
    writeFileSync(
      join(directory, 'lab.yaml'),
      environmentOf(lab, { source: source?.url ?? '', destination: destination?.url ?? '' }),
    );
  }
  const start = (...args: string[]) =>
    runbook(directory, args, secretsOf(lab), (started) => {
      child = started;
    });
  const exec = () => start('exec', runbooks[version], '--env', 'lab.yaml', '--confirm', 'replace/swap');
  const run = () =>
    readdirSync(join(directory, '.runbook', 'runs'))
      .sort()
      .at(-1) ?? '';
  const seen = () => proxies.flatMap((proxy) => proxy.seen);
  const kara = () => canLogIn(lab, lab.destination, 'kara', passwords.kara);

  /** As if nothing had happened: kara is there, everything is open, no lock is left, and nobody has changed the record. */
  async function expectDone() {
    expect(await kara()).toBe(true);
    expect(await canLogIn(lab, lab.destination, 'destonly', passwords.destinationOnly)).toBe(false);
    expect(new Set(Object.values(await systemIndices(lab, lab.destination)))).toEqual(new Set(['open']));
    for (const cluster of [lab.source, lab.destination])
      expect((await request(lab, cluster, 'GET', '/runbook-locks/_doc/cluster')).status).toBe(404);
    expect(lastJournal(directory).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
    expect((await start('verify', run())).code).toBe(0);
  }
  async function expectUntouched() {
    expect(await kara()).toBe(false);
    expect(await canLogIn(lab, lab.destination, 'runner', passwords.runner)).toBe(true);
    expect(await canLogIn(lab, lab.destination, 'destonly', passwords.destinationOnly)).toBe(true);
    expect(new Set(Object.values(await systemIndices(lab, lab.destination)))).toEqual(new Set(['open']));
  }
  function expectOnce() {
    const counts = writes[version].map((write) => [write, seen().filter((call) => write.test(call)).length]);
    expect(counts).toEqual(writes[version].map((write) => [write, 1]));
  }

  it.sequential.each(writes[version].map((write) => [write]))(
    'goes on after kill -9 behind %s, and has sent it once',
    async (write) => {
      let isKilled = false;
      await behindProxies((call) => {
        if (isKilled || !write.test(call)) return 'forward';
        isKilled = true;
        return { swallow: () => child?.kill('SIGKILL') };
      });

      expect((await exec()).code).toBe(null);
      const resumed = await start('resume', run());

      expect(resumed.stderr).toBe('');
      expect(resumed.code).toBe(0);
      await expectDone();
      // Opening and forgetting logins may be repeated, and is: their answers were lost, and nothing tells.
      if (!/_open|_clear_cache/.test(write.source)) expectOnce();
    },
  );

  it.sequential('goes on after kill -9 before its decisive writes, one after the other in one run', async () => {
    const decisive = writes[version].filter((write) => /snapshot_1|safety-|_close/.test(write.source));
    const killed = new Set<RegExp>();
    await behindProxies((call) => {
      const write = decisive.find((one) => one.test(call) && !killed.has(one));
      if (!write) return 'forward';
      killed.add(write);
      child?.kill('SIGKILL');
      return 'hang';
    });

    expect((await exec()).code).toBe(null);
    let code: number | null = null;
    for (let process = 2; code === null && process < 20; process++) code = (await start('resume', run())).code;

    expect(code).toBe(0);
    expect(killed.size).toBe(decisive.length);
    await expectDone();
    // Seen twice, and the first time it was not passed on.
    for (const write of decisive) expect(seen().filter((call) => write.test(call))).toHaveLength(2);
  });

  it.sequential.each([
    ['a connection that is reset after forwarding', 'reset-after-forwarding'],
    ['a 504', { status: 504 }],
    ['an answer that drips', 'drip'],
    ['an answer that breaks off', 'truncate'],
  ] as const)('is not misled by %s to any of its writes', async (_name, treatment) => {
    await behindProxies((call) =>
      writes[version].some((write) => write.test(call)) && !/_open|_clear_cache/.test(call) ? treatment : 'forward',
    );

    const ended = await exec();

    expect(ended.code).toBe(0);
    await expectDone();
    expectOnce();
  });

  it.sequential('ends well when the destination is killed and started again in the middle of the restore', async () => {
    let restarted: Promise<unknown> | undefined;
    await behindProxies((call) => {
      if (restarted || !call.endsWith('/_restore')) return 'forward';
      return {
        swallow: () => {
          restarted = fetch(`${lab.control}/destination-${version}`, { method: 'POST' });
        },
      };
    });

    const ended = await exec();
    await restarted;

    expect(seen().filter((call) => /my_restore\/snapshot_1\/_restore$/.test(call))).toHaveLength(1);
    // Whether the restore was whole before the node died is the node's affair; what was not is put back.
    if (ended.code === 0) await expectDone();
    else {
      expect(ended.code).toBe(1);
      await expectUntouched();
    }
  });

  it.skipIf(!canMount())('cleans up, and records it, when the disk is full under the run (needs mount)', async () => {
    const folder = join(directory, '.runbook');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', folder]);
    try {
      let isFull = false;
      await behindProxies((call) => {
        if (!isFull && call.endsWith('/_restore')) {
          isFull = true;
          fill(join(folder, 'filler'));
        }
        return 'forward';
      });

      const ended = await exec();

      expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('the journal cannot be written (ENOSPC');
      await expectUntouched();
      expect(lastJournal(directory).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' });
      rmSync(join(folder, 'filler'));
      expect((await start('verify', run())).code).toBe(0);
      expect((await exec()).code).toBe(0);
      await expectDone();
    } finally {
      execFileSync('umount', [folder]);
    }
  });
}

/** Writes until nothing fits any more. */
function fill(file: string): void {
  for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size, 1));
    } catch {
      // A smaller piece may fit still.
    }
  }
}

function canMount(): boolean {
  const folder = workingDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}
