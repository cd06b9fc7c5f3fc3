import type { HttpRequest } from '../plan/index.ts';

/** What a login needs: a privilege on the cluster, on what an expression for indices names, or on indices that only the run names. */
export interface Privilege {
  /** `manage_security`. Where one of several is enough, the one that a role should have. */
  readonly name: string;
  readonly on: 'cluster' | 'indices of the run' | { readonly index: string };
}

/**
 * Returns all that a login needs for a call; undefined where that is not known. The path may hold templates.
 * @param range A semver range.
 */
export type PrivilegesFor = (
  request: Pick<HttpRequest, 'method' | 'path'>,
  range: string,
) => readonly Privilege[] | undefined;
