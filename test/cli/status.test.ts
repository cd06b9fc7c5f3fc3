import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/status.v1.schema.json' with { type: 'json' };
import type { Status } from '../../src/report/index.ts';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

const named = (name: string, steps: string) => `apiVersion: runbook/v1
name: ${name}
elasticsearch: 8.x
title: A test
connections: { destination: { kind: elasticsearch } }
steps:
${steps}`;

/** Waits for what never comes, after a write. */
const long = named(
  'long',
  `  - { id: write, on: destination, call: PUT /long, done_when: { call: GET /long, expect: { status: 200 } }, rollback: [{ call: DELETE /long }] }
  - { id: wait, on: destination, call: GET /_cluster/health, until: { number_of_nodes: 99 }, every: 1s, timeout: 1h }
`,
);
/** Leaves something until the file that it is told of is there. */
const half = named(
  'half',
  `  - { id: write, on: destination, call: PUT /half, rollback: [{ id: look, call: GET /allowed }, { id: undo, call: DELETE /half }] }
  - { id: fail, on: destination, call: GET /nothing-there }
`,
);
const allow = named('allow', '  - { id: allow, on: destination, call: PUT /allowed }\n');

describe('runbook status', () => {
  let directory: string;
  let env: string;
  beforeAll(async () => {
    directory = workingDirectory();
    ({ env } = await sandbox(directory, '8.5'));
    for (const [name, text] of Object.entries({ long, half, allow })) ownRunbook(directory, `${name}-8.x.yaml`, text);
  }, 120_000);
  const state = () => ({ XDG_STATE_HOME: join(directory, 'state') });
  const cli = (...args: string[]) => runbook(directory, args);
  const lastRun = () => {
    const [started] = lastJournal(directory);
    return started?.type === 'run-started' ? started.run : '';
  };
  const statesIn = async () => {
    const { code, stdout } = await cli('status', '--format', 'json');
    const status = JSON.parse(stdout) as Status;
    const isValid = new Ajv2020({ strict: false }).compile(schema);
    expect([code, isValid(status), isValid.errors]).toEqual([0, true, null]);
    return status.runs.map((run) => run.state);
  };

  it('follows a run that is killed: running, unfinished, then no more', async () => {
    expect(await cli('status', '--detailed-exitcode')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^No run of this directory is unfinished/),
    });
    let seen = '';
    await runbook(directory, ['exec', 'long-8.x', '--env', env], {}, (child) => {
      let isSeen = false;
      child.stdout?.on('data', async (chunk: Buffer) => {
        if (isSeen || !chunk.toString('utf8').includes('waiting')) return;
        isSeen = true;
        seen = (await cli('status', '--detailed-exitcode')).stdout;
        expect(await statesIn()).toEqual(['running']);
        const elsewhere = await runbook(workingDirectory(), ['status'], state());
        expect(elsewhere.stdout).toContain(`cd ${directory} && runbook serve`);
        child.kill('SIGKILL');
      });
    });
    const run = lastRun();
    expect(seen).toMatch(new RegExp(`^Running:\\n {2}${run} {2}long-8\\.x\\.yaml on sandbox-8-5, began \\d+ s ago\\n`));
    expect(seen).toContain('At wait: GET /_cluster/health\n');

    const { code, stdout } = await cli('status', '--detailed-exitcode');
    expect(code).toBe(5);
    expect(stdout).toMatch(/^Unfinished, the process has ended:\n/);
    expect(stdout).toContain('1 write was sent or about to be, to destination');
    expect(stdout).toContain('Holds the lock in the cluster of destination');
    expect(stdout).toContain(
      `To continue it:\n      runbook resume ${run}\n    To roll it back:\n      runbook rollback ${run}\n`,
    );
    expect((await cli()).stdout).toMatch(
      new RegExp(`^First:\\n {2}${run} .*\\n {4}Unfinished.*\\n {4}runbook resume ${run}\\n`),
    );
    const elsewhere = await runbook(workingDirectory(), ['status'], state());
    expect(elsewhere.stdout).toContain(`cd ${directory} && runbook resume ${run}`);

    // As if another machine had begun it.
    const lock = join(directory, '.runbook', 'runs', run, 'lock.json');
    const holder = readFileSync(lock, 'utf8');
    writeFileSync(lock, JSON.stringify({ ...JSON.parse(holder), host: `not-${hostname()}` }));
    expect(await statesIn()).toEqual(['perhaps-running']);
    writeFileSync(lock, holder);

    expect((await cli('rollback', run, '--yes')).code).toBe(0);
    expect(await statesIn()).toEqual([]);
  }, 120_000);

  it('shows what is left until its rollback is complete, by resume or by rollback', async () => {
    expect((await cli('exec', 'half-8.x', '--env', env)).code).toBe(3);
    const run = lastRun();
    const { stdout } = await cli('status');
    expect(stdout).toMatch(/^Failed, manual intervention required:\n/);
    expect(stdout).toContain('write: PUT /half on destination');
    expect(stdout).toContain(`To complete the rollback:\n      runbook rollback ${run}\n`);
    expect((await cli('exec', 'allow-8.x', '--env', env)).code).toBe(0);
    expect(await statesIn()).toEqual(['intervention-required']);
    expect((await cli('rollback', run, '--yes')).code).toBe(0);
    expect(await statesIn()).toEqual([]);
  }, 120_000);

  it('shows of what failed and is cleaned up the newest run, until one is done', async () => {
    // What is allowed by now is rolled back at once.
    for (let index = 0; index < 2; index++) expect((await cli('exec', 'half-8.x', '--env', env)).code).toBe(1);
    expect(await statesIn()).toEqual(['failed']);
    const { code, stdout } = await cli('status', '--detailed-exitcode');
    expect(code).toBe(0);
    expect(stdout).toContain(`  ${lastRun()}  half-8.x.yaml`);
    expect(stdout).toContain(`To run it again:\n      runbook exec half-8.x --env ${env}\n`);
    // One that is refused was no try.
    const pinned = join('.runbook', 'sandbox', 'pinned.yaml');
    const text = readFileSync(join(directory, env), 'utf8');
    const pin = '$1    cluster_uuid: AAAAAAAAAAAAAAAAAAAAAA\n';
    writeFileSync(join(directory, pinned), text.replace(/( {2}destination:\n {4}url: .*\n)/, pin));
    expect((await cli('exec', 'half-8.x', '--env', pinned)).code).toBe(4);
    expect(await statesIn()).toEqual(['failed']);
    // Dry runs and runs of other runbooks change nothing about it.
    await cli('exec', 'half-8.x', '--env', env, '--dry-run');
    expect(await statesIn()).toEqual(['failed']);
    ownRunbook(directory, 'half-8.x.yaml', half.replace(/.*nothing-there.*/, ''));
    expect((await cli('exec', 'half-8.x', '--env', env)).code).toBe(0);
    expect(await statesIn()).toEqual([]);
  }, 120_000);

  it('names a journal that was changed', async () => {
    const journal = join(directory, '.runbook', 'runs', lastRun(), 'journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').split('\n').slice(0, -3).join('\n').replace('"PUT', '"PUX'));
    const { code, stdout } = await cli('status', '--detailed-exitcode');
    expect(code).toBe(5);
    expect(stdout).toMatch(/Cannot be read:\n {2}\S*\.runbook\/runs\/.*journal\.jsonl:8: this line does not follow/);
    expect(stdout).not.toContain('No run of this directory');
  }, 120_000);
});
