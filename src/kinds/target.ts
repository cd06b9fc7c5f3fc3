import type { Auth, EnvironmentConnection, SecretReference } from '../language/index.ts';
import type { HttpDialect } from './dialect.ts';

/** Credentials with their secret in place. They exist in memory only. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'api_key'; readonly key: string }
  | { readonly type: 'bearer'; readonly token: string };

/** The settings of a connection over HTTP, of any kind. */
export type ServerSettings = Extract<EnvironmentConnection, { auth?: Auth }>;

/** As whom a connection over HTTP is used, and which server it trusts. `ca` is PEM text, `fingerprint` a SHA-256 of the authority. */
export interface Access {
  readonly credentials: Credentials;
  readonly identities: ReadonlyMap<string, Credentials>;
  readonly ca?: string;
  readonly fingerprint?: string;
}

/** Resolves what settings refer to. Throws where a secret is missing or is too short to be redacted. */
export interface Secrets {
  /** @param setting Its name in the environment file, for messages. */
  readonly secret: (reference: SecretReference, setting: string) => Promise<string>;
  readonly access: (settings: ServerSettings) => Promise<Access>;
}

/** A server, and how it takes calls. */
export interface HttpTarget extends Access {
  readonly client: 'http';
  readonly url: string;
  readonly dialect: HttpDialect;
}

/** A bucket, with the endpoint that this machine reaches. */
export interface OssTarget {
  readonly client: 'oss';
  readonly endpoint: string;
  /** Without `oss-`. */
  readonly region: string;
  readonly bucket: string;
  readonly key: { readonly id: string; readonly secret: string };
}

/** What a client opens a connection to. */
export type Target = HttpTarget | OssTarget;
