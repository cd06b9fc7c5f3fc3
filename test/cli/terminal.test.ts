import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownRunbook, workingDirectory } from '../program.ts';
import { onTerminal } from '../terminal-process.ts';

/** The writes that have arrived; those to /held are responded to once the test wants it. */
let seen: string[] = [];
let arrive: (response: ServerResponse) => void;
let held: Promise<ServerResponse>;

const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  request.resume();
  if (method !== 'GET') seen.push(`${method} ${url}`);
  response.setHeader('content-type', 'application/json');
  if (method === 'PUT' && url === '/held') arrive(response);
  else response.end(JSON.stringify({ version: { number: '8.5.3' }, cluster_uuid: 'u', name: 'orders-7' }));
});

const text = `apiVersion: runbook/v1
name: held
elasticsearch: 8.x
title: Write twice
connections: { cluster: { kind: elasticsearch } }
steps:
  - { id: first, on: cluster, call: PUT /first, rollback: [{ title: Take the first back, call: DELETE /first }] }
  - { id: held, on: cluster, title: Hold, call: PUT /held, rollback: [{ call: DELETE /held }] }
  - { id: last, on: cluster, call: PUT /last, keep: a test }
`;

const exec = ['exec', 'held', '--env', 'env.yaml', '--no-cluster-lock'];
let directory: string;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());
beforeEach(() => {
  seen = [];
  held = new Promise((resolve) => {
    arrive = resolve;
  });
  directory = workingDirectory();
  ownRunbook(directory, 'held-8.x.yaml', text);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: e\nconnections: { cluster: { url: '${url}' } }\n`,
  );
});

describe('Ctrl-C on a terminal', () => {
  it('is shown while the call in flight goes on: what is finished first, and what a second one skips', async () => {
    const { type, shows, ended } = onTerminal(directory, exec);
    await shows('sending PUT /held');
    type('\u0003');
    await shows('SIGINT: stopping after the call in flight, PUT /held on cluster.');
    await shows('A second signal skips the rollback.');
    (await held).end('{}');

    const { code, screen } = await ended;
    expect(code).toBe(130);
    expect(screen).toContain('interrupted. Rolled back: nothing that its steps wrote is left in place.');
    expect(seen).toEqual(['PUT /first', 'PUT /held', 'DELETE /held', 'DELETE /first']);
  });

  it('twice ends in the command that completes the rollback, and its calls', async () => {
    const { type, shows, ended } = onTerminal(directory, exec);
    await shows('sending PUT /held');
    type('\u0003');
    await shows('A second signal skips the rollback.');
    type('\u0003');
    await shows('SIGINT: no rollback. Stopping after the call in flight, PUT /held on cluster;');
    (await held).end('{}');

    const { code, screen } = await ended;
    expect(code).toBe(3);
    expect(screen).toContain('interrupted. Manual intervention is required.');
    expect(screen.trimEnd().split(/\r?\n/).slice(-4)).toEqual([
      expect.stringMatching(/^To complete the rollback: runbook rollback \S+$/),
      'Or by hand, in this order:',
      '  DELETE /held on cluster — DELETE /held',
      '  DELETE /first on cluster — Take the first back',
    ]);
    expect(seen).toEqual(['PUT /first', 'PUT /held']);
  });

  it('is part of what the summary says where the call in flight then fails', async () => {
    const { type, shows, ended } = onTerminal(directory, exec);
    await shows('sending PUT /held');
    type('\u0003');
    await shows('A second signal skips the rollback.');
    (await held).writeHead(400).end('{}');

    const { code, screen } = await ended;
    expect(code).toBe(130);
    expect(screen).toContain('interrupted; failed at held:');
    expect(seen).toEqual(['PUT /first', 'PUT /held', 'DELETE /first']);
  });
});
