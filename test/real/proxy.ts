import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does with one request. */
export type Treatment =
  /** Passes it on, and the answer back. */
  | 'forward'
  /** Passes it on, and resets the connection when the answer is there. */
  | 'reset-after-forwarding'
  /** Never answers, and passes nothing on. */
  | 'hang'
  /** Passes it on, and answers this status without a body. */
  | { readonly status: number }
  /** Passes nothing on, and answers this. */
  | { readonly instead: number; readonly body: unknown }
  /** Passes it on, and when the answer is there, calls this instead of passing it back. */
  | { readonly swallow: () => void }
  /** Passes it on, and the answer back in small pieces. */
  | 'drip'
  /** Passes it on, and half of the answer back. */
  | 'truncate'
  /** Passes it on, and changes the answer's text. */
  | ((text: string) => string);

export interface FaultyProxy {
  readonly url: string;
  /** Every request that came, in order: `PUT /_snapshot/…`. */
  readonly seen: readonly string[];
  readonly close: () => Promise<void>;
}

/** A proxy on loopback in front of a real server. `treat` says what happens to a request. */
export async function proxyTo(
  target: string,
  treat: (call: string, request: IncomingMessage) => Treatment,
): Promise<FaultyProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    seen.push(call);
    const treatment = treat(call, incoming);
    if (treatment === 'hang') return;
    if (typeof treatment === 'object' && 'instead' in treatment) {
      incoming.resume().on('end', () => {
        outgoing.writeHead(treatment.instead, {
          'content-type': 'application/json',
          'x-elastic-product': 'Elasticsearch',
        });
        outgoing.end(JSON.stringify(treatment.body));
      });
      return;
    }
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method ?? 'GET', headers: { ...incoming.headers, host: new URL(target).host } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          if (treatment === 'reset-after-forwarding') return incoming.socket.resetAndDestroy();
          if (typeof treatment === 'object' && 'swallow' in treatment) return treatment.swallow();
          if (typeof treatment === 'object') return outgoing.writeHead(treatment.status).end();
          const text = Buffer.concat(chunks).toString('utf8');
          const changed = typeof treatment === 'function' ? treatment(text) : text;
          const {
            'content-length': _length,
            'content-encoding': _encoding,
            'transfer-encoding': _transfer,
            ...headers
          } = answer.headers;
          outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(changed) });
          if (treatment === 'truncate') {
            return outgoing.write(changed.slice(0, changed.length / 2), () => incoming.socket.destroy());
          }
          return treatment === 'drip' ? drip(outgoing, changed) : outgoing.end(changed);
        });
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ten pieces, so that a long answer takes no longer than a short one. */
function drip(outgoing: ServerResponse, text: string, piece = Math.ceil(text.length / 10)): void {
  if (text === '') return void outgoing.end();
  outgoing.write(text.slice(0, piece));
  setTimeout(() => drip(outgoing, text.slice(piece), piece), 30);
}
