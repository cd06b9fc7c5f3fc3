import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openConnections } from '../../src/connections/index.ts';
import type { Call, SendResult } from '../../src/engine/index.ts';
import { dialect as elasticsearch } from '../../src/kinds/elasticsearch/dialect.ts';
import { dialect as http } from '../../src/kinds/http/dialect.ts';
import type { Credentials, Target } from '../../src/kinds/index.ts';
import { dialect as kibana } from '../../src/kinds/kibana/dialect.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** A server below HTTP: it gets the socket once something has come on it. */
async function serverThat(treat: (socket: Socket, said: string) => void) {
  const seen: string[] = [];
  const closed: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    closed.push(new Promise((resolve) => socket.once('close', resolve)));
    socket.once('data', (bytes: Buffer) => {
      seen.push(bytes.toString('latin1'));
      treat(socket, bytes.toString('latin1'));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen, closed };
}

const login: Credentials = { type: 'basic', username: 'me', password: 'hunter22' };
const targetOf = (kind: string, url: string): Target =>
  kind === 'oss'
    ? { client: 'oss', endpoint: url, region: 'cn-hangzhou', bucket: 'b-1', key: { id: 'LTAI', secret: 'hunter22' } }
    : {
        ...{ client: 'http', url, credentials: login, identities: new Map() },
        dialect: { elasticsearch, kibana, http }[kind] ?? elasticsearch,
      };

async function send(
  kind: string,
  url: string,
  { request = {}, timeout_ms = 1_000, more = {} }: { request?: object; timeout_ms?: number; more?: object } = {},
): Promise<SendResult> {
  const connection = await openConnections(new Map([['c', { ...targetOf(kind, url), ...more }]]));
  const call = (
    kind === 'oss'
      ? { type: 'oss', connection: 'c', operation: 'bucketInfo' }
      : { type: 'http', connection: 'c', method: 'PUT', path: '/x', ...request }
  ) as Call['request'];
  const result = await connection.send({ effect: 'write', request: call, timeout_ms, opaque_id: 'runbook/r/s' });
  await connection.close();
  return result;
}

const kinds = ['elasticsearch', 'kibana', 'http', 'oss'];
const repeatedly = (socket: Socket, text: string) => timers.push(setInterval(() => socket.write(text), 50));
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

// One after the other they would take a second each.
describe.concurrent('a time-out', () => {
  it.each(
    kinds.flatMap((kind) =>
      (
        [
          ['nothing', () => undefined],
          [
            'half of a header',
            (socket) => {
              socket.write('HTTP/1.1 200 OK\r\nX-A: ');
              repeatedly(socket, 'x');
            },
          ],
          ['one informational response after the other', (socket) => repeatedly(socket, 'HTTP/1.1 102 P\r\n\r\n')],
          ['a body that stops', (socket) => socket.write(`${head}Content-Length: 100\r\n\r\n{"a":`)],
          [
            'a body byte by byte',
            (socket) => {
              socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
              repeatedly(socket, '1\r\n \r\n');
            },
          ],
          [
            'compressed bytes that give nothing',
            (socket) => {
              socket.write(`${head}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n`);
              repeatedly(socket, '1\r\n\u001f\r\n');
            },
          ],
        ] as [string, (socket: Socket) => void][]
      ).map(([what, treat]) => [kind, what, treat] as const),
    ),
  )('ends a call to %s that gets %s, and its socket', async (kind, _what, treat) => {
    const server = await serverThat(treat);
    expect(await send(kind, `http://${server.at}`)).toMatchObject({ kind: 'no-response', sent: 'maybe' });
    expect(server.seen).toHaveLength(1);
    await Promise.all(server.closed);
  });

  it.each([...kinds.map((kind) => [kind, {}] as const), ['elasticsearch', { fingerprint: 'AB'.repeat(32) }] as const])(
    'ends a call to %s that gets no TLS handshake, and nothing was sent: %j',
    async (kind, more) => {
      // Whole records, none of which ends the handshake.
      const server = await serverThat((socket) => repeatedly(socket, '\u0016\u0003\u0003\u0000\u0000'));
      expect(await send(kind, `https://${server.at}`, { more })).toMatchObject({ kind: 'no-response', sent: 'no' });
      const silent = await serverThat(() => undefined);
      expect(await send(kind, `https://${silent.at}`, { more })).toEqual({
        ...{ kind: 'no-response', sent: 'no', cause: 'timeout', timeout_ms: 1_000 },
      });
      await Promise.all([...server.closed, ...silent.closed]);
    },
  );

  it('may be longer than a timer of Node.js', async () => {
    const server = await serverThat((socket) => setTimeout(() => socket.end(`${head}\r\n{}`), 50));
    expect(await send('http', `http://${server.at}`, { timeout_ms: 1e12 })).toMatchObject({ status: 200 });
  });
});

describe('a response', () => {
  const answering = async (body: string | Buffer, headers = '', status = '200 OK') => {
    const bytes = Buffer.from(body);
    const server = await serverThat((socket) => {
      socket.write(
        `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`,
      );
      socket.end(bytes);
    });
    return `http://${server.at}`;
  };

  it.each(['elasticsearch', 'kibana', 'http'])('of %s that is nested too deep keeps its status only', async (kind) => {
    const deep = `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`;
    const unreadable = { kind: 'too-deep', levels: 1_000 };
    for (const [status, text] of [
      [200, '200 OK'],
      [400, '400 Bad Request'],
    ] as const) {
      expect(await send(kind, await answering(deep, '', text), { timeout_ms: 20_000 })).toMatchObject({
        ...{ kind: 'response', status, body: null, warnings: [], unreadable },
      });
    }
  });

  it('keeps what its keys are called', async () => {
    const text = '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"hasOwnProperty":1,"toString":null}';
    const result = await send('elasticsearch', await answering(text), { timeout_ms: 20_000 });
    expect(result.kind === 'response' && JSON.stringify(result.body)).toBe(text);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('a compressed response', () => {
  const compressed = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  };
  const patient = { timeout_ms: 60_000 };
  const answering = async (coding: string, bytes: Buffer) => {
    const server = await serverThat((socket) => {
      socket.write(`${head}Content-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      socket.end(bytes);
    });
    return `http://${server.at}`;
  };

  it.each(Object.keys(compressed) as (keyof typeof compressed)[])('in %s is read', async (coding) => {
    const url = await answering(coding, compressed[coding](Buffer.from('{"a":1}')));
    expect(await send('http', url, patient)).toMatchObject({ status: 200, body: { a: 1 } });
    expect(await send('http', await answering(coding, Buffer.alloc(0)), patient)).toMatchObject({ body: '' });
  });

  it.each(kinds.flatMap((kind) => Object.entries(compressed).map(([coding, by]) => [kind, coding, by] as const)))(
    'ends at 50 MB, and its status is known: %s, %s',
    async (kind, coding, by) => {
      const url = await answering(coding, by(Buffer.alloc(50_000_001, ' ')));
      expect(await send(kind, url, patient)).toMatchObject({
        ...{ kind: 'response', status: 200, body: null, warnings: [] },
        unreadable: { kind: 'too-large', bytes: 50_000_000 },
      });
    },
  );

  it.each(kinds)('is not waited for where it never ends, compressed or not: %s', async (kind) => {
    // Bodies that make nothing of many bytes: empty members of gzip.
    for (const [coding, piece] of [
      ['identity', Buffer.alloc(1_000_000, ' ')],
      ['gzip', Buffer.concat(Array(50_000).fill(gzipSync('')))],
    ] as const) {
      let written = 0;
      const server = await serverThat((socket) => {
        const go = () => {
          while (!socket.destroyed && socket.write(piece)) written += piece.length;
        };
        socket.on('drain', go);
        socket.write(`${head}Content-Encoding: ${coding}\r\n\r\n`);
        go();
      });
      expect(await send(kind, `http://${server.at}`, patient)).toMatchObject({ unreadable: { kind: 'too-large' } });
      await Promise.all(server.closed);
      expect(written).toBeLessThan(100_000_000);
    }
  });

  it.each([
    ['gzip', Buffer.from('not compressed')],
    ['gzip', gzipSync('{"a":1}').subarray(0, 12)],
    ['br', Buffer.from('not compressed')],
    ['zstd', Buffer.from('{}')],
    ['gzip, gzip', gzipSync(gzipSync('{}'))],
  ])('that is not what it says it is leaves a write ambiguous: %s', async (coding, bytes) => {
    expect(await send('http', await answering(coding, bytes), patient)).toEqual({
      ...{ kind: 'no-response', sent: 'maybe', cause: 'not-decodable', message: coding },
    });
  });
});

describe('a request that HTTP cannot carry', () => {
  const secret = 'hunter22\r\nx-evil: 1';
  it.each<[string, object, object]>([
    ['a line break in a header', { headers: { 'x-h': secret } }, {}],
    ['a line feed in a header', { headers: { 'x-h': 'hunter22\n' } }, {}],
    ['another script in a header', { headers: { 'x-h': 'hunter22\u0416' } }, {}],
    ['a null in a header', { headers: { 'x-h': 'hunter22\u0000' } }, {}],
    ['a name that is none', { headers: { 'x h': 'hunter22' } }, {}],
    ['a raw line break in its path', { path: '/x\r\nhunter22' }, {}],
    ['a space in its path', { path: '/x hunter22' }, {}],
    ['another script in its path', { path: '/\u0416hunter22' }, {}],
    ['half of a character in its query', { query: { q: 'hunter22\ud800' } }, {}],
    ['a method that is none', { method: 'GE T' }, {}],
    ['a token with a line break', {}, { credentials: { type: 'bearer', token: secret } }],
    ['a key with a line break', {}, { credentials: { type: 'api_key', key: secret } }],
  ])('because of %s was not sent, and the message has no value of it', async (_what, request, more) => {
    const server = await serverThat((socket) => socket.end(`${head}\r\n{}`));
    const result = await send('elasticsearch', `http://${server.at}`, { request, more });
    expect(result).toMatchObject({ kind: 'no-response', sent: 'no', cause: 'unsendable', message: expect.any(String) });
    expect(JSON.stringify(result)).not.toContain('hunter22');
    expect(server.seen).toEqual([]);
  });
});

describe('a kept socket', () => {
  /** Responds to each request on a socket; the numbers of the sockets, in the order of the requests. */
  async function counting(before: (socket: Socket, count: number) => boolean = () => true) {
    const used: string[] = [];
    let opened = 0;
    const server = createServer((socket) => {
      sockets.push(socket);
      const name = `socket ${++opened}`;
      let count = 0;
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        used.push(`${bytes.toString('latin1').split(' ', 1)[0]} on ${name}`);
        if (before(socket, ++count)) socket.write(`${head}Content-Length: 2\r\n\r\n{}`);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, used };
  }

  async function sendAll(
    url: string,
    methods: readonly ('GET' | 'PUT')[],
    prior: (sent: number) => void = () => undefined,
  ): Promise<SendResult[]> {
    const connection = await openConnections(new Map([['c', targetOf('elasticsearch', url)]]));
    const results: SendResult[] = [];
    for (const method of methods) {
      const request = { type: 'http', connection: 'c', method, path: '/x' } as const;
      const effect = method === 'GET' ? 'read' : 'write';
      prior(results.length);
      results.push(await connection.send({ effect, request, timeout_ms: 1_000, opaque_id: 'runbook/r/s' }));
    }
    await connection.close();
    return results;
  }

  it('is for reads, and for a write where it has just answered', async () => {
    const { url, used } = await counting();
    await sendAll(url, ['GET', 'PUT', 'GET', 'PUT', 'PUT']);
    expect(used.every((one) => one.endsWith('on socket 1'))).toBe(true);
  });

  it('is not for a write where it has been idle: that has a new one, which is kept then', async () => {
    const { url, used } = await counting();
    let idle = 0;
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + idle);
    await sendAll(url, ['GET', 'GET', 'PUT', 'PUT', 'GET'], (sent) => {
      if (sent === 1 || sent === 2) idle += 1_001;
    });
    clock.mockRestore();
    expect(used).toEqual([
      'GET on socket 1',
      'GET on socket 1',
      'PUT on socket 2',
      'PUT on socket 2',
      'GET on socket 2',
    ]);
  });

  it('that was closed meanwhile makes a write ambiguous, which is sent once', async () => {
    const { url, used } = await counting((socket, count) => {
      if (count === 2) socket.destroy();
      return count < 2;
    });
    expect(await sendAll(url, ['GET', 'PUT'])).toMatchObject([
      { status: 200 },
      { kind: 'no-response', sent: 'maybe', cause: 'network' },
    ]);
    expect(used).toEqual(['GET on socket 1', 'PUT on socket 1']);
  });

  it('has nothing left on it of the reads that it was used for', async () => {
    const { url } = await counting();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    await sendAll(
      url,
      Array.from({ length: 30 }, () => 'GET'),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('that was closed meanwhile costs a read nothing: it is sent again on a new one, once', async () => {
    const { url, used } = await counting((socket, count) => {
      if (count === 2) socket.destroy();
      return count < 2;
    });
    expect(await sendAll(url, ['GET', 'GET'])).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(used).toEqual(['GET on socket 1', 'GET on socket 1', 'GET on socket 2']);
  });

  it('with half of a response is no response, and is not used again', async () => {
    const { url, used } = await counting((socket, count) => {
      if (count === 2) {
        socket.write(`${head}Content-Length: 9\r\n\r\n{`);
        socket.end();
      }
      return count < 2;
    });
    expect(await sendAll(url, ['GET', 'GET', 'GET'])).toMatchObject([
      { status: 200 },
      { kind: 'no-response', sent: 'maybe', cause: 'network' },
      { status: 200 },
    ]);
    expect(used).toEqual(['GET on socket 1', 'GET on socket 1', 'GET on socket 2']);
  });

  it('of a server that does not respond any more ends with the time-out', async () => {
    const { url } = await counting((_socket, count) => count < 2);
    expect(await sendAll(url, ['GET', 'GET'])).toMatchObject([
      { status: 200 },
      { kind: 'no-response', cause: 'timeout', timeout_ms: 1_000 },
    ]);
  });
});
