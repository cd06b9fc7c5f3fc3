import { compile, isRegistered, search } from '@jmespath-community/jmespath';
import { didYouMean, doubleOf, isEqual, isExact, type Json, type JsonObject, parseJson } from '../text/index.ts';
import { Opaque, searchExactly } from './exact-query.ts';
import { type PathExpression, type Root, roots, TemplateError } from './expression.ts';

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
  const other = readsOf(tree).find(({ name }) => !isRoot(name))?.name;
  if (other !== undefined)
    return `no variable $${other}; variables begin with ${roots.map((root) => `$${root}`).join(', ')}${didYouMean(other, roots)}`;
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

/** Returns the names that an expression reads as variables: `inputs.node` of `$inputs.node`. What `let` binds is none of them. */
export function variablesIn(path: string): PathExpression[] {
  if (!path.includes('$')) return [];
  return readsOf(treeOf(path)).flatMap(({ name, segments }) =>
    isRoot(name) ? [{ kind: 'path', root: name, segments }] : [],
  );
}

/** A name as a variable in JMESPath: `$steps."my-step".id`. */
export function variableText({ root, segments }: PathExpression): string {
  const fields = segments.map((segment) => (/^[A-Za-z_]\w*$/.test(segment) ? segment : JSON.stringify(segment)));
  return [`$${root}`, ...fields].join('.');
}

function treeOf(path: string): unknown {
  try {
    return compile(path);
  } catch {
    // It has its own message.
    return undefined;
  }
}

function isRoot(name: string): name is Root {
  return (roots as readonly string[]).includes(name);
}

type Node = { readonly [key: string]: unknown };

/** A variable, and the fields that are read of it, one in the other. */
interface Read {
  readonly name: string;
  readonly segments: readonly string[];
}

/** @param bound What `let` binds around the node. */
function readsOf(node: unknown, bound: ReadonlySet<string> = new Set()): Read[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, name, left, right, bindings, expression } = node as Node;
  switch (type) {
    // Whatever it holds, it is data.
    case 'Literal':
      return [];
    case 'Variable':
      return bound.has(String(name)) ? [] : [{ name: String(name), segments: [] }];
    case 'LetExpression': {
      const names = (bindings as readonly { readonly variable: string }[]).map(({ variable }) => variable);
      return [...readsOf(bindings, bound), ...readsOf(expression, new Set([...bound, ...names]))];
    }
    case 'Subexpression': {
      const [read, ...others] = readsOf(left, bound);
      if (!read || !isChain(left as Node)) break;
      const fields = { ...read, segments: [...read.segments, ...firstFieldOf(right)] };
      return [fields, ...others, ...readsOf(right, bound)];
    }
    default:
  }
  return Object.values(node).flatMap((inner) => readsOf(inner, bound));
}

/** Returns whether a node is nothing but a variable and fields. */
function isChain({ type, left, right }: Node): boolean {
  if (type === 'Variable') return true;
  return type === 'Subexpression' && (right as Node).type === 'Field' && isChain(left as Node);
}

/** The field with which the right side of a dot begins: `list` of `list[0]`. */
function firstFieldOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, name, left } = node as Node;
  return type === 'Field' ? [String(name)] : firstFieldOf(left);
}

/**
 * The value at a JMESPath in a response's body; null and nothing are the same there: undefined. A function called on a
 * value of a wrong type (`length(null)`) finds nothing: a response of an unexpected shape fails its assertion, it does
 * not end the run with an exception.
 * @param variables What `$inputs`, `$steps` and the other variables are.
 */
export function valueAt(body: Json, path: string, variables?: JsonObject): Json | undefined {
  try {
    const { copy, hasExact } = bare(body);
    const isPlain = !hasExact && variables === undefined;
    const found: unknown =
      (isPlain
        ? search(copy as Parameters<typeof search>[0], path)
        : searchExactly(copy, path, variables && bare(variables).copy)) ?? undefined;
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
