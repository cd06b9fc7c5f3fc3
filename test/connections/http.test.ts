import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openConnections, readsOnly } from '../../src/connections/index.ts';
import type { Call, SendResult } from '../../src/engine/index.ts';
import { dialect } from '../../src/kinds/elasticsearch/dialect.ts';
import type { HttpTarget } from '../../src/kinds/index.ts';
import type { Json } from '../../src/text/index.ts';

interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
});

/** What the network does to a request; the servers themselves are tested with the real ones in test/real. */
async function serverThat(
  treat: (request: IncomingMessage, response: ServerResponse) => void,
  tls?: { key: string; cert: string },
) {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      treat(request, response);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const json = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const target = (url: string, more: Partial<HttpTarget> = {}): HttpTarget => ({
  client: 'http',
  url,
  dialect,
  credentials: { type: 'basic', username: 'me', password: 'pw' },
  identities: new Map(),
  ...more,
});

async function send(
  to: HttpTarget,
  request: Partial<Extract<Call['request'], { type: 'http' }>> = {},
  timeout_ms = 5_000,
): Promise<SendResult> {
  const connection = await openConnections(new Map([['es', to]]));
  const answer = await connection.send({
    effect: 'write',
    request: { type: 'http', connection: 'es', method: 'PUT', path: '/x', ...request },
    timeout_ms,
    opaque_id: 'runbook/r/s',
  });
  await connection.close();
  return answer;
}

describe('a call', () => {
  it('is plain JSON with its login and its x-opaque-id', async () => {
    const { url, seen } = await serverThat((_request, response) => json(response, { acknowledged: true }));
    const answer = await send(target(url), { body: { a: 1 }, query: { q: 'x y', flag: true } });

    expect(answer).toEqual({
      ...{ kind: 'response', status: 200, body: { acknowledged: true }, warnings: [] },
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
    });
    expect(seen[0]).toMatchObject({ line: 'PUT /x?q=x%20y&flag=true', body: '{"a":1}' });
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      'x-opaque-id': 'runbook/r/s',
      authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
    });
  });

  it('sends lines as NDJSON', async () => {
    const { url, seen } = await serverThat((_request, response) => json(response, {}));
    await send(target(url), { method: 'POST', path: '/_bulk', ndjson: [{ index: {} }, { a: 1 }] as Json });
    expect(seen[0]).toMatchObject({
      body: '{"index":{}}\n{"a":1}\n',
      headers: { 'content-type': 'application/x-ndjson' },
    });
  });

  it.each([
    ['an API key', { type: 'api_key', key: 'abc' }, 'ApiKey abc'],
    ['a token', { type: 'bearer', token: 'abc' }, 'Bearer abc'],
    ['nothing', { type: 'none' }, undefined],
  ] as const)('logs in with %s', async (_what, credentials, header) => {
    const { url, seen } = await serverThat((_request, response) => json(response, {}));
    await send(target(url, { credentials }));
    expect(seen[0]?.headers.authorization).toBe(header);
  });

  it('gives every status as an answer, with its body and warnings', async () => {
    for (const status of [400, 401, 404, 429, 500, 502, 503, 504]) {
      const { url, seen } = await serverThat((_request, response) =>
        json(response, { error: { type: 't', reason: 'r' } }, status, {
          warning: '299 Elasticsearch-8.5.3-abc "this is \\"deprecated\\", really"',
        }),
      );
      expect(await send(target(url))).toMatchObject({
        kind: 'response',
        status,
        body: { error: { type: 't', reason: 'r' } },
        warnings: ['this is "deprecated", really'],
      });
      expect(seen).toHaveLength(1);
    }
  });
});

describe('the headers of an answer', () => {
  it('have names in lower case; those that came more than once are joined', async () => {
    const { url } = await serverThat((_request, response) => {
      response.setHeader('ETag', '"na\u00c3\u00afve"');
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('X-Twice', ['1', '2']);
      json(response, {});
    });
    expect(await send(target(url))).toMatchObject({
      headers: { etag: '"na\u00efve"', 'set-cookie': 'a=1, b=2', 'x-twice': '1, 2' },
    });
  });
});

describe('the warnings of an answer', () => {
  it.each<[string, string[]]>([
    [
      '299 Elasticsearch-8.5.3-abc "one", 299 Elasticsearch-8.5.3-abc "two, \\"2\\" and \\\\"',
      ['one', 'two, "2" and \\'],
    ],
    ['214 proxy "changed" "Thu, 01 Jan 2026 00:00:00 GMT",299 - "x"', ['changed', 'x']],
    ['299 proxy "na\u00c3\u00afve"', ['na\u00efve']],
    ['299 proxy "na\u00efve"', ['na\u00efve']],
    // Half of a line would be half of a secret, which nobody recognises.
    ['299 proxy "the token a"b is old"', ['299 proxy "the token a"b is old"']],
    ['299 ES "one", old 299 ES "two"', ['299 ES "one", old 299 ES "two"']],
    ['nothing known', ['nothing known']],
  ])('are its texts, and a line of another form stays whole: %s', async (warning, expected) => {
    const { url } = await serverThat((_request, response) => json(response, {}, 200, { warning }));
    expect(await send(target(url))).toMatchObject({ warnings: expected });
  });
});

describe('a call without an answer', () => {
  it('was not sent where nothing listens or the name is unknown', async () => {
    expect(await send(target('http://127.0.0.1:1'))).toMatchObject({ kind: 'no-response', sent: 'no' });
    expect(await send(target('http://localhost:1'))).toMatchObject({ kind: 'no-response', sent: 'no' });
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['the connection is reset', (request) => request.socket.resetAndDestroy()],
    ['the connection is closed', (request) => request.socket.end()],
    [
      'the answer is cut off',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"a"');
        setImmediate(() => response.destroy());
      },
    ],
    [
      'the answer is not JSON',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    ],
  ])('may have been sent where %s, and is sent once', async (_what, treat) => {
    const { url, seen } = await serverThat(treat);
    const result = await send(target(url), { body: { secret: 'hunter22' } });
    expect(result).toMatchObject({
      kind: 'no-response',
      sent: 'maybe',
      cause: expect.stringMatching(/^(network|not-json)$/),
    });
    expect(JSON.stringify(result)).not.toContain('hunter22');
    expect(seen).toHaveLength(1);
  });

  it('may have been sent where the answer takes too long', async () => {
    const { url } = await serverThat(() => undefined);
    expect(await send(target(url), {}, 50)).toMatchObject({
      kind: 'no-response',
      sent: 'maybe',
      cause: 'timeout',
      timeout_ms: 50,
    });
  });
});

describe('a dry run', () => {
  it('lets no write out', async () => {
    const { url, seen } = await serverThat((_request, response) => json(response, {}));
    const connection = await openConnections(new Map([['es', target(url)]]));
    const call: Call = {
      effect: 'write',
      request: { type: 'http', connection: 'es', method: 'PUT', path: '/x' },
      timeout_ms: 1_000,
      opaque_id: 'x',
    };
    expect(await readsOnly(connection.send)(call)).toMatchObject({ kind: 'no-response', sent: 'no' });
    expect(await readsOnly(connection.send)({ ...call, effect: 'read' })).toMatchObject({ kind: 'response' });
    expect(seen).toHaveLength(1);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('The tests of TLS are SKIPPED: there is no openssl to make certificates with.');

describe.skipIf(!hasOpenssl)('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-tls-'));
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  let server: { url: string; seen: Seen[] };
  let fingerprint: string;

  beforeAll(async () => {
    for (const name of ['ca', 'other'])
      openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
      );
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'node.key',
      '-out',
      'node.csr',
      '-subj',
      '/CN=node',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      'node.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'node.pem',
      '-days',
      '2',
      '-copy_extensions',
      'copy',
    );
    fingerprint = openssl('x509', '-in', 'ca.pem', '-noout', '-fingerprint', '-sha256').trim().split('=')[1] ?? '';
    // Elasticsearch presents its authority along with its own certificate.
    server = await serverThat((_request, response) => json(response, {}), {
      key: text('node.key'),
      cert: text('node.pem') + text('ca.pem'),
    });
  });

  it('accepts a server of the given authority, by file or by fingerprint', async () => {
    expect(await send(target(server.url, { ca: text('ca.pem') }))).toMatchObject({ kind: 'response', status: 200 });
    expect(await send(target(server.url, { fingerprint }))).toMatchObject({ kind: 'response', status: 200 });
  });

  it.each([undefined, '0'])(
    'sends nothing to a server of another one, with NODE_TLS_REJECT_UNAUTHORIZED=%s',
    async (value) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
      const before = server.seen.length;
      const key = { id: 'LTAI', secret: 'hunter22' };
      const bucket = { client: 'oss', endpoint: server.url, region: 'cn-hangzhou', bucket: 'b-1', key } as const;
      const connection = await openConnections(new Map([['bucket', bucket]]));
      const request = { type: 'oss', connection: 'bucket', operation: 'bucketInfo' } as const;
      expect(await connection.send({ effect: 'read', request, timeout_ms: 5_000, opaque_id: 'x' })).toMatchObject({
        ...{ kind: 'no-response', sent: 'no', cause: 'certificate' },
      });
      const others = [
        target(server.url),
        target(server.url, { ca: text('other.pem') }),
        target(server.url, { fingerprint: fingerprint.replace(/^../, fingerprint.startsWith('00') ? '01' : '00') }),
      ];
      for (const other of others)
        expect(await send(other)).toMatchObject({
          kind: 'no-response',
          sent: 'no',
          message: expect.stringContaining('certificate'),
        });
      expect(server.seen).toHaveLength(before);
      vi.unstubAllEnvs();
    },
  );
});
