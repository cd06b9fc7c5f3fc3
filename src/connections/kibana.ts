import type { HttpRequest } from '../plan/index.ts';
import type { Json, JsonObject } from '../text/index.ts';
import type { Connection, KibanaTarget } from './connection.ts';
import { type Dialect, openHttp } from './http.ts';

/**
 * A connection to Kibana; its url leads into a space. It sends `kbn-xsrf` with every call, a list for an import as the file
 * that the import API wants, and gives NDJSON answers (an export) as a list.
 */
export function openKibana(target: KibanaTarget): Connection {
  return openHttp(target, kibanaDialect);
}

export const kibanaDialect = {
  paramsFor: (request: HttpRequest) => ({
    method: request.method,
    path: request.path,
    ...(request.query === undefined ? {} : { querystring: repeated(request.query) }),
    ...bodyOf(request),
  }),
  headersFor: (request: HttpRequest) => ({
    'kbn-xsrf': 'true',
    ...(isUpload(request) ? { 'content-type': `multipart/form-data; boundary=${boundary}` } : {}),
  }),
  readText: (text: string, contentType: string) => readText(text, contentType),
} satisfies Dialect;

/** A list becomes the same parameter several times. */
function repeated(query: JsonObject): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return new URLSearchParams(pairs).toString();
}

/** The bulk APIs take a JSON list; only what is imported is a file. */
function isUpload({ path, body }: HttpRequest): boolean {
  return Array.isArray(body) && path.endsWith('/_import');
}

const boundary = 'runbook-saved-objects';

function bodyOf(request: HttpRequest): { body?: string | Record<string, unknown> } {
  const { body } = request;
  if (body === undefined) return {};
  if (!isUpload(request)) return { body: body as Record<string, unknown> };
  const lines = (body as readonly Json[]).map((object) => `${JSON.stringify(object)}\n`).join('');
  return {
    body: `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="objects.ndjson"\r\nContent-Type: application/ndjson\r\n\r\n${lines}\r\n--${boundary}--\r\n`,
  };
}

const readText: Dialect['readText'] = (text, contentType) => {
  if (!contentType.includes('ndjson')) return text;
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Json);
  } catch {
    return text;
  }
};
