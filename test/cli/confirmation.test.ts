import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';

/** The writes that have arrived. */
let seen: string[] = [];

const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  request.resume();
  if (method !== 'GET') seen.push(`${method} ${url}`);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ version: { number: '8.5.3' }, cluster_uuid: 'u', names: ['a', 'b', 'c'] }));
});

const asking = `apiVersion: runbook/v1
name: asking
elasticsearch: 8.x
title: Ask about each index
connections: { cluster: { kind: elasticsearch } }
steps:
  - { id: look, on: cluster, call: GET /look, save: { names: names } }
  - { id: first, on: cluster, call: PUT /first, rollback: [{ call: DELETE /first }] }
  - id: each
    for_each: '{{steps.look.names}}'
    on: cluster
    steps:
      - { id: ask, confirm: 'Close {{item}}?', call: 'POST /{{item}}/_close', keep: a test }
`;

let directory: string;
const exec = (...args: string[]) =>
  runbook(directory, ['exec', 'asking', '--env', 'env.yaml', '--no-cluster-lock', ...args]);
const resume = (...args: string[]) => runbook(directory, ['resume', lastRun(), '--no-cluster-lock', ...args]);
const lastRun = () => (lastJournal(directory)[0] as Extract<Event, { type: 'run-started' }>).run;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());
beforeEach(() => {
  seen = [];
  directory = workingDirectory();
  ownRunbook(directory, 'asking-8.x.yaml', asking);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: e\nconnections: { cluster: { url: '${url}' } }\n`,
  );
});

describe('a pipeline that comes to a step that nobody has confirmed', () => {
  it('leaves the run as it is, says how to go on, and goes on iteration by iteration', async () => {
    const first = await exec();
    expect(first.code).toBe(6);
    expect(first.stdout).toContain('suspended, waiting for the confirmation of ask#1: Close a?');
    expect(first.stdout).toContain(`Confirm it and continue: runbook resume ${lastRun()} --confirm 'ask#1'`);
    expect(seen).toEqual(['PUT /first']);
    const { stdout } = await runbook(directory, ['status']);
    expect(stdout).toMatch(/^Suspended, waiting for a confirmation:\n/);
    expect(stdout).toContain(`To confirm it and continue:\n      runbook resume ${lastRun()} --confirm 'ask#1'\n`);
    expect(stdout).toContain(
      `To confirm every iteration and continue:\n      runbook resume ${lastRun()} --confirm 'ask#*'\n`,
    );

    expect((await resume()).code).toBe(6);
    const second = await resume('--confirm', 'ask#1');
    expect(second.code).toBe(6);
    expect(second.stdout).toContain('suspended, waiting for the confirmation of ask#2: Close b?');
    expect((await resume('--confirm', 'ask#*')).code).toBe(0);
    expect(seen).toEqual(['PUT /first', 'POST /a/_close', 'POST /b/_close', 'POST /c/_close']);
  });

  it('goes through where each iteration is confirmed', async () => {
    expect((await exec('--confirm', 'ask#*')).code).toBe(0);
    expect(seen).toHaveLength(4);
  });

  it('can be rolled back instead', async () => {
    expect((await exec()).code).toBe(6);
    expect((await runbook(directory, ['rollback', lastRun(), '--no-cluster-lock', '--yes'])).code).toBe(0);
    expect(seen).toEqual(['PUT /first', 'DELETE /first']);
  });

  it('is refused before anything is sent where the run could not wait', async () => {
    const text = asking.replace(
      / {2}- id: each[\s\S]*/,
      `  - id: block
    on: cluster
    steps:
      - { id: close, call: POST /a/_close, undone_by: open }
      - { id: ask, confirm: Go on?, call: PUT /b, keep: a test }
    always: [{ id: open, call: POST /a/_open }]
`,
    );
    ownRunbook(directory, 'asking-8.x.yaml', text);
    const refused = await exec();
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('Add --confirm ask to confirm.') });
    expect(seen).toEqual([]);
    expect((await exec('--confirm', 'ask')).code).toBe(0);
  });
});
