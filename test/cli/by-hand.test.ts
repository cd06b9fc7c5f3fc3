import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type Json } from '../../src/text/index.ts';
import { runbook, workingDirectory } from '../program.ts';

/** A cluster that answers everything, and remembers what it was sent. */
const seen: { call: string; body: Json; login: string | undefined; notes: unknown }[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  request.on('end', () => {
    const lines = text.trim().split('\n');
    const isList = request.headers['content-type']?.includes('x-ndjson');
    const body =
      text === '' ? null : isList ? lines.map((line) => JSON.parse(line) as Json) : (JSON.parse(text) as Json);
    seen.push({
      call: `${request.method} ${request.url}`,
      body,
      login: request.headers.authorization,
      notes: [request.headers['x-note'], request.headers['x-key']],
    });
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-elastic-product', 'Elasticsearch');
    const isThere = !request.url?.startsWith('/missing');
    response.statusCode = isThere ? 200 : 404;
    response.end(
      JSON.stringify({
        version: { number: '7.10.2' },
        cluster_uuid: 'u',
        name: 'a/b ü,c',
        list: ['x', 'y"z'],
        ok: true,
      }),
    );
  });
});

const secret = 'p"w\\ $(touch pwned) `x` é & \u0001\t\n\u001f';

const text = `apiVersion: runbook/v1
name: by-hand
elasticsearch: 7.10.x
title: By hand
inputs:
  key: { type: string, secret: true }
  keys: { type: object, properties: { header: { type: string, secret: true } } }
connections: { es: { kind: elasticsearch } }
steps:
  - { id: look, on: es, call: GET /look, query: { 'a b': 'c&d' }, unchecked: a parameter with a space, expect: { body: { ok: true } }, save: { name: name, list: list } }
  - { id: absent, on: es, call: GET /missing, expect: { status: [200, 404] } }
  - { id: state, on: es, call: GET /state, until: { ok: true }, every: 1s }
  - id: put
    on: es
    call: 'PUT /x/{{steps.look.name}}/_doc'
    query: { routing: '{{steps.look.name}}' }
    body: { 'key$(touch pwned)': '{{inputs.key}}', 'on {{steps.look.name}}': true, text: 'a {{steps.look.name}} \`b\` $c "d" \\ e', list: '{{steps.look.list}}', n: 1, none: null, empty: {} }
    done_when: { call: 'GET /missing/{{steps.look.name}}', expect: { status: 200 } }
  - { id: bulk, on: es, call: POST /_bulk, headers: { x-note: 'a "b" $c', x-key: 'key {{inputs.keys.header}}' }, ndjson: [{ index: { _id: 'a' } }, { text: '{{steps.look.name}}' }], retry: { attempts: 1 } }
  - { id: never, when: { steps.look.name: other }, on: es, call: PUT /never }
`;

describe('the curl script of a plan', () => {
  let directory: string;
  let calls: typeof seen;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    directory = workingDirectory();
    writeFileSync(join(directory, 'by-hand.yaml'), text);
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1
environment: test
connections: { es: { url: 'http://127.0.0.1:${(server.address() as AddressInfo).port}', auth: { basic: { username: somebody, password: { env: PW } } } } }
inputs: { key: { env: KEY }, keys: { header: { env: HEADER } } }
`,
    );
    const ended = await runbook(directory, ['exec', 'by-hand.yaml', '--env', 'env.yaml', '--no-cluster-lock'], {
      PW: 'the-password',
      KEY: secret,
      HEADER: 'in a "header" $x',
    });
    expect(ended.stdout).toContain('done, 2 writes were sent');
    calls = seen.splice(0);
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Runs the script as a person does: `answer` says what is typed at each question. */
  async function byHand(answer: (question: string) => string, env: Record<string, string>) {
    const script = await runbook(directory, ['plan', 'by-hand.yaml', '--env', 'env.yaml', '--format', 'curl']);
    writeFileSync(join(directory, 'script.sh'), script.stdout);
    seen.splice(0);
    const child = spawn('bash', ['script.sh'], { cwd: directory, env: { PATH: process.env.PATH ?? '', ...env } });
    let output = '';
    let from = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    let asked = '';
    child.stderr.on('data', (chunk: Buffer) => {
      asked += chunk.toString('utf8');
      const rest = asked.slice(from);
      if (!/(\[y\/N\]|\)): ?$|\[y\/N\] $/.test(rest)) return;
      from = asked.length;
      child.stdin.write(`${answer(rest)}\n`);
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output, asked, sent: [...seen] };
  }

  const answer = (question: string) => {
    if (/look_name \(/.test(question)) return 'a/b ü,c';
    if (/look_list_json \(/.test(question)) return '["x","y\\"z"]';
    if (/look_name_json \(/.test(question)) return '"a/b ü,c"';
    return /steps\.look\.name = other/.test(question) ? 'n' : 'y';
  };
  const env = { ES_PASSWORD: 'the-password', INPUT_KEY: secret, INPUT_KEYS_HEADER: 'in a "header" $x' };

  it('sends what a run sends, in its order, as the same users', async () => {
    const { code, sent, asked } = await byHand(answer, env);

    expect(asked).toContain('the end of the plan');
    expect(code).toBe(0);
    // A comma in a query means the same, encoded or not.
    const plainly = (all: typeof seen) => all.map((one) => ({ ...one, call: one.call.replaceAll('%2C', ',') }));
    expect(plainly(sent)).toEqual(plainly(calls));
    const [put] = sent.filter(({ call }) => call.startsWith('PUT'));
    expect(isObject(put?.body) && put.body['key$(touch pwned)']).toBe(secret);
    expect(isObject(put?.body) && put.body['on a/b ü,c']).toBe(true);
  });

  it('sends no write that nobody has agreed to, and stops where an answer is not as it has to be', async () => {
    const unwilling = await byHand((question) => (/Send PUT/.test(question) ? 'n' : answer(question)), env);
    const doubtful = await byHand(
      (question) => (/Expected status 2xx; ok/.test(question) ? '' : answer(question)),
      env,
    );

    expect(unwilling.sent.filter(({ call }) => call.startsWith('PUT'))).toEqual([]);
    expect(doubtful).toMatchObject({
      code: 1,
      sent: [{ call: 'GET /' }, { call: 'GET /look?a+b=c%26d' }].map(() => expect.anything()),
    });
    expect(doubtful.asked).toContain('stopped: FAILED: expected status 2xx; ok = true');
  });

  it('asks for secrets in the environment, and has none in it', async () => {
    const without = await byHand(answer, { INPUT_KEY: secret });

    expect(without).toMatchObject({ code: 2, sent: [] });
    expect(without.asked).toContain('set ES_PASSWORD: the secret of user somebody at es');
    const half = await byHand(answer, { INPUT_KEY: secret, ES_PASSWORD: 'the-password' });
    expect(half.asked).toContain('set INPUT_KEYS_HEADER: the secret keys.header, from env HEADER');
  });

  it('is in the Console the same calls with JSON bodies', async () => {
    const { stdout } = await runbook(directory, ['plan', 'by-hand.yaml', '--env', 'env.yaml', '--format', 'console']);
    const parts = stdout
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n')
      .split(/\n{2,}/);
    const requests = parts.flatMap((part) => {
      const [, call = '', body = ''] = /^\n*((?:GET|PUT|POST) \S+)\n?([\s\S]*)$/.exec(part.trim()) ?? [];
      return call === '' ? [] : [{ call, body: body.trim() }];
    });

    expect(requests.map(({ call }) => call)).toEqual([
      'GET /',
      'GET /look?a%20b=c%26d',
      'GET /missing',
      'GET /state',
      'PUT /x/${steps_look_name}/_doc?routing=${steps_look_name}',
      'POST /_bulk',
      'PUT /never',
    ]);
    expect(JSON.parse(requests[4]?.body ?? '')).toMatchObject({
      'key$(touch pwned)': '${key}',
      'on ${steps_look_name}': true,
      list: '${steps_look_list}',
    });
    expect(requests[5]?.body.split('\n').map((line) => JSON.parse(line) as Json)).toHaveLength(2);
  });
});
