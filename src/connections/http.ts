import { Client, type ClientOptions, HttpConnection } from '@elastic/elasticsearch';
import { Transport } from '@elastic/transport';
import type { Call, NoResponse, NoResponseCause, SendResult } from '../engine/index.ts';
import { type Credentials, encoded, type HttpDialect, type HttpTarget } from '../kinds/index.ts';
import type { HttpRequest } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { Connection } from './connection.ts';
import { pinnedAuthority } from './pinned-ca.ts';

/**
 * The transport without the product check and the vendored content types: with them the client refuses 7.10, and some
 * writes take effect and then throw (docs/how-servers-behave.md, C1).
 */
class PlainTransport extends Transport {
  constructor({
    productCheck: _check,
    vendoredHeaders: _headers,
    ...options
  }: ConstructorParameters<typeof Transport>[0]) {
    super(options);
  }
}

/** Every status is a response; none of them is an exception. */
const allStatuses = Array.from({ length: 200 }, (_, index) => 400 + index);
/** A response larger than this is not one that a runbook reads. */
const largestAnswer = 50_000_000;

/**
 * A connection by HTTP, with its own credentials and one per identity. Each request is sent once, over a socket of its own: a kept
 * one may have been closed by the other side, and a write on it would be ambiguous (docs/how-servers-behave.md, C2).
 */
export function openHttp(target: HttpTarget): Connection {
  const logins = new Map<string | undefined, Credentials>([[undefined, target.credentials], ...target.identities]);
  const clients = new Map<string | undefined, Client>();
  let authority: string | undefined = target.ca;
  return {
    send: async ({ request, timeout_ms, opaque_id }) => {
      if (request.type !== 'http') return { kind: 'no-response', sent: 'no', cause: 'wrong-kind' };
      const credentials = logins.get(request.identity);
      if (!credentials)
        return { kind: 'no-response', sent: 'no', cause: 'unknown-identity', message: request.identity ?? '' };
      if (target.fingerprint !== undefined && authority === undefined) {
        try {
          authority = await pinnedAuthority(target.url, target.fingerprint);
        } catch (error) {
          return failureOf(error instanceof Error ? error.message : String(error), 'no');
        }
      }
      const client = clients.get(request.identity) ?? clientFor(target.url, credentials, authority);
      clients.set(request.identity, client);
      return send(client, target.dialect, request, timeout_ms, opaque_id);
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function clientFor(url: string, credentials: Credentials, ca: string | undefined): Client {
  const options: ClientOptions = {
    node: url,
    Transport: PlainTransport,
    Connection: HttpConnection,
    agent: { keepAlive: false },
    maxRetries: 0,
    enableMetaHeader: false,
    maxResponseSize: largestAnswer,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...authOf(credentials),
  };
  return new Client(options);
}

function authOf(credentials: Credentials): Pick<ClientOptions, 'auth'> {
  switch (credentials.type) {
    case 'none':
      return {};
    case 'basic':
      return { auth: { username: credentials.username, password: credentials.password } };
    case 'api_key':
      return { auth: { apiKey: credentials.key } };
    case 'bearer':
      return { auth: { bearer: credentials.token } };
  }
}

async function send(
  client: Client,
  dialect: HttpDialect,
  request: HttpRequest,
  timeout: number,
  opaqueId: Call['opaque_id'],
): Promise<SendResult> {
  try {
    const { query: querystring, headers, ...sent } = encoded(request, dialect);
    const result = await client.transport.request<Json>(
      { method: request.method, path: request.path, querystring, ...sent },
      { meta: true, maxRetries: 0, requestTimeout: timeout, ignore: allStatuses, opaqueId, headers },
    );
    const { body = null } = result;
    const retryAfter = retryAfterOf(result.headers?.['retry-after'] as string | undefined);
    const type = String(result.headers?.['content-type'] ?? '');
    return {
      kind: 'response',
      status: result.statusCode ?? 0,
      body: typeof body === 'string' && !type.includes('application/json') ? dialect.readText(body, type) : body,
      warnings: warningsOf(result.headers?.warning as string | string[] | undefined),
      ...(retryAfter === undefined ? {} : { retry_after_ms: retryAfter }),
    };
  } catch (error) {
    return failureFor(error, timeout);
  }
}

/** `Retry-After: 30` or a date, in milliseconds from now. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/**
 * `299 Elasticsearch-8.5.3-… "text", …` → the texts. A line of another form, as proxies and servers that do not escape
 * write it, stays whole: half of it could be half of a secret, which nobody recognises.
 */
function warningsOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((bytes) => {
    const line = utf8Of(bytes);
    const found = [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"(?: "[^"]*")?(?:, ?|$)/gy)];
    const length = found.reduce((sum, [whole]) => sum + whole.length, 0);
    return length < line.length ? [line] : found.map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
  });
}

/** Node reads a header's bytes as Latin-1. */
function utf8Of(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

/** What stands in the messages of errors that come before a request is written to a connection. */
const beforeSending =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|connect ETIMEDOUT|certificate|fingerprint|altnames|EPROTO|wrong version number|tlsv1 alert|SSL routines|unescaped characters|maxPathLength/i;

/** Only the message is taken: the error object holds the request with its secrets in clear (docs/how-servers-behave.md, C3). */
function failureFor(error: unknown, timeout_ms: number): NoResponse {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  if (name === 'TimeoutError') return { kind: 'no-response', sent: 'maybe', cause: 'timeout', timeout_ms };
  if (name === 'DeserializationError') return { kind: 'no-response', sent: 'maybe', cause: 'not-json' };
  // Node joins the failures of all addresses of a host into one error without a message.
  if (name === 'ConnectionError' && message === '')
    return { kind: 'no-response', sent: 'no', cause: 'connection-refused' };
  const isUnsent = name === 'ConfigurationError' || name === 'SerializationError' || beforeSending.test(message);
  return failureOf(message, isUnsent ? 'no' : 'maybe');
}

function failureOf(message: string, sent: NoResponse['sent']): NoResponse {
  return { kind: 'no-response', sent, cause: causeOf(message), message };
}

function causeOf(message: string): NoResponseCause {
  if (/ECONNREFUSED/.test(message)) return 'connection-refused';
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return 'unknown-host';
  if (/^the certificate fingerprint/.test(message)) return 'network';
  if (/certificate/i.test(message)) return 'certificate';
  return /wrong version number|EPROTO/.test(message) ? 'tls' : 'network';
}
