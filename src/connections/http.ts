import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Call, Headers, SendResult } from '../engine/index.ts';
import { type Credentials, encoded, type HttpTarget } from '../kinds/index.ts';
import { type Json, parseJson } from '../text/index.ts';
import type { Connection } from './connection.ts';
import { HandshakeTimeout, pinnedAuthority } from './pinned-ca.ts';
import { keptSockets, networkFailure, sendOnce, type WireRequest, type WireResponse } from './wire.ts';

/** A connection by HTTP, with its own credentials and one per identity. */
export function openHttp(target: HttpTarget): Connection {
  const logins = new Map<string | undefined, Credentials>([[undefined, target.credentials], ...target.identities]);
  let authority: string | undefined = target.ca;
  const kept = keptSockets(new URL(target.url));
  return {
    send: async (call) => {
      const { request, timeout_ms } = call;
      if (request.type !== 'http') return { kind: 'no-response', sent: 'no', cause: 'wrong-kind' };
      const credentials = logins.get(request.identity);
      if (!credentials)
        return { kind: 'no-response', sent: 'no', cause: 'unknown-identity', message: request.identity ?? '' };
      const began = performance.now();
      if (target.fingerprint !== undefined && authority === undefined) {
        try {
          authority = await pinnedAuthority(target.url, target.fingerprint, timeout_ms);
        } catch (error) {
          return error instanceof HandshakeTimeout
            ? { kind: 'no-response', sent: 'no', cause: 'timeout', timeout_ms }
            : networkFailure(error as Error, 'no');
        }
      }
      let wire: WireRequest;
      try {
        wire = wireRequest(target, { ...call, request }, credentials);
      } catch (error) {
        // A parameter that is not well-formed Unicode cannot be percent-encoded.
        return { kind: 'no-response', sent: 'no', cause: 'unsendable', message: (error as Error).message };
      }
      // Looking at the certificate was part of it.
      const left = Math.max(1, Math.round(timeout_ms - (performance.now() - began)));
      const trusted = authority === undefined ? {} : { ca: authority };
      const answer = await sendOnce({ ...wire, ...trusted, timeout_ms: left }, kept, call.effect);
      if (answer.kind === 'wire-response') return resultOf(answer, request.method, target);
      return answer.cause === 'timeout' ? { ...answer, timeout_ms } : answer;
    },
    close: async () => kept.agent.destroy(),
  };
}

type HttpCall = Call & { readonly request: Extract<Call['request'], { type: 'http' }> };

/** @throws `URIError` where a parameter is not well-formed Unicode. */
function wireRequest(
  { url: address, dialect }: HttpTarget,
  { request, timeout_ms, opaque_id }: HttpCall,
  credentials: Credentials,
): WireRequest {
  const url = new URL(address);
  const { query, headers, body } = encoded(request, dialect);
  return {
    url,
    method: request.method,
    path: `${url.pathname.replace(/\/$/, '')}${request.path}${query === '' ? '' : `?${query}`}`,
    headers: {
      ...{ accept: 'application/json, text/plain', 'user-agent': 'runbook', 'x-opaque-id': opaque_id },
      ...authorizationOf(credentials),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    timeout_ms,
  };
}

function authorizationOf(credentials: Credentials): { readonly authorization?: string } {
  switch (credentials.type) {
    case 'none':
      return {};
    case 'basic': {
      const { username, password } = credentials;
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
    }
    case 'api_key':
      return { authorization: `ApiKey ${credentials.key}` };
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` };
  }
}

/** The response as the engine reads it. */
function resultOf(answer: WireResponse, method: string, { dialect }: HttpTarget): SendResult {
  const { status, headers, unreadable } = answer;
  const type = headers['content-type'] ?? '';
  // A byte order mark is left out; what is not UTF-8 becomes U+FFFD.
  const text = new TextDecoder().decode(answer.body);
  let body: Json;
  try {
    // A response to HEAD has no body: whether it is there is all that it says.
    if (method === 'HEAD') body = status < 400;
    else body = isJson(type) && text !== '' ? parseJson(text) : dialect.readText(text, type);
  } catch {
    return { kind: 'no-response', sent: 'maybe', cause: 'not-json' };
  }
  const retryAfter = retryAfterOf(headers['retry-after'], headers.date);
  return {
    ...{ kind: 'response', status, body: unreadable ? null : body, headers: headersOf(headers) },
    warnings: warningsOf(headers.warning),
    ...(unreadable ? { unreadable } : {}),
    ...(retryAfter === undefined ? {} : { retry_after_ms: retryAfter }),
  };
}

function isJson(type: string): boolean {
  return type.includes('application/json') || type.includes('application/vnd.elasticsearch+json');
}

/** `Retry-After: 30` or a date, in milliseconds from now: from the server's own clock, where it says what that shows. */
function retryAfterOf(header: string | undefined, date: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const now = Date.parse(date ?? '');
  const milliseconds = /^\d+$/.test(header.trim())
    ? Number(header) * 1_000
    : Date.parse(header) - (Number.isNaN(now) ? Date.now() : now);
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

/** Those that came more than once are joined, as HTTP joins them. */
function headersOf(headers: IncomingHttpHeaders): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, [value].flat().map(utf8Of).join(', ')]),
  );
}

/** Node reads a header's bytes as Latin-1. */
function utf8Of(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
