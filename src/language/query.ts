import { compile, isRegistered, search } from '@jmespath-community/jmespath';
import { doubleOf, isEqual, isExact, type Json, parseJson } from '../text/index.ts';
import { Opaque, searchExactly } from './exact-query.ts';
import { TemplateError } from './expression.ts';

/** Returns what is wrong with a JMESPath expression; undefined where nothing is. */
export function queryProblem(path: string): string | undefined {
  let tree: unknown;
  try {
    tree = compile(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const unknown = functionsIn(tree).find((name) => !isRegistered(name));
  if (unknown !== undefined) return `JMESPath has no function ${unknown}()`;
  const inexact = literalsIn(path).find((literal) => holdsInexact(literal));
  return inexact === undefined
    ? undefined
    : `JMESPath rounds the number in \`${inexact}\`: compare with a matcher instead`;
}

/** The JSON between backquotes. */
function literalsIn(path: string): string[] {
  return [...path.matchAll(/`((?:[^`\\]|\\.)*)`/gs)].map(([, text = '']) => text);
}

function holdsInexact(text: string): boolean {
  const isRounded = (value: Json): boolean => {
    if (isExact(value)) return !isEqual(value, doubleOf(value));
    return typeof value === 'object' && value !== null && Object.values(value).some(isRounded);
  };
  try {
    return isRounded(parseJson(text));
  } catch {
    return false;
  }
}

/**
 * The value at a JMESPath in a response's body; null and nothing are the same there: undefined. A function called on a
 * value of a wrong type (`length(null)`) finds nothing: a response of an unexpected shape fails its assertion, it does
 * not end the run with an exception.
 */
export function valueAt(body: Json, path: string): Json | undefined {
  try {
    const { copy, hasExact } = bare(body);
    const found: unknown =
      (hasExact ? searchExactly(copy, path) : search(copy as Parameters<typeof search>[0], path)) ?? undefined;
    // A mapping that the expression itself makes has a prototype.
    return typeof found === 'function' ? undefined : (found as Json | undefined);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    return undefined;
  }
}

/** A copy for JMESPath; `hasExact`: a number that a double does not hold is in it. */
interface Bare {
  readonly copy: unknown;
  readonly hasExact: boolean;
}

/** Body → its copy; a run asks for several values of each. */
const bareBodies = new WeakMap<object, Bare>();

/** A copy whose mappings have no prototype: JMESPath would find `toString` and `constructor` in it. */
function bare(value: Json): Bare {
  if (typeof value !== 'object' || value === null) return { copy: value, hasExact: false };
  const known = bareBodies.get(value);
  if (known !== undefined) return known;
  let hasExact = false;
  const copyOf = (inner: Json): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) return (inner as readonly Json[]).map(copyOf);
    if (isExact(inner)) {
      hasExact = true;
      return new Opaque(inner);
    }
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of Object.entries(inner)) copy[key] = copyOf(item as Json);
    return copy;
  };
  const bared = { copy: copyOf(value), hasExact };
  bareBodies.set(value, bared);
  return bared;
}

/** The names of the functions in a syntax tree, whatever its nodes are. */
function functionsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'Function' && 'name' in node ? [String(node.name)] : [];
  return [...own, ...Object.values(node).flatMap(functionsIn)];
}
