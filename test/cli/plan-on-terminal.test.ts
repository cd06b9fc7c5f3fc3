import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
import { onTerminal } from '../terminal-process.ts';

const server = createServer((request, response) => {
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.statusCode = request.url === '/broken' ? 500 : 200;
  response.end(JSON.stringify({ version: { number: '8.5.3' }, cluster_uuid: 'u', name: 'n' }));
});

const runbookOf = (path: string) => `apiVersion: runbook/v1
name: many
elasticsearch: 8.x
title: Write a lot
connections: { cluster: { kind: elasticsearch } }
steps:
  - { id: look, on: cluster, call: GET /, save: { name: name } }
  - { id: first, on: cluster, call: 'PUT /{{steps.look.name}}', rollback: [{ call: DELETE /first }] }
  - { id: second, on: cluster, title: Write the second, call: PUT ${path}, keep: a test }
`;

const args = ['plan', 'many', '--env', 'env.yaml'];
let directory: string;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());
beforeEach(() => {
  directory = workingDirectory();
  ownRunbook(directory, 'many-8.x.yaml', runbookOf('/second'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: e\nconnections: { cluster: { url: '${url}' } }\n`,
  );
});

/** A program that can be named as a pager. */
function pager(text: string): string {
  const file = join(directory, 'pager');
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

const onScreen = async (more: readonly string[] = [], env: Record<string, string> = { PAGER: 'cat' }) => {
  const { code, screen } = await onTerminal(directory, [...args, ...more], env).ended;
  expect(code).toBe(0);
  return screen;
};

describe('runbook plan on a terminal', () => {
  it('is a summary; --full is what a pipe gets', async () => {
    const piped = (await runbook(directory, args)).stdout;
    const summary = await onScreen();

    expect(summary).toContain('Every call with its body and what must come back: --full.');
    expect(summary).toMatch(/\+ {5}2 +PUT \/<value of step 1> +PUT \/<value of step 1> +2\.r1/);
    expect((await onScreen(['--full'])).replaceAll('\r\n', '\n')).toBe(piped);
    expect(piped).toContain('3 second [WRITE]: Write the second');
  });

  it('is coloured, unless NO_COLOR or the terminal says no', async () => {
    const raw = async (env: Record<string, string>) => {
      const file = join(directory, 'seen');
      await onScreen([], { PAGER: `cat > ${file}`, ...env });
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const isPlain = (text: string) => text.startsWith('Write a lot\n') && !text.includes('\u001b');
    // Long enough for a pager, which gets the very bytes.
    ownRunbook(
      directory,
      'many-8.x.yaml',
      `${runbookOf('/second')}${Array.from({ length: 60 }, (_, index) => `  - { id: s${index}, on: cluster, call: PUT /i${index}, keep: k }\n`).join('')}`,
    );
    expect(await raw({ TERM: 'xterm-256color' })).toContain('\u001b[1;38;5;28m+\u001b[0m');
    expect(await raw({ TERM: 'xterm' })).toContain('\u001b[1;32m+\u001b[0m');
    expect(isPlain(await raw({ TERM: 'xterm-256color', NO_COLOR: '1' }))).toBe(true);
    expect(isPlain(await raw({ TERM: 'dumb' }))).toBe(true);
  });

  describe('that is longer than the screen', () => {
    const long = Array.from(
      { length: 60 },
      (_, index) => `  - { id: s${index}, on: cluster, call: PUT /i${index}, keep: k }\n`,
    );
    beforeEach(() => ownRunbook(directory, 'many-8.x.yaml', `${runbookOf('/second')}${long.join('')}`));

    it('goes through the pager', async () => {
      const screen = await onScreen([], { PAGER: `${pager('sed "s/^/PAGED /"')}` });
      expect(screen).toContain('PAGED Write a lot');
      expect(screen.match(/Write a lot/g)).toHaveLength(1);
    });

    it.each([
      ['is missing', 'no-such-pager --at-all'],
      ['fails before it reads', 'false'],
      ['dies', 'kill -9 $$'],
    ])('is printed where the pager %s', async (_, command) => {
      const screen = await onScreen([], { PAGER: command === 'kill -9 $$' ? pager(command) : command });
      expect(screen).toContain('Write a lot');
      expect(screen).toContain('PUT /i59');
    });

    it('is whole for a reader who leaves before the end', async () => {
      const screen = await onScreen([], { PAGER: 'head -n 1' });
      expect(screen).toContain('Write a lot');
      expect(screen).not.toContain('PUT /i59');
    });

    it.each([{ PAGER: '' }, { PAGER: 'cat' }, { PAGER: 'no-such-pager', CI: 'true' }])(
      'needs no pager with %j',
      async (env) => {
        expect(await onScreen([], env)).toContain('PUT /i59');
      },
    );
  });

  it('has how long the last runs took beside it, and they change no byte of the plan', async () => {
    const json = async () => (await runbook(directory, [...args, '--format', 'json'])).stdout;
    const before = await json();
    expect(await onScreen()).not.toContain('The last runs');
    await runbook(directory, [...args, '--out', 'before.json']);
    await runbook(directory, ['exec', 'many', '--env', 'env.yaml', '--dry-run', '--no-cluster-lock']);
    expect(await onScreen()).not.toContain('The last runs');
    for (let run = 0; run < 4; run++)
      expect((await runbook(directory, ['exec', 'many', '--env', 'env.yaml', '--no-cluster-lock'])).code).toBe(0);

    const screen = await onScreen();
    expect(screen).toContain('The last runs of it in this directory, by its name and environment');
    expect(screen.match(/\d{8}-\d{6}-[\da-f]{6} {2}done after \d/g)).toHaveLength(3);
    expect(await json()).toBe(before);
    await runbook(directory, [...args, '--out', 'after.json']);
    expect(readFileSync(join(directory, 'after.json'))).toEqual(readFileSync(join(directory, 'before.json')));
    // Nor of what an auditor's pipe gets.
    expect((await runbook(directory, args)).stdout).not.toContain('The last runs');
    // A damaged journal is no reason to show no plan.
    mkdirSync(join(directory, '.runbook', 'runs', '99990101-000000-abcdef'));
    expect((await onScreen()).match(/done after/g)).toHaveLength(3);
  });

  it('--compare says what a past run did otherwise', async () => {
    ownRunbook(directory, 'many-8.x.yaml', runbookOf('/broken'));
    await runbook(directory, ['exec', 'many', '--env', 'env.yaml', '--no-cluster-lock']);
    const [started] = lastJournal(directory);
    const run = started?.type === 'run-started' ? started.run : '';
    ownRunbook(directory, 'many-8.x.yaml', runbookOf('/second'));

    for (const text of [
      await onScreen(['--compare', run]),
      (await runbook(directory, [...args, '--compare', run])).stdout,
    ]) {
      expect(text).toContain(`Compared with the run ${run}`);
      expect(text).toMatch(/~ +3 second \[WRITE\]: Write the second — PUT \/second on cluster/);
      expect(text).toContain('- request.path: "/broken"');
      expect(text).toMatch(/3 +Write the second: FAILED: .*500/);
      expect(text).toMatch(/2\.r1 +DELETE \/first: done/);
    }
    expect((await runbook(directory, [...args, '--compare', 'none'])).stderr).toContain('no run "none"');
    expect((await runbook(directory, [...args, '--compare', run, '--format', 'json'])).stderr).toContain(
      '--compare is for people',
    );
  });
});
