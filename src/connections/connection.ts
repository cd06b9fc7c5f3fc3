import type { Call, SendResult } from '../engine/index.ts';

/** An open connection of one kind. */
export interface Connection {
  /** Sends once. What a server or network does is in the answer; it never throws for that. */
  readonly send: (call: Call) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}

/** A login with its secret in place. It exists in memory only. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'api_key'; readonly key: string }
  | { readonly type: 'bearer'; readonly token: string };

/** What every HTTP connection needs. `ca` is PEM text, `fingerprint` a SHA-256 of the authority. */
export interface HttpTarget {
  readonly url: string;
  readonly credentials: Credentials;
  readonly ca?: string;
  readonly fingerprint?: string;
}

export interface ElasticsearchTarget extends HttpTarget {
  readonly kind: 'elasticsearch';
  readonly identities: ReadonlyMap<string, Credentials>;
}

export interface KibanaTarget extends HttpTarget {
  readonly kind: 'kibana';
}

/** A bucket, with the endpoint that this machine reaches. */
export interface OssTarget {
  readonly kind: 'oss';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: { readonly id: string; readonly secret: string };
}

/** The kinds that have a connection. A new one is a member here, a file beside this one and a line in `index.ts`. */
export type Target = ElasticsearchTarget | KibanaTarget | OssTarget;
