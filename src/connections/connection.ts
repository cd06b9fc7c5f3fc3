import type { Answer, Call } from '../engine/index.ts';

/** An open connection of one kind. */
export interface Connection {
  /** Sends once. What a server or network does is in the answer; it never throws for that. */
  readonly send: (call: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** A login with its secret in place. It exists in memory only. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'api_key'; readonly key: string }
  | { readonly type: 'bearer'; readonly token: string };

/** Everything that is needed to open a connection. `ca` is PEM text, `fingerprint` a SHA-256 of the authority. */
export interface ElasticsearchTarget {
  readonly kind: 'elasticsearch';
  readonly url: string;
  readonly credentials: Credentials;
  readonly identities: ReadonlyMap<string, Credentials>;
  readonly ca?: string;
  readonly fingerprint?: string;
}

/** The kinds that have a connection. A new one is a member here, a file beside this one and a line in `index.ts`. */
export type Target = ElasticsearchTarget;
