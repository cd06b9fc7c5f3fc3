import { type Lookup, TemplateError } from './expression.ts';
import { asText, parseTemplate, printTemplate, resolveTemplate, type Template, templateOf } from './template.ts';

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
export type Method = (typeof methods)[number];

/** `PUT /_snapshot/{{inputs.repository}}` → its method and its path. The schema has checked the form. */
export function partsOfCall(call: string): { readonly method: Method; readonly path: string } {
  const space = call.indexOf(' ');
  return { method: call.slice(0, space) as Method, path: call.slice(space + 1).trim() };
}

/** Returns whether a call with this method changes nothing on the server, unless its author says `effect: read`. */
export function isReading(method: Method, effect: 'read' | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || effect === 'read';
}

/**
 * A path as far as the lookup knows it. Values are percent-encoded, so that none of them can add a segment, a query or
 * a step upwards; a value that leaves a segment empty is refused: `DELETE /{{x}}` without x would be another call.
 */
export function resolvePath(path: string, lookup: Lookup): string {
  const template = templateOf(path);
  const parts = template.parts.map((part) => {
    if (typeof part === 'string') return part;
    const [resolved] = resolveTemplate({ parts: [part] }, lookup).parts;
    if (resolved === undefined || typeof resolved === 'string') return part;
    return resolved.kind === 'literal' ? encoded(asText(resolved.value), path) : resolved;
  });
  const resolved: Template = { parts };
  const text = printTemplate(resolved);
  if (parts.every((part) => typeof part === 'string')) refuseOddSegments(parts.join(''), path);
  return text;
}

function encoded(value: string, path: string): string {
  if (value === '')
    throw new TemplateError(`a value put into the path ${path} is empty: the call would address something else`);
  try {
    // A comma between names is part of Elasticsearch's own paths, and stays readable.
    return encodeURIComponent(value).replaceAll('%2C', ',');
  } catch {
    // A lone surrogate has no encoding.
    throw new TemplateError(`a value put into the path ${path} is not well-formed Unicode`);
  }
}

function refuseOddSegments(resolved: string, path: string): void {
  for (const segment of resolved.split('/')) {
    if (segment === '.' || segment === '..')
      throw new TemplateError(`the path ${path} becomes ${resolved}: "${segment}" would leave it`);
  }
}

/** Returns what is wrong with a path as an author wrote it; undefined where nothing is. */
export function pathProblem(path: string): string | undefined {
  const parsed = parseTemplate(path);
  if ('problems' in parsed) return undefined;
  const literal = parsed.template.parts.filter((part) => typeof part === 'string').join('');
  if (literal.includes('?')) return 'parameters stand under `query`, not in the path';
  if (/[\s#]/.test(literal)) return 'a space or # in the path; percent-encode it';
  return undefined;
}
