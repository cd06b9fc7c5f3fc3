import { segmentsOf } from './apis.ts';

/** Stands for whatever a template may become. */
export const template = '{{}}';

/** The segments of a path as it is written, with each template as one sign. */
export function writtenSegments(path: string): string[] {
  // A slash in date math is a part of the name; that it has to be encoded is advice of its own.
  return segmentsOf(withoutTemplates(path).replace(/((?:<|%3C)[^<>/]*\{[^{}/]*)\//gi, '$1%2F'));
}

/** A path with one sign for each template. */
export function withoutTemplates(path: string): string {
  return path.replace(/\{\{.*?\}\}/g, template);
}

/** Returns whether a path as it is written may be a call of an API. */
export function matches(written: readonly string[], api: readonly string[]): boolean {
  return (
    written.length === api.length &&
    api.every((segment, index) =>
      isParameter(segment) ? mayBe(segment, written[index] ?? '') : isLiteral(segment, written[index] ?? ''),
    )
  );
}

export function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

/** What is a template as a whole may become the name of an API: `/{{inputs.index}}/{{inputs.api}}`. */
function isLiteral(segment: string, written: string): boolean {
  return written === segment || written === template;
}

/** Names that their users choose freely. */
const free = new Set([
  '{id}',
  '{name}',
  '{username}',
  '{application}',
  '{user}',
  '{role}',
  '{key}',
  '{label}',
  '{uid}',
]);
/** Names that the server gives, at the places of others. */
const given = new Set(['_all', '_local', '_master', '_current', '_doc', '_main', '_none']);

/** No other name begins with an underscore: `/_reidnex` is no index. */
function mayBe(parameter: string, written: string): boolean {
  if (!written.startsWith('_') || free.has(parameter)) return true;
  return written.split(',').every((one) => !one.startsWith('_') || given.has(one));
}
