import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastJournal, outcomes, runbook, workingDirectory } from '../program.ts';

/** An API of tickets, and below /es a cluster; both remember what they were sent. */
const tickets = new Map<string, string>();
const seen: { call: string; login: string; type: string; body: string }[] = [];
let polls = 0;
/** The status of a POST to /close. */
let closing = 200;

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('utf8');
  });
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    const login = headers.authorization ?? '';
    seen.push({ call: `${method} ${url}`, login, type: headers['content-type'] ?? '', body });
    const send = (status: number, value: unknown, type = 'application/json') =>
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
    const path = url.replace(/\?.*/, '');
    if (path === '/es/') return send(200, { version: { number: '8.5.3' }, cluster_uuid: 'u' });
    if (path.startsWith('/es/')) return send(200, { result: 'created' });
    const isKnown = login === 'Bearer the-token' || login === `Basic ${btoa('closer:the-password')}`;
    if (!isKnown) return send(401, { title: 'Who are you?' }, 'application/problem+json');
    if (path === '/health') return send(200, { ok: true });
    if (path === '/search') return send(200, { found: tickets.size });
    if (path === '/close') return send(closing, { closed: closing === 200 });
    if (path.startsWith('/jobs/')) return send(200, ++polls < 3 ? { state: 'pending' } : { state: 'done', number: 7 });
    const name = path.replace('/tickets/', '');
    if (method === 'PUT') {
      tickets.set(name, body);
      return send(201, { created: true });
    }
    if (!tickets.has(name)) return send(404, { title: 'Not found' }, 'application/problem+json');
    if (method === 'DELETE') tickets.delete(name);
    return send(200, { name });
  });
});

const text = `apiVersion: runbook/v1
name: ticket
elasticsearch: 8.x
title: Open a ticket and write its number down
connections: { tickets: { kind: http }, cluster: { kind: elasticsearch } }
steps:
  - { id: absent, on: tickets, call: GET /tickets/none, expect: { status: 404, body: { title: Not found } } }
  - id: open
    on: tickets
    call: PUT /tickets/t1
    query: { tag: [a, b] }
    body: [{ title: Disk full }]
    expect: { status: 201, body: { created: true } }
    done_when: { call: GET /tickets/t1, expect: { body: { name: t1 } } }
    rollback: [{ call: DELETE /tickets/t1 }]
  - { id: search, on: tickets, call: POST /search, effect: read, body: { name: t1 }, expect: { body: { found: 1 } } }
  - { id: ready, on: tickets, call: GET /jobs/t1, until: { state: done }, every: 1ms, save: { number: number } }
  - { id: note, on: cluster, call: PUT /notes/_doc/t1, body: { number: '{{steps.ready.number}}' }, rollback: [{ call: DELETE /notes/_doc/t1 }] }
  - { id: close, on: tickets, as: closer, call: POST /close, headers: { x-reason: done } }
`;

const env = { TOKEN: 'the-token', PASSWORD: 'the-password' };
let directory: string;
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = workingDirectory();
  writeFileSync(join(directory, 'ticket.yaml'), text);
  const environment = (settings: string) => `apiVersion: runbook/v1
environment: test
connections:
  cluster: { url: '${url}/es' }
  tickets:
    kind: http
    url: ${url}
    ${settings}
    identities: { closer: { auth: { basic: { username: closer, password: { env: PASSWORD } } } } }
`;
  writeFileSync(join(directory, 'env.yaml'), environment('health: /health\n    auth: { bearer: { env: TOKEN } }'));
  writeFileSync(join(directory, 'root.yaml'), environment('auth: { bearer: { env: TOKEN } }'));
  writeFileSync(join(directory, 'nobody.yaml'), environment(''));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  tickets.clear();
  seen.splice(0);
  polls = 0;
  closing = 200;
});

const exec = (...args: string[]) =>
  runbook(directory, ['exec', 'ticket.yaml', '--env', 'env.yaml', '--no-cluster-lock', ...args], env);
const calls = () => seen.map(({ call }) => call);

describe('a connection of kind http', () => {
  it('is in a plan: who authenticates, what is read first, every call; it has no lock and no pin', async () => {
    const { code, stdout } = await runbook(directory, ['plan', 'ticket.yaml', '--env', 'env.yaml', '--pin'], env);

    expect(code).toBe(0);
    expect(stdout).toContain(
      `tickets: http at ${url}, a bearer token from env TOKEN; as closer: user closer (password from env PASSWORD)\n`,
    );
    expect(stdout).toContain(`cluster: elasticsearch at ${url}/es, no credentials; cluster_uuid u\n`);
    expect(stdout).toContain(`tickets (${url}) is up, and accepts a bearer token`);
    expect(stdout).toContain(`tickets (${url}) is up, and accepts user closer`);
    expect(stdout).toContain(`GET       ${url}/health\n`);
    expect(stdout.match(/^ {2}lock .*/gm)).toEqual([expect.stringContaining('lock cluster')]);
    expect(calls()).toEqual(['GET /es/']);
  });

  it('takes calls with every option of a step, and a list as a JSON list', async () => {
    const { code, stdout } = await exec();

    expect(stdout).toContain('done, 3 writes were sent');
    expect(code).toBe(0);
    expect(outcomes(lastJournal(directory))).toMatchObject({ absent: 'done', open: 'done', ready: 'done' });
    expect(seen).toContainEqual({
      ...{ call: 'PUT /tickets/t1?tag=a&tag=b', login: 'Bearer the-token' },
      ...{ type: 'application/json', body: '[{"title":"Disk full"}]' },
    });
    expect(calls().filter((call) => call === 'GET /jobs/t1')).toHaveLength(3);
    expect(seen).toContainEqual(expect.objectContaining({ call: 'PUT /es/notes/_doc/t1', body: '{"number":7}' }));
    expect(seen.at(-1)).toMatchObject({ call: 'POST /close', login: `Basic ${btoa('closer:the-password')}` });
  });

  it('lets no write out in a dry run, and predicts', async () => {
    tickets.set('t1', '');
    polls = 2;
    const { code, stdout } = await exec('--dry-run');

    expect(code).toBe(0);
    expect(stdout).toMatch(/open \[WRITE\]: .* → no change/);
    expect(calls().filter((call) => !call.startsWith('GET') && call !== 'POST /search')).toEqual([]);
  });

  it('is rolled back together with a cluster', async () => {
    closing = 409;
    const { code } = await exec();

    expect(code).toBe(1);
    // What has an idempotency check is looked at before it is rolled back, and once more at the end.
    expect(calls().slice(calls().indexOf('POST /close'))).toEqual([
      ...['POST /close', 'DELETE /es/notes/_doc/t1', 'GET /tickets/t1', 'DELETE /tickets/t1', 'GET /tickets/t1'],
    ]);
    expect(tickets.size).toBe(0);
  });

  it('stops a run before the first write where it refuses the credentials', async () => {
    const refused = await runbook(directory, ['exec', 'ticket.yaml', '--env', 'nobody.yaml'], env);

    expect(refused.code).toBe(4);
    expect(refused.stdout + refused.stderr).toContain(
      `did not accept requests without credentials. Check the url, health and auth`,
    );
    expect(calls().filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  it('need not have anything at its root', async () => {
    const { stdout } = await runbook(directory, ['plan', 'ticket.yaml', '--env', 'root.yaml'], env);
    const { code } = await runbook(directory, ['exec', 'ticket.yaml', '--env', 'root.yaml', '--no-cluster-lock'], env);

    expect(stdout).toContain(`tickets (${url}) is reachable, and accepts a bearer token`);
    expect(code).toBe(0);
  });

  it('is sent to by curl, and shown to a reader of the Console, which does not reach it', async () => {
    const as = async (format: string) =>
      (await runbook(directory, ['plan', 'ticket.yaml', '--env', 'env.yaml', '--format', format], env)).stdout;
    const script = await as('curl');
    const console = await as('console');

    expect(script).toContain(`credentials_tickets() { printf 'authorization: %s %s' Bearer "$TICKETS_TOKEN"; }`);
    expect(script).toMatch(
      /PUT 60 "http:\S+\/tickets\/t1\?tag=a&tag=b" --header "content-type: application\/json" --data-binary @- <<RUNBOOK_BODY\n\[\n/,
    );
    expect(console).toContain(`# ════ where the Console does not reach: tickets (${url}, a bearer token)\n`);
    expect(console).toContain('\n# PUT /tickets/t1?tag=a&tag=b\n# [\n');
    expect(console).toMatch(/\n# ════ in the Console of cluster .*\n[\s\S]*\nPUT \/notes\/_doc\/t1\n/);
  });

  it('has no lock to remove', async () => {
    expect(await runbook(directory, ['unlock', 'tickets', '--env', 'env.yaml'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the connection "tickets" is of kind http; locks are in Elasticsearch clusters'),
    });
  });
});
