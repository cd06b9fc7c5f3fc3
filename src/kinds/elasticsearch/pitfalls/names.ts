import { isObject } from '../../../text/index.ts';

/** Stands for whatever a template may become. */
const template = '{{}}';

/** The names in a segment of a path, or in a list of a body, as they are written; a template is one of them. */
export function writtenNames(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return texts.flatMap((text) =>
    typeof text === 'string'
      ? decoded(text.replace(/\{\{.*?\}\}/g, template))
          .split(',')
          .map((name) => name.trim())
      : [],
  );
}

/** Returns whether an expression for indices, or for other things with names, stands for all of them. */
export function isEverything(name: string): boolean {
  return name === '_all' || /^\*+$/.test(name);
}

/** Returns whether a name is known without running. */
export function isLiteral(name: string): boolean {
  return !name.includes(template);
}

/** Returns a field of a body; undefined where there is none, or the body is no mapping. */
export function fieldOf(body: unknown, name: string): unknown {
  return isObject(body) ? body[name] : undefined;
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
