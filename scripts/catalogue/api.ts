/** An API as one source describes it. */
export interface SourceApi {
  /** As Elastic names it: `snapshot.restore`. */
  readonly name: string;
  readonly routes: readonly Route[];
  /** What it does, in a line. */
  readonly summary?: string;
  /** The names of its query parameters; undefined where the source does not say. */
  readonly query?: readonly string[];
  /** Query parameter → since which version it is deprecated, and why: `9.0.0 It has no effect.` */
  readonly deprecatedQuery?: ReadonlyMap<string, string>;
  /** The keys of its body; `any` where the body is not a fixed set of keys; undefined where the source does not say. */
  readonly body?: readonly string[] | 'any';
  /** What a login needs for it; undefined where the source does not say. */
  readonly privileges?: Privileges;
}

export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  /** Since which version it is deprecated, and why. */
  readonly deprecated?: string;
}

/** Privileges on the cluster, and on the indices that are named. */
export interface Privileges {
  readonly cluster?: readonly string[];
  readonly index?: readonly string[];
}

/** What a source knows of a version. */
export interface Source {
  readonly version: string;
  /** It names every method that a path has; the clients of 8.x name the one that they send. */
  readonly hasAllMethods: boolean;
  readonly apis: readonly SourceApi[];
}

/** `putUser` → `put_user`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
