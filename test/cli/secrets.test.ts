import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatsOf } from '../../src/report/index.ts';
import { filesBelow, lastJournal, runbook, workingDirectory } from '../program.ts';
import { leaksIn, secretArbitrary } from '../secrets.ts';
import { serve } from '../serve-process.ts';

/** What the server was told by the run that goes on; it gives that back in every way that a server can. */
let told: string[] = [];
const echoes: readonly ((secret: string) => { status: number; headers?: Record<string, string>; body: unknown })[] = [
  (secret) => ({
    status: 200,
    headers: { warning: `299 Elasticsearch-7.10.2 "${encodeURIComponent(secret)} is deprecated"` },
    body: { name: secret },
  }),
  (secret) => ({
    status: 302,
    headers: { location: `http://u:${encodeURIComponent(secret)}@127.0.0.1:1/` },
    body: `moved to ${secret}`,
  }),
  (secret) => ({
    status: 400,
    body: { error: { type: 'security_exception', reason: `cannot log in with ${secret}` } },
  }),
  (secret) => ({
    status: 503,
    body: `<html><body>proxy: ${secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)}</body></html>`,
  }),
  (secret) => ({ status: 200, body: { [secret]: { name: Buffer.from(`x${secret}y`).toString('base64') } } }),
  (secret) => ({
    status: 409,
    body: { error: { type: secret, reason: JSON.stringify({ k: secret }), caused_by: { reason: secret } } },
  }),
];

let count = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.setHeader('x-elastic-product', 'Elasticsearch');
    response.setHeader('content-type', 'application/json');
    const { url = '', method } = request;
    const send = (status: number, body: unknown) => {
      response.statusCode = status;
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (url === '/') return send(200, { version: { number: '7.10.2' }, cluster_uuid: 'u' });
    if (url.startsWith('/good') || url.startsWith('/runbook-locks'))
      return send(200, { ok: true, _seq_no: 1, _primary_term: 1 });
    const secret = told[count % told.length] ?? '';
    const { status, headers = {}, body } = echoes[count++ % echoes.length]?.(secret) ?? { status: 200, body: {} };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (typeof body === 'string' && method !== 'HEAD') response.setHeader('content-type', 'text/html');
    return send(status, body);
  });
});

const text = `apiVersion: runbook/v1
name: leaky
elasticsearch: 7.10.x
title: A server that gives everything back
inputs:
  first: { type: string, secret: true }
  second: { type: string, secret: true }
connections: { es: { kind: elasticsearch } }
steps:
  - { id: make, on: es, call: PUT /good/a, body: { k: [{ n: '{{inputs.first}} and {{inputs.second}}' }] }, rollback: [{ id: unmake, call: DELETE /bad/a }] }
  - { id: ask, on: es, call: POST /bad-ask/_search, effect: read, body: { p: '{{inputs.second}}' }, expect: { status: [200, 302, 400, 409, 503] }, save: { name: name } }
  - { id: ask-again, on: es, call: GET /bad/again, expect: { status: [200, 302, 400, 409, 503] } }
  - { id: write, on: es, call: PUT /bad/b, body: '{{inputs.first}}', done_when: { call: GET /bad/b, expect: { body: { there: true } } } }
  - { id: last, on: es, call: GET /bad/last, headers: { x-key: 'Key {{inputs.second}}' }, expect: { body: { never: '{{inputs.none}}' } } }
`.replace("'{{inputs.none}}'", 'true');

describe('no secret is anywhere, whatever is asked of the program and whatever a server says', () => {
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('in a run that fails, and all that can be asked about it', async () => {
    const [world = []] = fc.sample(fc.array(secretArbitrary, { minLength: 4, maxLength: 4 }), { numRuns: 1, seed: 42 });
    const [first = '', second = '', password = '', token = ''] = world;
    const secrets = [first, second, password, token];
    told = [first, second, password];
    const directory = workingDirectory();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = (
      connection: string,
      inputs = '{ first: { env: FIRST }, second: { command: [sh, -c, "printf %s \\"$SECOND\\""] } }',
    ) => `apiVersion: runbook/v1\nenvironment: leaky\nconnections: { es: ${connection} }\ninputs: ${inputs}\n`;
    const good = environment(`{ url: '${url}', auth: { basic: { username: u, password: { file: password } } } }`);
    const literal = JSON.stringify(token);
    const files: Record<string, string> = {
      'leaky.yaml': text,
      'env.yaml': good,
      'bearer.yaml': environment(`{ url: '${url}', auth: { bearer: { env: TOKEN } } }`),
      'nobody.yaml': environment(`{ url: 'http://127.0.0.1:1', auth: { api_key: { env: TOKEN } } }`),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    // These hold secrets: they are what is refused, and no output of ours.
    const refused: Record<string, string> = {
      'literal-password.yaml': environment(`{ url: '${url}', auth: { basic: { username: u, password: ${literal} } } }`),
      'literal-input.yaml': environment(`{ url: '${url}' }`, `{ first: ${literal}, second: { env: SECOND } }`),
      'userinfo.yaml': environment(`{ url: ${JSON.stringify(`http://u:${encodeURIComponent(token)}@127.0.0.1:1`)} }`),
      'userinfo-raw.yaml': environment(`{ url: ${JSON.stringify(`http://u:${token}@127.0.0.1:1`)} }`),
      'key.yaml': environment(`{ url: '${url}', auth: { basic: { ${literal}: 1 } } }`),
    };
    for (const [name, content] of Object.entries(refused)) writeFileSync(join(directory, name), content);
    writeFileSync(join(directory, 'password'), password);
    chmodSync(join(directory, 'password'), 0o600);
    const env = { FIRST: first, SECOND: second, TOKEN: token };
    const outputs = new Map<string, string>();
    const run = async (...args: string[]) => {
      const ended = await runbook(directory, args, env);
      outputs.set(args.join(' '), ended.stdout + ended.stderr);
      return ended;
    };

    await run(
      'validate',
      'leaky.yaml',
      '--env',
      'env.yaml',
      ...Object.keys(refused).flatMap((name) => ['--env', name]),
    );
    for (const format of ['sarif', 'github'])
      await run('validate', '--format', format, ...Object.keys(refused).flatMap((name) => ['--env', name]));
    for (const name of Object.keys(refused)) expect((await run('exec', 'leaky.yaml', '--env', name)).code).toBe(2);
    expect((await run('plan', 'leaky.yaml', '--env', 'env.yaml', '--pin', '--out', 'plan.json')).code).toBe(0);
    await run('exec', 'leaky.yaml', '--env', 'env.yaml', '--dry-run');
    const failed = await run('exec', '--plan', 'plan.json', 'leaky.yaml', '--env', 'env.yaml');
    expect([1, 3]).toContain(failed.code);
    expect(lastJournal(directory).length).toBeGreaterThan(20);
    const [started] = lastJournal(directory);
    const id = started?.type === 'run-started' ? started.run : '';
    // A server can give back what it was told: this run's own secrets.
    told = [first, second, token];
    await run('exec', 'leaky.yaml', '--env', 'bearer.yaml', '--no-rollback');
    told = [first, second, password];
    await run('exec', 'leaky.yaml', '--env', 'nobody.yaml');
    await run('runs');
    await run('show', id);
    await run('resume', id);
    await run('rollback', id, '--yes');
    await run('unlock', 'es', '--env', 'env.yaml', '--yes');
    for (const format of formatsOf('run')) await run('report', id, '--format', format);
    for (const format of formatsOf('plan')) await run('report', 'plan.json', '--format', format);
    const served = await serve(directory);
    for (const path of ['', `runs/${id}`, 'plans/plan.json'])
      outputs.set(`serve ${path}`, await (await fetch(served.url + path)).text());
    await served.stop();

    const written = filesBelow(directory);
    for (const name of ['password', ...Object.keys(refused)]) written.delete(join(directory, name));
    expect(written.size).toBeGreaterThan(8);
    expect(leaksIn(outputs, secrets)).toEqual([]);
    expect(leaksIn(written, secrets)).toEqual([]);
    // The test can see one: the server has had all of them.
    expect(leaksIn(new Map([['a', `x${second}`]]), secrets)).toHaveLength(1);
    // It starts many processes, and some of them wait for a server that is not there: other work must not make it fail.
  });
});
