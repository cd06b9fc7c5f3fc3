import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

/** Small inputs that an earlier version of the program got wrong. */

const closers: (() => void)[] = [];
afterAll(async () => {
  for (const close of closers) close();
  await stopSandboxes();
});

const head = (name: string, connection: string, elasticsearch: string) =>
  `apiVersion: runbook/v1\nname: ${name}\nelasticsearch: ${elasticsearch}\ntitle: A trial\nconnections: { ${connection}: { kind: elasticsearch } }\n`;

describe('validate', () => {
  /** Name → its steps, and the codes of the errors. */
  const trials: Record<string, readonly [steps: string, codes: readonly string[]]> = {
    'all-of': [
      '{ id: a, on: c, call: GET /, expect: { body: { tagline: { all: [{ matches: a }] } } } }',
      ['unknown-key'],
    ],
    'array-body': ['{ id: a, on: c, call: POST /_aliases, body: [ { a: 1 }, { b: 2 } ] }', []],
    anchors: ['{ id: a, on: c, call: PUT /x, body: &b { a: 1 } }\n  - { id: b, on: c, call: PUT /y, body: *b }', []],
    arith: [
      '{ id: a, on: c, call: GET /_count, save: { n: count } }\n  - { id: b, on: c, call: GET /_count, expect: { body: { count: { at_least: "{{add steps.a.n 1}}" } } } }',
      ['template-unknown-helper'],
    ],
    'contains-not': [
      '{ id: a, on: c, call: GET /, expect: { body: { tagline: { not: { contains: Elastic } } } } }',
      [],
    ],
    'auth-header': ['{ id: a, on: c, call: GET /_tasks, headers: { Authorization: Basic Zm9vOmJhcg== } }', ['header']],
    'date-math-encoded': ['{ id: a, on: c, call: "PUT /%3Clogs-%7Bnow%2Fd%7D-000001%3E" }', []],
    'float-body': [
      '{ id: a, on: c, call: PUT /x/_doc/1, body: { a: 1.0, b: 1e3, c: 0x10, d: 010, e: 2001-01-01, f: yes, g: .5 } }',
      [],
    ],
    'continue-on-failure': ['{ id: a, on: c, call: DELETE /x, ignore_errors: true }', ['unknown-key']],
    'expect-headers': ['{ id: a, on: c, call: GET /, expect: { headers: { warning: { exists: false } } } }', []],
    'for-each-index': [
      '{ id: a, on: c, for_each: [a, b], call: "PUT /{{item}}-{{index}}" }',
      ['template-unknown-name'],
    ],
    'for-each-mapping': ['{ id: a, on: c, for_each: { a: 1, b: 2 }, call: "PUT /{{item}}" }', ['wrong-type']],
    'for-each-nested': [
      '{ id: o, on: c, for_each: [a, b], steps: [{ id: i, for_each: [1, 2], call: "PUT /{{item}}" }] }',
      [],
    ],
    'for-each-objects': [
      '{ id: a, on: c, for_each: [{ name: x, shards: 1 }], call: "PUT /{{item.name}}", body: { shards: "{{item.shards}}" } }',
      [],
    ],
    'for-each-range': [
      '{ id: a, on: c, for_each: "{{range 1 500}}", call: "PUT /i-{{item}}" }',
      ['template-unknown-helper'],
    ],
    'merge-keys': [
      '{ id: a, on: c, call: PUT /x, body: &b { a: 1 } }\n  - { id: b, on: c, call: PUT /y, body: { <<: *b, z: 1 } }',
      ['merge-key'],
    ],
    'multi-host': ['{ id: a, on: [c, c], call: GET / }', ['wrong-type']],
    'no-id': ['{ on: c, call: GET / }', ['missing-id']],
    'opaque-id': ['{ id: a, on: c, call: GET /_tasks, headers: { X-Opaque-Id: TestID } }', ['header']],
    'or-when': [
      `{ id: a, on: c, call: GET /, save: { v: version.number } }\n  - { id: b, on: c, when: { "steps.a.v == '8.5.3' || steps.a.v == '8.5.2'": true }, call: GET / }`,
      ['template-syntax'],
    ],
    'or-when-any': [
      `{ id: a, on: c, call: GET /, save: { v: version.number } }\n  - { id: b, on: c, when: { any: [{ steps.a.v: 8.5.3 }, { steps.a.v: 8.5.2 }] }, call: GET / }`,
      [],
    ],
    'query-in-path': ['{ id: a, on: c, call: "GET /_cat/indices?format=json" }', ['path']],
    'save-headers': ['{ id: a, on: c, call: GET /, save: { w: { path: x, header: warning } } }', ['unknown-key']],
    'scalar-body': ['{ id: a, on: c, call: POST /_x, body: 5 }', ['unknown-api', 'body']],
    'template-in-body-key': ['{ id: a, on: c, call: PUT /x, body: { aliases: { "{{run.id}}": {} } } }', []],
    'template-in-jmespath-key': [
      `{ id: a, on: c, call: GET /_nodes, expect: { body: { 'nodes."{{run.id}}".name': { exists: true } } } }`,
      ['template-in-key'],
    ],
    'template-in-save': [
      `{ id: a, on: c, call: GET /_nodes, save: { n: 'nodes."{{run.id}}".name' } }`,
      ['template-in-query'],
    ],
    'save-null': [
      `{ id: a, on: c, call: GET /_nodes, save: { id: "keys(nodes)[0]" } }\n  - { id: b, on: c, call: GET /_nodes, save: { n: 'nodes."{{steps.a.id}}".name' } }\n  - { id: d, on: c, call: "GET /{{steps.b.n}}" }`,
      ['template-in-query'],
    ],
    'text-body': [String.raw`{ id: a, on: c, call: POST /_bulk, body: "{\"index\":{}}\n{\"a\":1}\n" }`, ['body']],
    'two-matches': [
      '{ id: a, on: c, call: GET /, expect: { body: { tagline: { matches: a, matches: b } } } }',
      ['duplicate-key'],
    ],
    'until-on-write': [
      '{ id: a, on: c, call: POST /x/_rollover, until: { rolled_over: true } }',
      ['write-under-until'],
    ],
  };

  it('refuses what would be sent literally, overwritten silently, or is not in the language', async () => {
    const directory = workingDirectory();
    const files = Object.entries(trials).map(([name, [steps]]) => {
      const file = `${name}-8.5.yaml`;
      writeFileSync(join(directory, file), `${head(name, 'c', '8.x')}steps:\n  - ${steps}\n`);
      return file;
    });
    const { stdout, code } = await runbook(directory, ['validate', ...files]);
    const found = [...stdout.matchAll(/^(\S+)-8\.5\.yaml:\d+:\d+ +error: .*\[([a-z-]+)\]$/gm)];
    for (const [name, [, codes]] of Object.entries(trials))
      expect([name, ...found.filter(([, file]) => file === name).map(([, , one]) => one)]).toEqual([name, ...codes]);
    expect(code).toBe(2);
    expect(stdout).toContain(
      'Write $steps.a.id, without braces and quotes. A member of this name: items(nodes)[?[0] ==',
    );
    expect(stdout).toContain('This key is JMESPath. Names are variables there: $inputs.NAME, $steps.ID.NAME, $item.');
  });
});

describe('a write without rollback', () => {
  let directory: string;
  let env: string;
  beforeAll(async () => {
    directory = workingDirectory();
    ({ env } = await sandbox(directory, '7.10'));
  });
  const exec = (name: string, steps: string) => {
    ownRunbook(directory, `${name}-7.10.yaml`, `${head(name, 'destination', '7.10.x')}steps:\n${steps}`);
    return runbook(directory, ['exec', `${name}-7.10`, '--env', env]);
  };
  const failing = '  - { id: look, on: destination, call: GET /not-there/_count }\n';

  it('is done where it finds nothing in place', async () => {
    const done = await exec(
      'head',
      '  - { id: make, on: destination, call: PUT /idx-1, done_when: { call: HEAD /idx-1, expect: { status: 200 } } }\n',
    );
    expect([done.code, done.stdout.includes('done, 1 write was sent')]).toEqual([0, true]);
  });

  it.each([
    ['two-steps', '  - { id: make, on: destination, call: PUT /left-behind }\n', 'make: PUT /left-behind'],
    [
      'mixed',
      '  - { id: stays, on: destination, call: PUT /stays }\n  - { id: undone, on: destination, call: PUT /undone, rollback: [{ call: DELETE /undone }] }\n',
      'stays: PUT /stays',
    ],
    [
      'no-undo',
      '  - { id: first, on: destination, call: PUT /h6-first, rollback: [{ call: DELETE /h6-first }] }\n  - { id: second, on: destination, call: PUT /h6-second }\n',
      'second: PUT /h6-second',
    ],
  ])('is listed where it stays, with exit code 3: %s', async (name, steps, left) => {
    const ended = await exec(name, steps + failing);

    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain(`Left in place:\n  ${left} on destination — nothing in the runbook rolls it back\n`);
    expect(ended.stdout).not.toMatch(/Everything|nothing that its steps wrote is left|Roll/);
  });
});

/** A server that is Elasticsearch in the preflight and in locks, and does what a trial wants with everything else. */
async function hostileServer(answer: (call: string, response: ServerResponse, request: IncomingMessage) => void) {
  const directory = workingDirectory();
  const calls: string[] = [];
  let lock: object | undefined;
  let version = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/') return json(response, { version: { number: '8.5.3' }, cluster_uuid: 'hostile' });
      if (!pathname.startsWith('/runbook-locks')) {
        calls.push(`${request.method} ${pathname}`);
        return answer(`${request.method} ${pathname}`, response, request);
      }
      if (request.method === 'GET') return lock ? json(response, lock) : json(response, { found: false }, 404);
      const isCreation = request.method === 'PUT' && pathname.includes('/_doc/');
      if (isCreation)
        lock = {
          _source: JSON.parse(Buffer.concat(chunks).toString()),
          _seq_no: ++version,
          _primary_term: 1,
          found: true,
        };
      else if (request.method === 'DELETE') lock = undefined;
      return json(response, { _seq_no: version, _primary_term: 1, acknowledged: true }, isCreation ? 201 : 200);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  mkdirSync(join(directory, 'runbooks'));
  writeFileSync(
    join(directory, 'lab.yaml'),
    `apiVersion: runbook/v1\nenvironment: lab\nconnections: { c: { url: 'http://127.0.0.1:${port}' } }\n`,
  );
  const exec = (steps: string) => {
    ownRunbook(directory, 'r-8.5.yaml', `${head('r', 'c', '8.x')}steps:\n${steps}`);
    return runbook(directory, ['exec', 'r-8.5', '--env', 'lab.yaml']);
  };
  return { directory, calls, exec };
}

function json(response: ServerResponse, body: object | string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

describe('a hostile server', () => {
  it('that never ends a body is not waited for, and always runs', async () => {
    const { calls, exec } = await hostileServer((call, response) => {
      if (call !== 'PUT /stall') return json(response, {});
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"a":');
    });
    const ended = await exec(
      '  - { id: b, on: c, steps: [{ id: w, timeout: 1s, call: PUT /stall, rollback: [{ call: DELETE /undo }] }], always: [{ id: clean, call: POST /clean }] }\n',
    );
    expect(calls).toEqual(['PUT /stall', 'POST /clean', 'DELETE /undo']);
    expect([0, null]).not.toContain(ended.code);
  });

  it('that nests a response 100,000 deep does not hide that the write was sent', async () => {
    const { calls, exec } = await hostileServer((call, response) =>
      json(response, call === 'PUT /deep' ? `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}` : {}),
    );
    const ended = await exec(
      '  - { id: w, on: c, call: PUT /deep, expect: { body: { x: 1 } }, rollback: [{ call: DELETE /undo }] }\n',
    );
    expect(calls).toEqual(['PUT /deep', 'DELETE /undo']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('failed at w');
  });

  it('has no properties but its own', async () => {
    const { exec } = await hostileServer((_call, response) => json(response, {}));
    const ended = await exec(
      '  - { id: w, on: c, call: PUT /ok, expect: { body: { toString: { exists: false } } }, rollback: [{ call: DELETE /undo }] }\n',
    );
    expect(ended.code).toBe(0);
  });

  it('whose text makes a regular expression backtrack does not hang a run', async () => {
    const { calls, exec } = await hostileServer((_call, response) => json(response, { v: `${'a'.repeat(40)}!` }));
    const ended = await exec(
      String.raw`  - { id: b, on: c, steps: [{ id: w, call: PUT /file, expect: { body: { v: { matches: '^(\w+\s?)+$' } } }, rollback: [{ call: DELETE /undo }] }], always: [{ id: clean, call: POST /clean }] }` +
        '\n',
    );
    expect(calls).toEqual(['PUT /file', 'POST /clean', 'DELETE /undo']);
    expect(ended.code).toBe(1);
  });

  it('that sends a gzip bomb is cut off at 50 MB', async () => {
    const { exec } = await hostileServer((_call, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      const gzip = createGzip({ level: 9 });
      gzip.pipe(response);
      const block = Buffer.alloc(1 << 20, 0x20);
      for (let size = 0; size < 60; size++) gzip.write(block);
      gzip.end('{}');
    });
    const ended = await exec('  - { id: a, on: c, call: GET /bomb }\n');
    expect(ended.code).toBe(4);
    expect(ended.stdout).toContain('reason    status 200, and its body was not read');
  });

  it('whose value no header can carry leaves no write in doubt', async () => {
    const { calls, exec } = await hostileServer((_call, response) => json(response, { x: 'a\u0000b' }));
    const ended = await exec(
      "  - { id: g, on: c, call: GET /file, save: { x: x } }\n  - { id: before, on: c, call: PUT /zero, rollback: [{ call: DELETE /zero }] }\n  - { id: w, on: c, call: PUT /echo, headers: { x-h: '{{steps.g.x}}' }, rollback: [{ call: DELETE /undo }] }\n",
    );
    expect(calls).toEqual(['GET /file', 'PUT /zero', 'DELETE /zero']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('reason    not sent: ');
    expect(ended.stdout).toContain('failed at w (see above).');
  });

  it('that ends its own wait for health with 408 is polled again, and its state is shown', async () => {
    let asked = 0;
    const { directory, calls, exec } = await hostileServer((_call, response) =>
      json(response, { status: ++asked < 3 ? 'yellow' : 'green', timed_out: asked < 3 }, asked < 3 ? 408 : 200),
    );
    const ended = await exec(
      '  - { id: green, on: c, call: GET /_cluster/health, query: { wait_for_status: green, timeout: 5s }, until: { status: green }, every: 1ms }\n',
    );
    expect([ended.code, calls.length]).toEqual([0, 3]);
    expect(ended.stdout).toContain('waiting: status: expected "green", actual "yellow"');
    expect(lastJournal(directory).at(-1)).toMatchObject({ outcome: 'done' });
  });
});
