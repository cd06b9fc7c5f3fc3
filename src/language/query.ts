import { compile, isRegistered, search } from '@jmespath-community/jmespath';
import type { Json } from '../text/index.ts';

/** Returns what is wrong with a JMESPath expression; undefined where nothing is. */
export function queryProblem(path: string): string | undefined {
  let tree: unknown;
  try {
    tree = compile(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const unknown = functionsIn(tree).find((name) => !isRegistered(name));
  return unknown === undefined ? undefined : `JMESPath has no function ${unknown}()`;
}

/**
 * The value at a JMESPath in a response's body; null and nothing are the same there: undefined. A function called on a
 * value of a wrong type (`length(null)`) finds nothing: a response of an unexpected shape fails its assertion, it does
 * not end the run with an exception.
 */
export function valueAt(body: Json, path: string): Json | undefined {
  try {
    const found: unknown = search(bare(body) as Parameters<typeof search>[0], path) ?? undefined;
    // A mapping that the expression itself makes has a prototype.
    return typeof found === 'function' ? undefined : (found as Json | undefined);
  } catch {
    return undefined;
  }
}

/** Body → its copy; a run asks for several values of each. */
const bareBodies = new WeakMap<object, Json>();

/** A copy whose mappings have no prototype: JMESPath would find `toString` and `constructor` in it. */
function bare(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  const known = bareBodies.get(value);
  if (known !== undefined) return known;
  const copy = bareCopy(value);
  bareBodies.set(value, copy);
  return copy;
}

function bareCopy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(bareCopy);
  const copy = Object.create(null) as Record<string, Json>;
  for (const [key, item] of Object.entries(value)) copy[key] = bareCopy(item as Json);
  return copy;
}

/** The names of the functions in a syntax tree, whatever its nodes are. */
function functionsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'Function' && 'name' in node ? [String(node.name)] : [];
  return [...own, ...Object.values(node).flatMap(functionsIn)];
}
