import type { JsonObject } from '../text/index.ts';

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
