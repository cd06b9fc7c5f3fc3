import type { JsonObject } from '../text/index.ts';
import { didYouMean } from '../text/index.ts';

/** A call as it is written; its path may hold templates. */
export interface WrittenCall {
  readonly method: string;
  readonly path: string;
  readonly query?: JsonObject | undefined;
  readonly body?: unknown;
}

/** What is wrong with a call, as far as a catalogue knows. */
export interface CallProblem {
  /** The part of the call that is meant; `name` is the parameter or the key. */
  readonly part: 'path' | 'query' | 'body';
  readonly name?: string;
  /** `unknown`: no version has it. `api-of-other-versions`: some version of the range lacks it. `deprecated`: in some version of the range. */
  readonly code:
    | 'unknown-api'
    | 'unknown-method'
    | 'unknown-parameter'
    | 'unknown-body-key'
    | 'api-of-other-versions'
    | 'deprecated';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly help?: string;
}

/**
 * Returns what is wrong with a call for the servers of a range of versions.
 * @param range A semver range; every version where it is undefined.
 */
export type Catalogue = (call: WrittenCall, range: string | undefined) => readonly CallProblem[];

/** A call that no version of a product has. @param rest Behind it: what is meant, or what there is. */
export function unknownCall(
  product: string,
  { method, path }: WrittenCall,
  code: 'unknown-api' | 'unknown-method',
  rest: string,
): Pick<CallProblem, 'part' | 'code' | 'message'> {
  return { part: 'path', code, message: `no version of ${product} has ${method} ${path}${rest}` };
}

/** `; there are GET, PUT`: to stand behind a call with another method. */
export function methodsText(methods: Iterable<string>): string {
  const all = [...new Set(methods)].sort();
  return `; there ${all.length === 1 ? 'is' : 'are'} ${all.join(', ')}`;
}

/** The query parameters of a call that no version of a product knows. */
export function unknownParameters(
  product: string,
  { method, path, query = {} }: WrittenCall,
  known: ReadonlySet<string>,
  help: string,
): CallProblem[] {
  return Object.keys(query)
    .filter((name) => !known.has(name))
    .map((name) => ({
      part: 'query',
      name,
      code: 'unknown-parameter',
      severity: 'error',
      message: `${method} ${path} has no parameter "${name}" in any version of ${product}${didYouMean(name, known)}`,
      help,
    }));
}

/** What a catalogue has of a call, for people. */
export interface CallDescription {
  /** With the names of its parameters: `GET /{index}/_search`. */
  readonly call: string;
  readonly summary?: string;
  readonly versions: readonly string[];
  readonly reads: boolean;
  /** What a login needs, `cluster monitor`; empty where everybody may call it, missing where it is not known. */
  readonly needs?: string;
  /** Since which version, and why. */
  readonly deprecated?: string;
  readonly query: readonly string[];
  /** The keys of its body; missing where they are not known, or not fixed. */
  readonly body?: readonly string[];
}
