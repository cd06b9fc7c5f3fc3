import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxBackend } from '../contract/sandbox-backend.ts';
import { ownRunbook, runbook, workingDirectory } from '../program.ts';
import { environmentOf, secretsOf } from '../real/environment.ts';

let seven: Awaited<ReturnType<typeof sandboxBackend>>;
let eight: Awaited<ReturnType<typeof sandboxBackend>>;
let directory: string;

beforeAll(async () => {
  seven = await sandboxBackend('7.10');
  eight = await sandboxBackend('8.5');
  await Promise.all([seven.reset(), eight.reset()]);
});
afterAll(() => Promise.all([seven.sandbox.close(), eight.sandbox.close()]));
beforeEach(() => {
  directory = workingDirectory();
});

function cli(backend: typeof seven, change: Parameters<typeof environmentOf>[1], ...args: string[]) {
  writeFileSync(join(directory, 'lab.yaml'), environmentOf(backend.pair, change));
  return runbook(directory, [...args, '--env', 'lab.yaml'], secretsOf(backend.pair));
}

describe('a runbook named without its version', () => {
  it('is the one for what the destination says it is', async () => {
    for (const [backend, file] of [
      [seven, 'users-7.10.yaml'],
      [eight, 'users-8.5.yaml'],
    ] as const) {
      const ended = await cli(backend, {}, 'exec', 'users', '--dry-run');
      expect(ended.stdout).toContain(`(${file}, environment lab`);
      expect(ended.code).toBe(0);
    }
  });

  it('offline, is the one for the version that is given; without one, only where there is one', async () => {
    expect((await cli(seven, {}, 'plan', 'users', '--elasticsearch', '8.5')).stdout).toContain('users-8.5.yaml');
    expect((await cli(seven, {}, 'plan', 'users', '--elasticsearch', '9.5.3')).stdout).toContain('users-8.5.yaml');
    expect(await cli(seven, {}, 'plan', 'users', '--elasticsearch', '10.0.0-SNAPSHOT')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no runbook "users" for Elasticsearch 10.0.0-SNAPSHOT'),
    });
    expect(await cli(seven, {}, 'plan', 'users', '--elasticsearch', 'latest')).toMatchObject({
      code: 2,
      stderr: '--elasticsearch latest is not a version; expected 8, 8.5 or 8.5.3\nSee runbook plan --help\n',
    });
    expect((await cli(seven, {}, 'plan', 'users-merge')).stdout).toContain('users-merge-7.10.yaml');
    const unsaid = await cli(seven, {}, 'plan', 'users');
    expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining('say which with --elasticsearch') });
    expect(unsaid.stderr).toContain('users-7.10: Elasticsearch 7.10.x');
    expect(unsaid.stderr).toContain('users-8.5: Elasticsearch >=8.5 <10');
  });

  it('is refused, with a list, where none or two fit', async () => {
    const none = await cli(eight, {}, 'exec', 'users-merge');
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no runbook "users-merge" for Elasticsearch 8.5.3'),
    });
    expect(none.stderr).toContain('users-merge-7.10: Elasticsearch 7.10.x');
    const own = `apiVersion: runbook/v1\nname: users\nelasticsearch: 8.x\ntitle: Mine\nconnections: { source: { kind: elasticsearch } }\nsteps: [{ id: a, on: source, call: GET / }]\n`;
    ownRunbook(directory, 'users-8.yaml', own);
    const two = await cli(eight, {}, 'exec', 'users');
    expect(two).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('several runbooks "users" for Elasticsearch 8.5.3'),
    });
    expect(two.stderr).toContain('users-8: Elasticsearch 8.x');
  });

  it('is refused with what is wrong in the file that it may mean', async () => {
    ownRunbook(directory, 'carry-8.5.yaml', 'apiVersion: runbook/v1\nname: carry\nstep: []\n');

    const { code, stderr } = await cli(eight, {}, 'plan', 'carry');

    expect(stderr).toMatch(/runbooks\/carry-8\.5\.yaml:3:1/);
    expect(stderr).not.toContain('there is no runbook');
    expect(code).toBe(2);
  });

  it('says what to check where the cluster does not answer', async () => {
    const ended = await cli(seven, { destination: 'http://127.0.0.1:1' }, 'exec', 'users');
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('the connection "destination" did not say its version');
    expect(ended.stderr).toContain('Check its url and auth in lab.yaml');
  });
});

describe('a Kibana', () => {
  const copy = (kibana: { source: string; destination: string }) =>
    cli(eight, { kibana }, 'exec', 'visualizations-copy-7.10');

  it('that is down, of another version, or does not accept the credentials is refused before the first write', async () => {
    const { source_kibana: source } = eight.sandbox.urls;
    const down = await copy({ source, destination: 'http://127.0.0.1:1' });
    expect(down.code).toBe(4);
    expect(down.stdout).toContain('nothing listens on that port');
    const older = await copy({ source, destination: seven.sandbox.urls.destination_kibana });
    expect(older.code).toBe(4);
    expect(older.stdout).toContain('expected  version.number: a version in the range >=8.5.3');
    expect(older.stdout).toContain('actual    version.number: "7.10.2"');
    const swapped = await cli(
      eight,
      { kibana: { source: eight.sandbox.urls.destination_kibana, destination: source } },
      'exec',
      'visualizations-copy-7.10',
    );
    expect(swapped.code).toBe(4);
    expect(swapped.stdout).toContain('did not accept user elastic');
  });
});

describe('runbook explain', () => {
  it('gives reason, fix and example, and knows what was meant', async () => {
    const ended = await runbook(directory, ['explain', 'close-without-open']);
    expect(ended.code).toBe(0);
    for (const part of [
      'everything stays closed',
      'Instead of',
      'POST /.kibana*/_open',
      '# runbook-ignore close-without-open: REASON',
    ])
      expect(ended.stdout).toContain(part);
    expect((await runbook(directory, ['explain'])).stdout).toContain('snapshot-not-checked');
    expect(await runbook(directory, ['explain', 'close-without-opn'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "close-without-open"?'),
    });
  });

  it('describes a call, from a file of its own also where the program is compiled already', async () => {
    for (const _start of ['first', 'second']) {
      const { stdout, stderr } = await runbook(directory, ['explain', 'GET /_cluster/health']);
      expect(stdout).toMatch(/^GET \/_cluster\/health: Get the cluster health status\.\n\nversions +7\.10, 8\.5/);
      expect(stderr).toBe('');
    }
    expect(await runbook(directory, ['explain', 'POST /_reidnex'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "/_reindex"?'),
    });
  });
});
