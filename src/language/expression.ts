import { isNumber, isObject, type Json, jsonText, literalOf, type Sentence } from '../text/index.ts';
import { type Helper, helpers } from './helpers.ts';

/** What stands between `{{` and `}}`. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'path'; readonly root: Root; readonly segments: readonly string[] }
  | { readonly kind: 'call'; readonly helper: string; readonly arguments: readonly Expression[] }
  /** A mapping of which not every member is known. It has no text of its own: it stands alone, as a mapping of templates. */
  | { readonly kind: 'mapping'; readonly members: { readonly [name: string]: Expression } };

/** The names that an expression may begin with. */
export const roots = ['inputs', 'steps', 'connections', 'run', 'item'] as const;
export type Root = (typeof roots)[number];
/** What is known of a run: its id, and when it started, as ISO 8601 and in milliseconds since 1970. */
export const runNames = ['id', 'started_at', 'started_ms'] as const;
export type PathExpression = Extract<Expression, { kind: 'path' }>;
type CallExpression = Extract<Expression, { kind: 'call' }>;

/**
 * What a path is at the moment: a value, or another expression that stands for it (itself, where only the run can
 * know). Throws `TemplateError` for a name that does not exist.
 */
export type Lookup = (path: PathExpression) => { readonly value: Json } | { readonly unresolved: Expression };

/**
 * A template that cannot be evaluated: an unknown name, a value of a wrong type. What it says to a person is `told`; the
 * values in it may be secret or large, so they are not in the `message`.
 */
export class TemplateError extends Error {
  readonly told: Sentence;

  constructor(told: string | Sentence) {
    const sentence = typeof told === 'string' ? () => told : told;
    super(sentence(() => '…'));
    this.told = sentence;
  }
}

/** Evaluates as far as the lookup knows: a literal when all of it is known, a smaller expression otherwise. */
export function resolve(expression: Expression, lookup: Lookup): Expression {
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'path': {
      const found = lookup(expression);
      return 'value' in found ? { kind: 'literal', value: found.value } : found.unresolved;
    }
    case 'mapping':
      return mappingOf(Object.entries(expression.members).map(([name, member]) => [name, resolve(member, lookup)]));
    case 'call': {
      const chosen = chosenBy(expression, lookup);
      if (chosen) return chosen;
      const resolved = expression.arguments.map((argument) => resolve(argument, lookup));
      const values = resolved.flatMap((argument) => (argument.kind === 'literal' ? [argument.value] : []));
      if (values.length < resolved.length) return { ...expression, arguments: resolved };
      return { kind: 'literal', value: call(expression.helper, values) };
    }
  }
}

/** Returns what `choose` gives once its condition is known: the other value need not be. */
function chosenBy({ helper, arguments: [condition, value, other] }: CallExpression, lookup: Lookup) {
  if (helper !== 'choose' || !condition || !value || !other) return undefined;
  const known = resolve(condition, lookup);
  if (known.kind !== 'literal' || typeof known.value !== 'boolean') return undefined;
  return resolve(known.value ? value : other, lookup);
}

/** A mapping of these members: a literal where each of them is known. */
export function mappingOf(members: readonly (readonly [name: string, member: Expression])[]): Expression {
  const known = members.flatMap(([name, member]) => (member.kind === 'literal' ? [[name, member.value] as const] : []));
  if (known.length < members.length) return { kind: 'mapping', members: Object.fromEntries(members) };
  return { kind: 'literal', value: Object.fromEntries(known) };
}

/** A list of these items: a literal where each of them is known. */
export function listOf(items: readonly Expression[]): Expression {
  const known = items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []));
  if (known.length < items.length) return { kind: 'call', helper: 'list', arguments: items };
  return { kind: 'literal', value: known };
}

function call(name: string, values: readonly Json[]): Json {
  const helper = Object.hasOwn(helpers, name) ? (helpers[name] as Helper) : undefined;
  if (!helper) throw new TemplateError(`unknown helper "${name}"`);
  const result = helper.apply(values);
  if ('value' in result) return result.value;
  const { problem } = result;
  throw new TemplateError((show) => `${name}: ${problem(show)}`);
}

/** Walks `segments` down from a value, own properties only. */
export function descend(value: Json, segments: readonly string[], path: string): Json {
  let current = value;
  let walked = path;
  for (const segment of segments) {
    const list = Array.isArray(current) ? (current as readonly Json[]) : undefined;
    const next: Json | undefined = list
      ? list[Number(segment)]
      : isObject(current) && Object.hasOwn(current, segment)
        ? current[segment]
        : undefined;
    if (next === undefined) {
      const [where, found] = [walked, current];
      throw new TemplateError((show) => `${where} has no "${segment}": it is ${show(found)}`);
    }
    current = next;
    walked = `${walked}.${segment}`;
  }
  return current;
}

/** The text of an expression, as it stands between braces. */
export function printExpression(expression: Expression, isArgument = false): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value);
    case 'path':
      return [expression.root, ...expression.segments.map(printSegment)].join('.');
    case 'call': {
      const text = [expression.helper, ...expression.arguments.map((argument) => printExpression(argument, true))].join(
        ' ',
      );
      return isArgument ? `(${text})` : text;
    }
    case 'mapping':
      throw new TemplateError(
        `a mapping with a secret, or with a value that only the run knows (${Object.keys(expression.members).join(', ')}), must stand alone; name one of its members`,
      );
  }
}

function printSegment(segment: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment) && !['true', 'false', 'null', 'undefined', 'as'].includes(segment)
    ? segment
    : `[${segment}]`;
}

/**
 * Handlebars has literals for strings, numbers, booleans and null, and its string literals have no escape for a closing
 * backslash or for both kinds of quotes together. Every other value is a call: of `list`, or of `json`.
 */
function printLiteral(value: Json): string {
  if (Array.isArray(value))
    return `(list${(value as readonly Json[]).map((item) => ` ${printLiteral(item)}`).join('')})`;
  if (typeof value === 'string' && !value.endsWith('\\')) {
    if (!value.includes('"')) return `"${value}"`;
    if (!value.includes("'")) return `'${value}'`;
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value) && /^-?\d+(\.\d+)?$/.test(literalOf(value))) return literalOf(value);
  // JSON never ends with a backslash, and a single quote stands inside its strings only.
  return `(json '${jsonText(value).replaceAll("'", '\\u0027')}')`;
}

/** Every path in an expression, in the order of reading. */
export function pathsIn(expression: Expression): PathExpression[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'path':
      return [expression];
    case 'call':
      return expression.arguments.flatMap(pathsIn);
    case 'mapping':
      return Object.values(expression.members).flatMap(pathsIn);
  }
}
