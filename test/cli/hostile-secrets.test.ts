import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, lastJournal, runbook, workingDirectory } from '../program.ts';

const password = 'hunter2secret';
/** What the server says of itself, of the lock, and to everything else. */
let version = '8.5.3';
let uuid = 'uuid-1';
let lock: object | undefined;
let answer: (method: string) => { readonly status: number; readonly body: object } = () => ({ status: 200, body: {} });

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    const { url = '', method = '' } = request;
    const send = (status: number, body: object) => {
      response.statusCode = status;
      response.end(JSON.stringify(body));
    };
    if (url === '/') return send(200, { version: { number: version }, cluster_uuid: uuid });
    if (url.startsWith('/runbook-locks/_doc')) {
      if (method === 'GET') return lock ? send(200, lock) : send(404, { found: false });
      return send(200, { _seq_no: 1, _primary_term: 1 });
    }
    if (url.startsWith('/runbook-locks')) return send(200, {});
    const { status, body } = answer(method);
    return send(status, body);
  });
});

function directoryWith(steps: string): string {
  const directory = workingDirectory();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(directory, 'env.yaml'),
    `apiVersion: runbook/v1\nenvironment: lab\nconnections: { c: { url: '${url}', auth: { basic: { username: elastic, password: { env: PW } } } } }\ninputs: { key: { env: KEY } }\n`,
  );
  writeFileSync(
    join(directory, 'r.yaml'),
    `apiVersion: runbook/v1\nname: r\nelasticsearch: 8.x\ntitle: r\nconnections: { c: { kind: elasticsearch } }\ninputs: { key: { type: string, secret: true } }\nsteps:\n${steps}`,
  );
  return directory;
}

function lastRun(directory: string): string {
  const [started] = lastJournal(directory);
  return started?.type === 'run-started' ? started.run : '';
}

const write = `  - id: a
    on: c
    call: PUT /ok
    body: { secret: '{{inputs.key}}' }
    rollback: [{ call: DELETE /ok }]
`;

describe('a secret', () => {
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(['call', 'reason', 'done'])(
    'that is a word of the record, such as %s, leaves a record that can be shown and rolled back',
    async (key) => {
      const env = { PW: password, KEY: key };
      const directory = directoryWith(write);
      answer = () => ({ status: 200, body: { acknowledged: true } });
      const ended = await runbook(directory, ['exec', 'r.yaml', '--env', 'env.yaml'], env);
      expect(ended.code).toBe(0);
      const shown = await runbook(directory, ['report', lastRun(directory), '--format', 'json'], env);
      expect(JSON.parse(shown.stdout)).toHaveProperty('summary.outcome', 'done');
      const undone = await runbook(directory, ['rollback', lastRun(directory), '--yes'], env);
      expect(undone.stderr).toBe('');
      expect(undone.code).toBe(0);
    },
  );

  it('is in no message about a lock, a version or a cluster, and not in a plan that is pinned', async () => {
    const env = { PW: password, KEY: 'another-secret' };
    const directory = directoryWith(write);
    lock = {
      found: true,
      ...{ _seq_no: 1, _primary_term: 1 },
      _source: { run: password, owner: `x ${password}`, heartbeat: '2020-01-01T00:00:00Z', expires: password },
    };
    const unlocked = await runbook(directory, ['unlock', 'c', '--env', 'env.yaml', '--yes'], env);
    lock = undefined;
    uuid = `uuid-${password}`;
    const pinned = await runbook(directory, ['plan', 'r.yaml', '--env', 'env.yaml', '--pin', '--out', 'p.json'], env);
    version = `8.5.3-${password}`;
    const other = await runbook(directory, ['exec', 'r.yaml', '--env', 'env.yaml'], env);
    version = password;
    const none = await runbook(directory, ['exec', 'r.yaml', '--env', 'env.yaml'], env);
    version = '8.5.3';
    uuid = 'uuid-1';

    expect(unlocked.stdout).toContain('is locked by');
    for (const { stdout, stderr } of [unlocked, pinned, other, none]) expect(stdout + stderr).not.toContain(password);
    for (const content of filesBelow(directory).values()) expect(content).not.toContain(password);
  });

  it('is printed by no debug variable', async () => {
    const directory = directoryWith('  - { id: a, on: c, call: GET /ok }\n');
    const authorization = Buffer.from(`elastic:${password}`).toString('base64');
    for (const variable of [{ NODE_DEBUG: 'http,https,tls,net' }, { NODE_DEBUG: '*' }, { DEBUG: '*' }]) {
      const env = { PW: password, KEY: 'another-secret', ...variable };
      const { stdout, stderr, code } = await runbook(directory, ['exec', 'r.yaml', '--env', 'env.yaml'], env);
      expect(stdout + stderr).not.toContain(password);
      expect(stdout + stderr).not.toContain(authorization);
      expect(code).toBe('DEBUG' in variable ? 0 : 2);
      if (code === 2) expect(stderr).toContain('NODE_DEBUG is set');
    }
  });

  it('that a condition of a step compares with conceals what it is compared with', async () => {
    const directory = directoryWith(`  - { id: s, on: c, call: GET /ok, save: { tok: { path: tok, secret: true } } }
  - { id: g, on: c, call: GET /ok, save: { near: near } }
  - { id: w, on: c, when: { steps.g.near: '{{steps.s.tok}}' }, call: GET /ok }
`);
    answer = () => ({ status: 200, body: { tok: 'token-of-the-server', near: 'almost-the-secret' } });
    const env = { PW: password, KEY: 'another-secret' };
    const { stdout, code } = await runbook(directory, ['exec', 'r.yaml', '--env', 'env.yaml'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('‹secret›');
    expect(stdout).not.toMatch(/almost-the-secret|token-of-the/);
  });
});
