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
    return (search(body as Parameters<typeof search>[0], path) as Json | undefined) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The names of the functions in a syntax tree, whatever its nodes are. */
function functionsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'Function' && 'name' in node ? [String(node.name)] : [];
  return [...own, ...Object.values(node).flatMap(functionsIn)];
}
