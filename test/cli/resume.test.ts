import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import {
  type Ended,
  lastJournal,
  outcomes,
  ownRunbook,
  program,
  runbook,
  workingDirectory,
  writesIn,
} from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

const swap = ['--confirm', 'replace/swap'];

/** Runs until a call has arrived in the sandbox, and kills it then. */
async function killedAt(
  directory: string,
  args: readonly string[],
  { child: server, said }: Awaited<ReturnType<typeof sandbox>>,
  call: RegExp,
): Promise<void> {
  const before = said().length;
  const ended = await runbook(directory, args, {}, (child) => {
    server.stdout?.on('data', () => {
      if (call.test(said().slice(before))) child.kill('SIGKILL');
    });
  });
  if (ended.code !== null) throw new Error(`it was not killed at ${call}: ${ended.stdout}${ended.stderr}`);
}

function lastRun(directory: string): string {
  const runs = join(directory, '.runbook', 'runs');
  return existsSync(runs) ? (readdirSync(runs).sort().at(-1) ?? '') : '';
}

const journalOf = (directory: string) => join(directory, '.runbook', 'runs', lastRun(directory), 'journal.jsonl');

/** A runbook with a write that has no idempotency check. */
function withDoubtful(directory: string): void {
  ownRunbook(
    directory,
    'doubtful-7.10.yaml',
    `apiVersion: runbook/v1
name: doubtful
elasticsearch: 7.10.x
title: Closes what it has made
connections: { source: { kind: elasticsearch } }
steps:
  - id: make
    on: source
    call: PUT /made
    done_when: { call: GET /made/_settings, expect: { status: 200 } }
    rollback: [{ id: unmake, call: DELETE /made, expect: { status: [200, 404] }, retry: { attempts: 3 } }]
  # runbook-ignore close-without-open: it stays closed
  - { id: close, on: source, call: POST /made/_close, keep: it goes with its index }
`,
  );
}

/** Many lines: more than a pipe holds. */
function withMany(directory: string, count: number): void {
  ownRunbook(
    directory,
    'many-7.10.yaml',
    `apiVersion: runbook/v1
name: many
elasticsearch: 7.10.x
title: Says much
connections: { source: { kind: elasticsearch } }
steps:
  - id: look
    for_each: [${Array.from({ length: count }, (_, index) => index).join(', ')}]
    title: "${'a long title '.repeat(20)}"
    on: source
    call: GET /
`,
  );
}

describe.concurrent('runbook resume', () => {
  it.for([
    ['register@destination:hang', /PUT \/_snapshot\/my_restore$/m],
    ['snapshot@source:hang-after-accept', /PUT \/_snapshot\/my_backup\/snapshot_1$/m],
    ['close:hang', /\/_close$/m],
    ['close:hang-after-accept', /\/_close$/m],
    ['restore:hang', /\/_restore$/m],
    ['restore:hang-after-accept', /\/_restore$/m],
    ['open:hang', /\/_open$/m],
  ] as const)(
    'goes on after kill -9 with %s, and everything is as if nothing had happened',
    async ([fault, at], { expect }) => {
      const directory = workingDirectory();
      const box = await sandbox(directory, '7.10', '--fault', fault);
      const { env, said } = box;
      await killedAt(directory, ['exec', 'users', '--env', env, ...swap], box, at);

      const ended = await runbook(directory, ['resume', lastRun(directory)]);

      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(0);
      const events = lastJournal(directory);
      expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
      expect(outcomes(events)).toMatchObject({ 'users-are-there/find': 'done', 'replace/open': 'done' });
      // What has arrived has arrived once; what hung before it arrived was sent again.
      const writes =
        said().match(/^(source|destination) (PUT|POST) .*(_close|_restore|_snapshot\/\w+(\/\S+)?)$/gm) ?? [];
      const twice = writes.filter((call, index) => writes.slice(0, index).includes(call));
      expect(twice).toHaveLength(fault.endsWith(':hang') && fault !== 'open:hang' ? 1 : 0);
      for (const call of twice) expect(call).toMatch(at);
      expect((await runbook(directory, ['verify', lastRun(directory)])).code).toBe(0);
    },
  );

  it('is refused while the process of the run is at work, whatever its state folder, and goes on at once when that has died', async ({
    expect,
  }) => {
    const directory = workingDirectory();
    const { env, said, child: server } = await sandbox(directory, '7.10', '--fault', 'close:hang');
    const elsewhere = workingDirectory();
    let second: Promise<Ended> | undefined;
    let copied: Promise<Ended> | undefined;
    const killed = await runbook(directory, ['exec', 'users', '--env', env, ...swap], {}, (child) => {
      server.stdout?.on('data', async () => {
        if (second || !/\/_close$/m.test(said())) return;
        const run = lastRun(directory);
        second = runbook(directory, ['resume', run], { XDG_STATE_HOME: join(elsewhere, 'state') });
        await second;
        // Somebody has fetched the folder from the machine of the run.
        cpSync(join(directory, '.runbook'), join(elsewhere, '.runbook'), { recursive: true });
        rmSync(join(elsewhere, '.runbook', 'runs', run, 'lock.json'));
        copied = runbook(elsewhere, ['resume', run, '--env', join(directory, env)]);
        await copied;
        child.kill('SIGKILL');
      });
    });
    expect(killed.code).toBeNull();
    expect(await second).toMatchObject({ code: 4, stdout: '' });
    expect((await second)?.stderr).toMatch(/ is being worked on by run \S+ \(process \d+ on .*nothing was sent/);
    expect(await copied).toMatchObject({ code: 3, stderr: '' });
    expect((await copied)?.stdout).toMatch(/another process of this run is at work on \w+: run /);

    const ended = await runbook(directory, ['resume', lastRun(directory)]);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).not.toContain('waiting for its heartbeat');
    expect(said().match(/\/_close$/gm)).toHaveLength(2);
    expect((await runbook(directory, ['verify', lastRun(directory)])).code).toBe(0);
  });

  it('is named by the next exec before a 401 of the destination, whose users are those of the source by then', async ({
    expect,
  }) => {
    for (const at of [/\/_close$/m, /\/_restore$/m]) {
      const directory = workingDirectory();
      const fault = `${at.source.includes('close') ? 'close' : 'restore'}:hang-after-accept`;
      const box = await sandbox(directory, '7.10', '--fault', fault);
      const { env, said } = box;
      await killedAt(directory, ['exec', 'users', '--env', env, ...swap], box, at);
      const run = lastRun(directory);
      const before = said().length;

      // From another directory: the run has left its lock on this machine.
      const elsewhere = workingDirectory();
      const state = { XDG_STATE_HOME: join(directory, 'state') };
      const other = await runbook(elsewhere, ['exec', 'users', '--env', join(directory, env), ...swap], state);
      // By the name of its version, and by the version that the destination is asked for.
      const named = await runbook(directory, ['exec', 'users-7.10', '--env', env, ...swap]);
      const asked = await runbook(directory, ['exec', 'users', '--env', env, ...swap]);

      for (const { code, stderr } of [named, asked, other]) {
        expect(code).toBe(4);
        expect(stderr).toMatch(
          /^WARNING: run \S+ \(users-7\.10\.yaml\) has written to .*destination.* and is not finished/,
        );
        expect(stderr).toContain(`To continue it: runbook resume ${run}; to roll it back: runbook rollback ${run}`);
      }
      expect(other.stderr).toContain(`, in ${directory}`);
      expect(named.stdout).toContain(`Possibly why: run ${run} `);
      // The lock in the cluster is read as who can still log in.
      expect(named.stdout).toMatch(
        new RegExp(`destination is locked by run ${run} of .*refuses these credentials.*runbook resume ${run} .*401`),
      );
      expect(said().slice(before)).not.toMatch(/^\S+ (PUT|POST|DELETE) (?!\/runbook-locks)/m);

      expect((await runbook(directory, ['resume', run])).code).toBe(0);
    }
  });

  it('goes on with a plan of a file: its inputs, pins and author are in it', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'user:hang');
    const { env } = box;
    const made = ['--set', 'user=lena', '--pin', '--author', 'dana@example.com', '--out', 'plan.json'];
    await runbook(directory, ['plan', 'prepare-users-7.10', '--env', env, ...made]);
    await killedAt(directory, ['exec', '--plan', 'plan.json', '--env', env], box, /PUT \/_security\/user\/lena$/m);

    const ended = await runbook(directory, ['resume', lastRun(directory)]);

    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(box.said().match(/PUT \/_security\/user\/lena$/gm)).toHaveLength(2);
  });

  it('cuts off a torn last line, and refuses any other damage with its place', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'restore:hang');
    const { env } = box;
    await killedAt(directory, ['exec', 'users', '--env', env, ...swap], box, /\/_restore$/m);
    const file = journalOf(directory);
    appendFileSync(file, '{"previous":"0123');

    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"status":200', '"status":201'));
    const refused = await runbook(directory, ['resume', lastRun(directory)]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/journal\.jsonl:\d+: this line does not follow from line \d+/);
    writeFileSync(file, text);
    expect((await runbook(directory, ['resume', lastRun(directory)])).code).toBe(0);
  });

  it('asks about a step with an unknown outcome: with no terminal it stops, names both commands, and goes on with either', async ({
    expect,
  }) => {
    for (const [assume, closes] of [
      ['--assume-done', 1],
      ['--assume-not-done', 2],
    ] as const) {
      const directory = workingDirectory();
      const box = await sandbox(directory, '7.10', '--fault', 'close:hang-after-accept');
      const { env, said } = box;
      withDoubtful(directory);
      await killedAt(directory, ['exec', 'doubtful-7.10', '--env', env], box, /\/_close$/m);
      const run = lastRun(directory);

      const stopped = await runbook(directory, ['resume', run]);
      expect(stopped.code).toBe(3);
      expect(stopped.stdout).toContain(`runbook resume ${run} --assume-done close`);
      expect(stopped.stdout).toContain(`runbook resume ${run} --assume-not-done close`);
      const slip = await runbook(directory, ['resume', run, '--assume-done', 'clsoe']);
      expect(slip.code).toBe(2);
      expect(slip.stderr).toContain('clsoe: no such step has an unknown outcome; these have: close');

      const ended = await runbook(directory, ['resume', run, assume, 'close']);
      expect(ended.code).toBe(0);
      expect(said().match(/POST \/made\/_close$/gm)).toHaveLength(closes);
    }
  });

  it.for([
    ['in the middle', (line: string) => line.slice(0, -20)],
    ['before it says what it is', (line: string) => line.slice(0, 90)],
  ] as const)(
    'takes a write for one that may have been sent where somebody has cut off its line %s',
    async ([, cut], { expect }) => {
      const directory = workingDirectory();
      const box = await sandbox(directory, '7.10', '--fault', 'close:hang-after-accept');
      const { env, said } = box;
      withDoubtful(directory);
      await killedAt(directory, ['exec', 'doubtful-7.10', '--env', env], box, /\/_close$/m);
      const run = lastRun(directory);
      const lines = readFileSync(journalOf(directory), 'utf8').trimEnd().split('\n');
      const last = lines.pop() ?? '';
      expect(last).toContain('"type":"write-intended","purpose":"step","step":"close"');
      writeFileSync(journalOf(directory), `${lines.join('\n')}\n${cut(last)}`);

      const report = await runbook(directory, ['report', run, '--format', 'markdown']);
      expect(report.stdout).toContain('the journal was cut off here: the write may have been sent');
      const stopped = await runbook(directory, ['resume', run]);
      expect(stopped.stderr).toContain('the write of close counts as one that may have been sent');
      expect(stopped.code).toBe(3);
      expect(stopped.stdout).toContain(`runbook resume ${run} --assume-done close`);
      expect(stopped.stdout).not.toMatch(/no write was sent|nothing was sent/);

      // The next process knows it from the journal alone.
      expect((await runbook(directory, ['verify', run])).code).toBe(0);
      expect((await runbook(directory, ['resume', run])).code).toBe(3);
      expect(said().match(/POST \/made\/_close$/gm)).toHaveLength(1);
      expect((await runbook(directory, ['resume', run, '--assume-done', 'close'])).code).toBe(0);
      expect(said().match(/POST \/made\/_close$/gm)).toHaveLength(1);
    },
  );

  it('rolls back a write whose line somebody has cut off', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'user:hang-after-accept');
    const { env, said } = box;
    ownRunbook(
      directory,
      'sam-7.10.yaml',
      `apiVersion: runbook/v1
name: sam
elasticsearch: 7.10.x
title: Makes a user
connections: { source: { kind: elasticsearch } }
steps:
  - id: make
    on: source
    call: PUT /_security/user/sam
    body: { password: a-password-of-sam, roles: [] }
    rollback: [{ id: unmake, call: DELETE /_security/user/sam, expect: { status: [200, 404] } }]
`,
    );
    await killedAt(directory, ['exec', 'sam-7.10', '--env', env], box, /user\/sam$/m);
    const run = lastRun(directory);
    const text = readFileSync(journalOf(directory), 'utf8');
    writeFileSync(journalOf(directory), text.slice(0, -20));

    const ended = await runbook(directory, ['rollback', run, '--yes']);
    expect(ended.stderr).toContain('the write of make counts as one that may have been sent');
    expect(ended.code).toBe(0);
    expect(said()).toMatch(/DELETE \/_security\/user\/sam$/m);
  });

  it('refuses a finished run, a changed runbook, another plan and another major version', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'close:hang-after-accept');
    const { env } = box;
    withDoubtful(directory);
    await killedAt(directory, ['exec', 'doubtful-7.10', '--env', env], box, /\/_close$/m);
    const run = lastRun(directory);
    const runbookFile = join(directory, 'runbooks', 'doubtful-7.10.yaml');
    const text = readFileSync(runbookFile, 'utf8');

    writeFileSync(runbookFile, text.replace('POST /made/_close', 'POST /made-not/_close'));
    const changed = await runbook(directory, ['resume', run]);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('doubtful-7.10.yaml (of runbooks/doubtful-7.10.yaml) was changed since it began');
    writeFileSync(runbookFile, text);
    const environmentFile = join(directory, env);
    const environment = readFileSync(environmentFile, 'utf8');
    writeFileSync(environmentFile, environment.replace('username: elastic', 'username: somebody'));
    const other = await runbook(directory, ['resume', run]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('gives another plan now than the one that it began with.');
    expect(other.stderr).toContain('environment.connections.source.auth.username');
    writeFileSync(environmentFile, environment);

    const folder = join(directory, '.runbook', 'runs', run);
    const copy = workingDirectory();
    cpSync(folder, join(copy, '.runbook', 'runs', run), { recursive: true });
    const plan = join(copy, '.runbook', 'runs', run, 'plan.json');
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('/made/_close', '/male/_close'));
    expect((await runbook(copy, ['resume', run])).stderr).toContain(
      'journal.jsonl:1: this line does not belong to the plan in plan.json',
    );

    expect((await runbook(directory, ['resume', run, '--assume-done', 'close'])).code).toBe(0);
    const finished = await runbook(directory, ['resume', run]);
    expect(finished.code).toBe(2);
    expect(finished.stderr).toContain(
      `is finished (done): there is nothing to continue. Roll it back with runbook rollback ${run}`,
    );
    expect((await runbook(directory, ['resume', '20260101-000000-aaaaaa'])).stderr).toContain(
      'no run "20260101-000000-aaaaaa" in .runbook/runs; runbook runs lists them',
    );
  });
});

describe.concurrent('runbook rollback', () => {
  it('undoes a finished run after showing how and asking, once', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10');
    const { env, said } = box;
    const args = ['exec', 'prepare-users', '--env', env, '--set', 'user=ada', '--set', 'role=reader'];
    expect((await runbook(directory, args)).code).toBe(0);
    const run = lastRun(directory);

    const asked = await runbook(directory, ['rollback', run]);
    expect(asked.code).toBe(4);
    expect(asked.stdout).toMatch(/Rollback of user\n(.*\n)+.*DELETE .*\/_security\/user\/ada\n(.*\n)+Rollback of role/);
    expect(asked.stderr).toContain('Add --yes to confirm.');
    expect(said()).not.toContain('DELETE /_security');

    const undone = await runbook(directory, ['rollback', run, '--yes']);
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('rolled back: nothing that its steps wrote is left in place');
    const calls = said().match(/DELETE \/_security\/\w+\/\w+/g);
    expect(calls).toEqual(['DELETE /_security/user/ada', 'DELETE /_security/role/reader']);
    expect((await runbook(directory, ['runs'])).stdout).toContain('rolled-back');

    const again = await runbook(directory, ['rollback', run, '--yes']);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('has nothing to roll back');
  });

  it('can be killed and resumed, and undoes what a dead run has sent', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'delete:hang-after-accept', '--fault', 'restore:hang');
    const { env, said } = box;
    await killedAt(directory, ['exec', 'users', '--env', env, ...swap], box, /\/_restore$/m);
    const run = lastRun(directory);
    await killedAt(directory, ['rollback', run, '--yes'], box, /DELETE \/_snapshot\/my_restore/);

    const ended = await runbook(directory, ['resume', run]);

    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(lastJournal(directory).at(-1)).toMatchObject({ outcome: 'rolled-back', rolled_back: true });
    // It was never restored; what was closed was opened.
    expect(said()).toMatch(/destination POST \/\.kibana_1.*_open/);
  });

  it('does not ask about a step with an unknown outcome', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'close:hang-after-accept');
    withDoubtful(directory);
    await killedAt(directory, ['exec', 'doubtful-7.10', '--env', box.env], box, /\/_close$/m);

    const undone = await runbook(directory, ['rollback', lastRun(directory), '--yes']);

    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('Unknown outcome, check the server before you run this again:\n  close\n');
    expect(box.said()).toContain('DELETE /made');
  });

  it('is left out where nobody wants it, and done later', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'restore:failed-shard');
    const { env, said } = box;

    const failed = await runbook(directory, ['exec', 'users', '--env', env, ...swap, '--no-rollback']);

    expect(failed.code).toBe(3);
    expect(failed.stdout).toContain('not rolled back, as requested');
    expect(outcomes(lastJournal(directory))).toMatchObject({ 'replace/open': 'done' });
    expect(said()).not.toContain('DELETE /_snapshot');
    const undone = await runbook(directory, ['rollback', lastRun(directory), '--yes']);
    expect(undone.code).toBe(0);
    expect(said()).toContain('DELETE /_snapshot/my_backup');
  });
});

describe.concurrent('runbook verify', () => {
  it('says whether the record was changed, inserted into or cut', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10');
    const { env } = box;
    const { stdout } = await runbook(directory, ['exec', 'prepare-users', '--env', env, '--set', 'user=ada']);
    const run = lastRun(directory);
    const head = /--head ([0-9a-f]{64})/.exec(stdout)?.[1] ?? 'none';
    const file = journalOf(directory);
    const lines = readFileSync(file, 'utf8').split('\n');
    const verify = async (changed: readonly string[], ...args: string[]) => {
      writeFileSync(file, changed.join('\n'));
      const { code, stdout: said, stderr } = await runbook(directory, ['verify', run, ...args]);
      return `${code} ${said}${stderr}`;
    };

    expect(await verify(lines, '--head', head)).toMatch(/^0 \d+ events, each follows from the one before/);
    const at = 5;
    const other = lines[at]?.replace('"at":"20', '"at":"21') ?? '';
    expect(await verify(lines.with(at, other))).toMatch(/^1 .*journal\.jsonl:7: this line does not follow from line 6/);
    expect(await verify(lines.toSpliced(at, 0, lines[at] ?? ''))).toMatch(/^1 .*journal\.jsonl:7: /);
    expect(await verify(lines.toSpliced(at, 1))).toMatch(/^1 .*journal\.jsonl:6: /);
    expect(await verify(lines.slice(1))).toMatch(/^1 .*journal\.jsonl:1: this line does not belong to the plan/);
    const cut = [...lines.slice(0, -2), ''];
    expect(await verify(cut)).toMatch(/^0 [\s\S]*The run is not finished/);
    expect(await verify(cut, '--head', head)).toMatch(/^1 NOT the same journal: it ends in [0-9a-f]{64}, expected /);
    // Whoever rewrites the end can make the chain whole again, but not what happened before it.
    const end = lines.at(-2)?.replace('"outcome":"done"', '"outcome":"refused"') ?? '';
    expect(await verify([...lines.slice(0, -2), end, ''])).toMatch(
      /^1 [\s\S]*NOT supported by the events: refused before the first write at STEP: REASON\n {2}It is only said if: No request/,
    );
  });
});

describe.concurrent('locks', () => {
  it('let one run at a time work on a target on this machine, and know a dead one', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'restore:hang');
    const { env } = box;
    let first: ChildProcess | undefined;
    const args = ['exec', 'users-7.10', '--env', env, ...swap];
    const running = runbook(directory, args, {}, (child) => {
      first = child;
    });
    await new Promise<void>((resolve) =>
      first?.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString('utf8').includes('/_restore to')) resolve();
      }),
    );

    const second = await runbook(directory, args);
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/is being worked on by run \S+ \(process \d+ on /);
    // Another machine has no such file, and finds the lock in the cluster.
    const elsewhere = { XDG_STATE_HOME: join(directory, 'elsewhere') };
    const third = await runbook(directory, ['exec', 'prepare-users', '--env', env, '--set', 'user=ada'], elsewhere);
    expect(third.code).toBe(4);
    expect(third.stdout).toMatch(/source is locked by run \S+ of \S+@/);

    first?.kill('SIGKILL');
    await running;
    const [run = ''] = readdirSync(join(directory, '.runbook', 'runs')).sort();
    const resumed = await runbook(directory, ['resume', run]);
    expect(resumed.code).toBe(0);
    expect((await runbook(directory, ['unlock', 'source', '--env', env])).stdout).toBe('source is not locked\n');
  });

  it('of a dead run stand in the way until somebody removes them', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'close:hang');
    const { env } = box;
    withDoubtful(directory);
    await killedAt(directory, ['exec', 'doubtful-7.10', '--env', env], box, /\/_close$/m);
    const prepare = ['exec', 'prepare-users', '--env', env, '--set', 'user=ada', '--set', 'role=reader'];

    expect((await runbook(directory, prepare)).code).toBe(4);
    const asked = await runbook(directory, ['unlock', 'source', '--env', env]);
    expect(asked.code).toBe(4);
    expect(asked.stdout).toContain(`source is locked by run ${lastRun(directory)}`.slice(0, 30));
    expect((await runbook(directory, ['unlock', 'source', '--env', env, '--yes'])).stdout).toContain(
      'source is unlocked',
    );
    expect((await runbook(directory, prepare)).code).toBe(0);
    expect((await runbook(directory, ['unlock', 'bucket', '--env', env])).stderr).toContain('is of kind oss');
    expect((await runbook(directory, ['unlock', 'sorce', '--env', env])).stderr).toContain('has no connection "sorce"');
  });

  it('that cannot be taken are said, and left out only where somebody says so', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10');
    const { env } = box;
    ownRunbook(
      directory,
      'in-the-way-7.10.yaml',
      `apiVersion: runbook/v1
name: in-the-way
elasticsearch: 7.10.x
title: Closes the index of the locks
connections: { source: { kind: elasticsearch } }
steps:
  - { id: make, on: source, call: PUT /runbook-locks }
  # runbook-ignore close-without-open: it stays closed
  - { id: close, on: source, call: POST /runbook-locks/_close }
`,
    );
    expect((await runbook(directory, ['exec', 'in-the-way-7.10', '--env', env, '--no-cluster-lock'])).stderr).toBe('');
    const prepare = ['exec', 'prepare-users', '--env', env, '--set', 'user=ada', '--set', 'role=reader'];

    const refused = await runbook(directory, prepare);
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain(
      'the lock of source cannot be acquired: PUT /runbook-locks/_doc/cluster: status 400 (index_closed_exception: closed). --no-cluster-lock runs without it',
    );
    expect(writesIn(lastJournal(directory))).toEqual([]);
    expect((await runbook(directory, [...prepare, '--no-cluster-lock'])).code).toBe(0);
  });
});

describe.concurrent('a reader that does not read', () => {
  it.for(['hangs', 'is gone'] as const)('%s, and the run goes on to its end', async (kind, { expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10');
    const { env } = box;
    withMany(directory, 600);
    const child = spawn(process.execPath, [program, 'exec', 'many-7.10', '--env', env], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '', XDG_STATE_HOME: join(directory, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (kind === 'is gone') child.stdout.destroy();
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stdout.destroy();

    expect(code).toBe(0);
    expect(lastJournal(directory).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
  });
});

/** Runs on a terminal, and types an answer when a question comes. */
async function onTerminal(directory: string, args: readonly string[], question: string, answer: string) {
  const command = `stty cols 100; ${[process.execPath, program, ...args].join(' ')}`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', XDG_STATE_HOME: join(directory, 'state'), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  let isAnswered = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    if (isAnswered || !output.includes(question)) return;
    isAnswered = true;
    child.stdin.write(`${answer}\n`);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe.concurrent('somebody at a terminal', () => {
  it('is asked about a step with an unknown outcome, and before anything is rolled back', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'close:hang-after-accept');
    withDoubtful(directory);
    await killedAt(directory, ['exec', 'doubtful-7.10', '--env', box.env], box, /\/_close$/m);
    const run = lastRun(directory);

    const nobody = await onTerminal(directory, ['resume', run], 'leaves the run suspended:', 'perhaps');
    expect(nobody.code).toBe(3);
    const resumed = await onTerminal(directory, ['resume', run], 'leaves the run suspended:', 'done');
    expect(resumed.code).toBe(0);
    expect(box.said().match(/POST \/made\/_close$/gm)).toHaveLength(1);

    expect((await onTerminal(directory, ['rollback', run], 'Type yes or no:', 'no')).code).toBe(4);
    expect(box.said()).not.toContain('DELETE /made');
    expect((await onTerminal(directory, ['rollback', run], 'Type yes or no:', 'yes')).code).toBe(0);
    expect(box.said()).toContain('DELETE /made');
  });
});

describe.concurrent('a terminal that is stopped', () => {
  it('does not stop a run', async ({ expect }) => {
    const directory = workingDirectory();
    const { env } = await sandbox(directory, '7.10');
    withMany(directory, 900);
    // `script` gives it a terminal; as nobody reads what script prints, it is soon full.
    const command = `stty cols 100; ${process.execPath} ${program} exec many-7.10 --env ${env}`;
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '', XDG_STATE_HOME: join(directory, 'state'), TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const isFinished = () =>
      existsSync(journalOf(directory)) && readFileSync(journalOf(directory), 'utf8').includes('"type":"run-finished"');
    while (!isFinished()) await new Promise((resolve) => setTimeout(resolve, 200));

    expect(lastJournal(directory).at(-1)).toMatchObject({ outcome: 'done' });
    child.stdout.resume();
    await new Promise((resolve) => child.once('close', resolve));
  });
});

describe.concurrent('a signal', () => {
  it('is answered at once; a second one leaves the rollback out, and what runs always runs', async ({ expect }) => {
    const directory = workingDirectory();
    const box = await sandbox(directory, '7.10', '--fault', 'restore:slow=2s', '--fault', 'open:slow=1s');
    const { env } = box;
    const ended = await runbook(directory, ['exec', 'users', '--env', env, ...swap], {}, (child) => {
      let output = '';
      let sent = 0;
      child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
        if (sent === 0 && output.includes('/_restore')) sent = Number(child.kill('SIGTERM'));
        if (sent === 1 && output.includes('SIGTERM: stopping after the call in flight'))
          sent += Number(child.kill('SIGINT'));
      });
    });

    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('and the rollback of what was sent. A second signal skips the rollback.');
    expect(ended.stdout).toContain('SIGINT: no rollback. Stopping');
    expect(outcomes(lastJournal(directory))).toMatchObject({ 'replace/open': 'done', 'replace/opened': 'done' });
    expect(ended.stdout).toContain('replace/swap: not rolled back: the run was interrupted twice');
    // It was not undone then, and can be now.
    expect((await runbook(directory, ['rollback', lastRun(directory), '--yes'])).code).toBe(0);
  });
});
