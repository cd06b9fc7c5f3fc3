import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
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
    const lines = screen.trimEnd().split(/\r?\n/);
    expect(lines.slice(-4).map((line) => line.slice(2))).toEqual([
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
    expect(screen).toContain('interrupted; failed at held (see above).');
    expect(seen).toEqual(['PUT /first', 'PUT /held', 'DELETE /first']);
  });
});

describe('a question on a terminal', () => {
  const asking = `apiVersion: runbook/v1
name: asking
elasticsearch: 8.x
title: Ask
connections: { cluster: { kind: elasticsearch } }
steps:
  - { id: look, on: cluster, call: GET /look, save: { name: name } }
  - { id: first, on: cluster, call: PUT /first, rollback: [{ call: DELETE /first }] }
  - { id: ask, on: cluster, title: Close it, confirm: Close the index?, call: 'POST /{{steps.look.name}}/_close', keep: a test }
`;
  const inBlock = `apiVersion: runbook/v1
name: asking
elasticsearch: 8.x
title: Ask
connections: { cluster: { kind: elasticsearch } }
steps:
  - id: block
    on: cluster
    steps:
      - { id: close, call: POST /a/_close, undone_by: open }
      - { id: ask, confirm: Go on?, call: PUT /b, keep: a test }
    always: [{ id: open, call: POST /a/_open }]
`;
  const start = (text: string) => {
    ownRunbook(directory, 'asking-8.x.yaml', text);
    return onTerminal(directory, ['exec', 'asking', '--env', 'env.yaml', '--no-cluster-lock']);
  };
  const lastRun = () => lastJournal(directory)[0] as Extract<Event, { type: 'run-started' }>;

  it('names the index, and asks again after anything that is neither yes nor no', async () => {
    const { type, shows, ended } = start(asking);
    await shows('ask: Close the index?');
    await shows('POST /orders-7/_close on cluster');
    await shows('Type yes or no: ');
    for (const other of ['', 'maybe', 'yes please']) {
      type(`${other}\r`);
      await shows('Type yes or no: ');
    }
    type('y\r');
    expect((await ended).code).toBe(0);
    expect(seen).toEqual(['PUT /first', 'POST /orders-7/_close']);
  });

  it('that is answered with no offers the rollback', async () => {
    const { type, shows, ended } = start(asking);
    await shows('Type yes or no: ');
    type('no\r');
    await shows('Not confirmed. Type rollback: rolls back what the run has sent; or stop:');
    type('what\r');
    await shows('Type rollback or stop: ');
    type('rollback\r');
    expect((await ended).code).toBe(1);
    expect(seen).toEqual(['PUT /first', 'DELETE /first']);
  });

  it('can be left for later: the run waits, every view says so, and resume goes on', async () => {
    const { type, shows, ended } = start(asking);
    await shows('Type yes or no: ');
    type('n\r');
    await shows('or stop:');
    type('stop\r');
    const { code, screen } = await ended;
    const { run } = lastRun();
    expect(code).toBe(6);
    expect(screen).toContain('suspended, waiting for the confirmation of ask: Close the index?');
    expect(screen).toContain(`Confirm it and continue: runbook resume ${run} --confirm ask`);
    expect((await runbook(directory, ['runs'])).stdout).toContain('waiting-for-confirmation');
    const words = `suspended, waiting for the confirmation of ask: Close the index? (runbook resume ${run} --confirm ask)`;
    expect((await runbook(directory, ['report', run, '--format', 'markdown'])).stdout.replaceAll('\\', '')).toContain(
      words,
    );
    expect(JSON.parse((await runbook(directory, ['report', run, '--format', 'json'])).stdout)).toMatchObject({
      state: 'waiting-for-confirmation',
      suspended: { by: 'confirmation', step: 'ask' },
    });

    const resume = ['resume', run, '--no-cluster-lock'];
    expect((await runbook(directory, resume)).code).toBe(6);
    const typo = await runbook(directory, [...resume, '--confirm', 'asc']);
    expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining('no such step requires confirmation') });
    expect((await runbook(directory, [...resume, '--confirm', 'ask'])).code).toBe(0);
    expect(seen).toEqual(['PUT /first', 'POST /orders-7/_close']);
  });

  it('waits where the input ends, because nobody is there, and can be rolled back', async () => {
    const { type, shows, ended } = start(asking);
    await shows('Type yes or no: ');
    type('\u0004');
    expect((await ended).code).toBe(6);
    expect((await runbook(directory, ['rollback', lastRun().run, '--no-cluster-lock', '--yes'])).code).toBe(0);
    expect(seen).toEqual(['PUT /first', 'DELETE /first']);
  });

  it('inside a block that has something to put right says that no rolls back', async () => {
    const { type, shows, ended } = start(inBlock);
    await shows('so the run cannot stop here: no rolls back what the run has sent.');
    await shows('Type yes or no: ');
    type('no\r');
    expect((await ended).code).toBe(1);
    expect(seen).toEqual(['POST /a/_close', 'POST /a/_open']);
  });
});
