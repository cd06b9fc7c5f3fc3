import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestByHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestByHttps } from 'node:https';
import { performance } from 'node:perf_hooks';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Call, NoResponse, NoResponseCause, Unreadable } from '../engine/index.ts';

type Effect = Call['effect'];

/** A request as it goes over the wire. */
export interface WireRequest {
  /** Scheme, host and port. */
  readonly url: URL;
  readonly method: string;
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it: connecting, sending, and the response to its last byte. */
  readonly timeout_ms: number;
  /** The certificate authority that is trusted instead of the system's; PEM. */
  readonly ca?: string;
}

/** A response as it came over the wire, decompressed. */
export interface WireResponse {
  readonly kind: 'wire-response';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty where it is unreadable. */
  readonly body: Buffer;
  readonly unreadable?: Unreadable;
}

/** A response larger than this is not one that a runbook reads; in bytes, decompressed. */
const largestBody = 50_000_000;

/** Longer timers fire at once (Node.js keeps their milliseconds in 31 bits). */
export const longestTimer = 2 ** 31 - 1;

/** Sockets to one server that are kept from one request to the next. */
export interface KeptSockets {
  /** Gives the socket first that has answered last. */
  readonly agent: Agent;
  /** When a response has come to its end on one of them, as `performance.now()` has it. */
  answered: number;
}

/** Returns the kept sockets of a server. They keep no process from ending. */
export function keptSockets({ protocol }: URL): KeptSockets {
  const options = { keepAlive: true, scheduling: 'lifo' } as const;
  return { agent: protocol === 'https:' ? new HttpsAgent(options) : new Agent(options), answered: -Infinity };
}

/** Servers and what stands before them close a socket that is idle for seconds; in milliseconds. */
const surelyOpen = 1_000;

/**
 * Sends one request. It never rejects, and whatever the server does, it ends with the time-out and leaves no socket behind
 * but a kept one. A socket that was kept may have been closed by the other side: a read that fails on one without a response is sent
 * again, on a new one. A write would be ambiguous then and is sent once (docs/how-servers-behave.md, C2): it goes over a socket
 * that has just answered, or over a new one.
 */
export async function sendOnce(
  wire: WireRequest,
  kept: KeptSockets | undefined,
  effect: Effect,
): Promise<WireResponse | NoResponse> {
  if (!kept) return sendBy(wire);
  const began = performance.now();
  if (effect === 'write' && began - kept.answered > surelyOpen)
    for (const idle of Object.values(kept.agent.freeSockets).flat()) idle?.destroy();
  const result = await sendBy(wire, kept, effect);
  if (result !== 'stale') return result;
  return sendBy({ ...wire, timeout_ms: Math.max(1, wire.timeout_ms - (performance.now() - began)) });
}

function sendBy(wire: WireRequest): Promise<WireResponse | NoResponse>;
function sendBy(
  wire: WireRequest,
  kept: KeptSockets | undefined,
  effect: Effect,
): Promise<WireResponse | NoResponse | 'stale'>;
function sendBy(wire: WireRequest, kept?: KeptSockets, effect?: Effect): Promise<WireResponse | NoResponse | 'stale'> {
  return new Promise((resolve) => {
    let request: ClientRequest;
    /** From then on, bytes of the request may have reached the server. */
    let isConnected = false;
    let isAnswered = false;
    const timer = setTimeout(
      () => end({ kind: 'no-response', sent: sent(), cause: 'timeout', timeout_ms: wire.timeout_ms }),
      Math.min(wire.timeout_ms, longestTimer),
    );
    const sent = () => (isConnected ? 'maybe' : 'no');
    const end = (result: WireResponse | NoResponse | 'stale') => {
      clearTimeout(timer);
      resolve(result);
      // A socket that is kept is only good for another request after a whole response.
      const isWhole = result !== 'stale' && result.kind === 'wire-response' && result.unreadable === undefined;
      if (!kept || !isWhole) request?.destroy();
      else kept.answered = performance.now();
    };
    try {
      request = requestFor(wire, kept);
    } catch (error) {
      // Node.js refuses what HTTP cannot carry. It names the header, not its value.
      end({ kind: 'no-response', sent: 'no', cause: 'unsendable', message: (error as Error).message });
      return;
    }
    request.on('socket', (socket) => {
      isConnected = request.reusedSocket;
      // It would never be called, and stay with the socket.
      if (isConnected) return;
      socket.once(wire.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        isConnected = true;
      });
    });
    const fail = (error: Error) => {
      // Once a response has begun, reading it says what became of it.
      if (!isAnswered) end(request.reusedSocket && effect === 'read' ? 'stale' : networkFailure(error, sent()));
    };
    request.on('error', fail);
    request.on('close', () => fail(new Error('the connection was closed')));
    request.on('response', (response) => {
      isAnswered = true;
      void readAnswer(response, wire.method).then(end);
    });
    request.end(wire.body);
  });
}

function requestFor({ url, method, path, headers, body, ca }: WireRequest, kept?: KeptSockets): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = {
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: url.port }),
    ...{ method, path, headers: { ...headers, ...length } },
    // A new one, which keeps no socket.
    agent: kept?.agent ?? (false as const),
    insecureHTTPParser: false,
  };
  if (url.protocol === 'http:') return requestByHttp(options);
  // Said here: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off.
  return requestByHttps({ ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
}

class TooLarge extends Error {}

/** Reads a response to its end, or until it is too large: what is left then is not waited for. */
async function readAnswer(response: IncomingMessage, method: string): Promise<WireResponse | NoResponse> {
  const { statusCode: status = 0, headers } = response;
  const answer = { kind: 'wire-response', status, headers } as const;
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = decoderFor(method === 'HEAD' ? 'identity' : encoding);
  if (decoder === 'unknown') return { kind: 'no-response', sent: 'maybe', cause: 'not-decodable', message: encoding };
  let received = 0;
  const decoded = async (source: IncomingMessage, decoder: Duplex) => {
    const bytes = collected(decoder);
    source.on('data', (chunk: Buffer) => {
      received += chunk.length;
      // What is compressed may give nothing for ever.
      if (received > largestBody) decoder.destroy(new TooLarge());
    });
    await Promise.all([pipeline(source, decoder), bytes]);
    return bytes;
  };
  try {
    const body = await (decoder ? decoded(response, decoder) : collected(response));
    return { ...answer, body };
  } catch (error) {
    const body = Buffer.alloc(0);
    if (error instanceof TooLarge) return { ...answer, body, unreadable: { kind: 'too-large', bytes: largestBody } };
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!decoder || ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code))
      return networkFailure(error as Error, 'maybe');
    // Nothing at all, said to be compressed.
    if (received === 0) return { ...answer, body };
    return { kind: 'no-response', sent: 'maybe', cause: 'not-decodable', message: encoding };
  }
}

/** The bytes of a stream, unless there are too many. Without an iterator: most responses are one chunk. */
function collected(source: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    source.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody) reject(new TooLarge());
      else chunks.push(chunk);
    });
    source.on('end', () => resolve(Buffer.concat(chunks)));
    source.on('error', reject);
    source.on('close', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  });
}

/** What decodes a body; undefined where nothing needs to. One coding, not a chain of them: a chain multiplies what a byte can grow to. */
function decoderFor(encoding: string): Duplex | 'unknown' | undefined {
  switch (encoding) {
    case 'identity':
    case '':
      return undefined;
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip();
    case 'br':
      return createBrotliDecompress();
    default:
      return 'unknown';
  }
}

/** A failure of the network, from the error of a socket. Only its message is taken. */
export function networkFailure(error: Error, sent: NoResponse['sent']): NoResponse {
  // Node.js joins the failures of all addresses of a host into one error without a message.
  const message = error.message === '' ? [...messagesIn(error)].join(', ') : error.message;
  return {
    kind: 'no-response',
    sent,
    cause: causeOf(`${(error as NodeJS.ErrnoException).code ?? ''} ${message}`),
    message,
  };
}

function messagesIn(error: Error): Set<string> {
  return new Set(error instanceof AggregateError ? error.errors.map(({ message }: Error) => message) : []);
}

function causeOf(text: string): NoResponseCause {
  if (/ECONNREFUSED/.test(text)) return 'connection-refused';
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'unknown-host';
  if (/^\S* the certificate fingerprint/.test(text)) return 'network';
  if (/certificate|altnames/i.test(text)) return 'certificate';
  return /wrong version number|EPROTO/.test(text) ? 'tls' : 'network';
}
