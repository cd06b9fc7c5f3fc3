import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { type Execution, execute } from '../../src/host/execute.ts';
import { loadEnvironment } from '../../src/language/index.ts';
import { readJournal } from '../../src/runs/index.ts';
import { planOf } from '../support.ts';

let server: Server;
let folder: string;
let calls: string[];
let lockDocument: unknown;

beforeAll(async () => {
  // A cluster for which nothing is ever ready.
  server = createServer(async (request, response) => {
    calls.push(`${request.method} ${request.url}`);
    const written = () => calls.filter((call) => call.startsWith('PUT /runbook-locks/_doc/cluster')).length;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.method === 'PUT' && request.url?.includes('/_doc/cluster')) lockDocument = JSON.parse(body);
    if (request.url === '/slow') {
      // It takes until the next heartbeat.
      const before = written();
      vi.advanceTimersByTime(60_000);
      await vi.waitUntil(() => written() > before, { timeout: 60_000 });
    }
    response.writeHead(200, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    const about = { version: { number: '7.10.2' }, cluster_uuid: 'u', ready: false };
    const lock = { _seq_no: written(), _primary_term: 1, _source: lockDocument };
    response.end(JSON.stringify({ ...about, ...(request.url?.includes('/_doc/cluster') ? lock : {}) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runbook-test-'));
  calls = [];
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
  vi.stubEnv('KEY', 'the-secret-key');
});

function executionOf(steps: string, more: Partial<Execution> = {}): Execution {
  const { port } = server.address() as AddressInfo;
  const text = `apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:${port}' } }
inputs: { key: { env: KEY } }
`;
  const { value: environment } = loadEnvironment('env.yaml', text);
  if (!environment) throw new Error('it is valid');
  const plan = planOf(steps, { environment: text });
  return { plan, environment: environment.value, clusterLock: false, runsFolder: join(folder, 'runs'), ...more };
}

const write = '  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }\n';
const endless = '  - { id: wait, on: es, call: GET /wait, until: { ready: true }, every: 1h, timeout: 10h }\n';

/** Aborts when the run is about to wait; with a delay, when it waits already. */
function abortedAtWait(delay?: number): { readonly show: (event: Event) => void; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const show = ({ type }: Event) => {
    if (type !== 'waiting') return;
    if (delay === undefined) controller.abort();
    else setTimeout(() => controller.abort(), delay);
  };
  return { show, signal: controller.signal };
}

describe('a run of a library', () => {
  it('has an id, a folder and a journal without being told', async () => {
    const { run, folder: own, summary, head } = await execute(executionOf(write));

    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(run).toMatch(/^\d{8}-\d{6}-[0-9a-f]{6}$/);
    expect(own).toBe(join(folder, 'runs', run));
    const journal = await readJournal(own);
    expect(journal.head).toBe(head);
    expect(journal.events[0]).toMatchObject({ type: 'run-started', run, mode: 'real', rollback: true });
  });

  it('has the id that it is given, if that is the name of a folder', async () => {
    expect(await execute(executionOf(write, { run: 'mine' }))).toMatchObject({ run: 'mine' });
    await expect(execute(executionOf(write, { run: '../mine' }))).rejects.toMatchObject({ kind: 'usage' });
  });

  it('is suspended before anything is sent where nobody can confirm a step', async () => {
    const steps = '  - { id: a, on: es, call: PUT /a, confirm: true }\n';

    await expect(execute(executionOf(steps, { confirm: ['b'] }))).rejects.toMatchObject({ kind: 'arguments' });

    expect(existsSync(join(folder, 'runs'))).toBe(false);
    expect((await execute(executionOf(steps))).summary).toMatchObject({
      outcome: 'waiting-for-confirmation',
      writes: 0,
    });
    expect(calls.filter((call) => call.startsWith('PUT'))).toEqual([]);
    expect((await execute(executionOf(steps, { confirm: ['a'] }))).summary.outcome).toBe('done');
    expect((await execute(executionOf(steps), { confirm: async () => 'yes' })).summary.outcome).toBe('done');
  });

  it('goes on when what watches it throws', async () => {
    const show = () => {
      throw new Error('a bug of somebody else');
    };
    expect((await execute(executionOf(write), { show })).summary.outcome).toBe('done');
  });

  it.each([undefined, 200])('stops at a signal before and in a pause, and rolls back', async (delay) => {
    const { show, signal } = abortedAtWait(delay);

    const { summary } = await execute(executionOf(write + endless), { show, stop: signal });

    expect(summary).toMatchObject({ outcome: 'interrupted', rolled_back: true });
    expect(calls.slice(-3)).toEqual(['PUT /a', 'GET /wait', 'DELETE /a']);
  });

  it('leaves what was sent where the rollback is stopped, too', async () => {
    const { show, signal } = abortedAtWait();

    const { summary } = await execute(executionOf(write + endless), { show, stopRollback: signal });

    expect(summary.outcome).toBe('intervention-required');
    expect(calls.at(-1)).toBe('GET /wait');
  });
});

describe('the heartbeat of the lock', () => {
  it('goes on while a call takes long', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const made = execute(
        executionOf('  - { id: a, on: es, call: PUT /slow, keep: a test }\n', { clusterLock: true }),
      );
      const { summary } = await made;
      expect(summary.outcome).toBe('done');
      const lock = calls.filter((call) => call.startsWith('PUT /runbook-locks/_doc/cluster'));
      expect(lock).toHaveLength(2);
      expect(calls.indexOf('PUT /slow')).toBeLessThan(calls.lastIndexOf(lock[1] ?? ''));
    } finally {
      vi.useRealTimers();
    }
  });
});
