import type { Content } from '../language/index.ts';
import type { HttpRequest } from '../plan/index.ts';
import { type Json, type JsonObject, jsonText, textOf } from '../text/index.ts';
import type { Change } from './change.ts';

/** How a kind of server takes HTTP calls and gives responses. */
export interface HttpDialect {
  /** A list in a query: one parameter with commas, or a parameter for each item. */
  readonly lists: 'joined' | 'repeated';
  /** Returns whether an API takes lines of JSON, and nothing else. `path` may hold templates. */
  readonly takesLines: (path: string) => boolean;
  /** Whether it takes those lines as an uploaded file. */
  readonly uploadsLines: boolean;
  /** Whether it takes a text without a header that says of what type it is, and JSON that is neither a mapping nor a list. */
  readonly takesScalars: boolean;
  /** Sent with every call, unless the step writes another value. */
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the value of a response that is not `application/json`. */
  readonly readText: (text: string, contentType: string) => Json;
  /** Returns whether a POST that its author calls a read is one. `path` may hold templates. */
  readonly isReadingPost: (path: string) => boolean;
  /** Returns what such a POST writes all the same, and removes itself, to stand behind "writes"; undefined where it writes nothing. */
  readonly passingWrites: (path: string) => string | undefined;
  /** Returns whether a write takes effect as a whole or not at all. */
  readonly isAtomic: (request: Pick<HttpRequest, 'method' | 'path'>) => boolean;
  /** Returns what a write may do to what the server has; undefined where nothing is known of it. `path` may hold templates. */
  readonly changes: (request: HttpRequest) => Change | undefined;
  /** Returns whether a write leaves nothing behind that could be rolled back, such as clearing a cache. */
  readonly leavesNothing: (request: Pick<HttpRequest, 'method' | 'path'>) => boolean;
  /**
   * Returns the indices that a write closes or opens, as it names them; undefined where it does neither, and missing where a
   * server has nothing that is closed.
   */
  readonly closing?: (
    method: string,
    path: string,
  ) => { readonly to: 'closed' | 'open'; readonly names: readonly string[] } | undefined;
  /** Returns whether a successful removal leaves nothing of what a write has done. Paths may hold templates. */
  readonly takesAlong: (
    removal: Pick<HttpRequest, 'method' | 'path' | 'query'>,
    write: Pick<HttpRequest, 'method' | 'path' | 'body'>,
  ) => boolean;
  /** Returns what in the body of a 2xx says whether each of the items that a request sends was taken; undefined where the status does. */
  readonly itemsFlag?: (request: Pick<HttpRequest, 'method' | 'path'>) => ItemsFlag | undefined;
  /** A step may say `Authorization` itself: other JSON APIs have schemes of their own. */
  readonly mayAuthorize?: true;
  /** Returns whether the server may hold back its response to a read until something is there. */
  readonly mayWait: (request: Pick<HttpRequest, 'path' | 'query'>) => boolean;
  /** Stands before a path in Kibana's Console; undefined where the Console does not reach such a server. */
  readonly consolePrefix: string | undefined;
}

/** A field of a body, and what it is where no item failed. */
export interface ItemsFlag {
  readonly name: string;
  readonly passing: boolean;
}

/** JSON, a line of JSON for each item of a list, such lines as an uploaded file, or a text. */
export type ContentForm = 'json' | 'ndjson' | 'file' | 'text';

/** What a request carries, and the form in which it is sent; undefined where it carries nothing. */
export function formOf(
  { path, body, ndjson, text }: Pick<HttpRequest, 'path' | keyof Content>,
  { takesLines, uploadsLines }: Pick<HttpDialect, 'takesLines' | 'uploadsLines'>,
): { readonly form: ContentForm; readonly value: Json } | undefined {
  if (ndjson !== undefined) return { form: uploadsLines && takesLines(path) ? 'file' : 'ndjson', value: ndjson };
  if (text !== undefined) return { form: 'text', value: text };
  return body === undefined || body === null ? undefined : { form: 'json', value: body };
}

/** The parameters of a query as they are sent, before they are percent-encoded. */
export function parametersOf(query: JsonObject, { lists }: HttpDialect): [name: string, value: string][] {
  return Object.entries(query).flatMap(([name, value]): [string, string][] => {
    const texts = [value].flat().map(textOf);
    return lists === 'repeated' ? texts.map((text) => [name, text]) : [[name, texts.join(',')]];
  });
}

/** A request as it is sent. */
export interface EncodedRequest {
  /** Without `?`; empty where there are no parameters. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @throws `URIError` where a parameter is not well-formed Unicode. */
export function encoded(request: HttpRequest, dialect: HttpDialect): EncodedRequest {
  const written = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), textOf(value)]);
  const content = contentIn(request, dialect);
  return {
    query: parametersOf(request.query ?? {}, dialect)
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join('&'),
    headers: { ...dialect.headers, ...content?.headers, ...Object.fromEntries(written) },
    ...(content === undefined ? {} : { body: content.text }),
  };
}

const boundary = 'runbook-saved-objects';

function contentIn(request: HttpRequest, dialect: HttpDialect) {
  const content = formOf(request, dialect);
  if (!content) return undefined;
  const { form, value } = content;
  const accept = 'application/json';
  switch (form) {
    case 'json':
      return { headers: { 'content-type': 'application/json', accept }, text: jsonText(value) };
    case 'ndjson':
      return { headers: { 'content-type': 'application/x-ndjson', accept }, text: linesOf(value) };
    case 'file':
      return {
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        text: fileOf(linesOf(value)),
      };
    case 'text':
      return { headers: { 'content-type': 'text/plain' }, text: textOf(value) };
  }
}

/** NDJSON; a string, such as an export that an API gave as text, is taken for it as it is. */
function linesOf(lines: Json): string {
  if (typeof lines === 'string') return lines;
  return [lines]
    .flat()
    .map((line) => `${jsonText(line)}\n`)
    .join('');
}

function fileOf(lines: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="objects.ndjson"\r\nContent-Type: application/ndjson\r\n\r\n${lines}\r\n--${boundary}--\r\n`;
}
