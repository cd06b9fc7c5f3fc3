import type { PlannedExpect } from '../plan/index.ts';
import type { Json } from '../text/index.ts';

/** The result of sending a request. */
export type SendResult = Response | NoResponse;

/** By name in lower case. */
export type Headers = { readonly [name: string]: string };

export interface Response {
  readonly kind: 'response';
  readonly status: number;
  readonly body: Json;
  /** Those of HTTP; a read of a bucket has none. */
  readonly headers?: Headers;
  readonly warnings: readonly string[];
  /** When the server wants to be asked again (`Retry-After`). */
  readonly retry_after_ms?: number;
  /** Advice of the client, if the response is an error. */
  readonly advice?: Advice;
  /** Why its body was not read: the status says what became of the request, and nothing else is known of it. */
  readonly unreadable?: Unreadable;
}

/** A limit of this program that a response's body exceeds: in bytes, or in levels of lists and mappings in each other. */
export type Unreadable =
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'too-deep'; readonly levels: number };

/** No response. `sent: maybe` is ambiguous: the request may have taken effect. */
export interface NoResponse {
  readonly kind: 'no-response';
  readonly sent: 'no' | 'maybe';
  readonly cause: NoResponseCause;
  /** The words of the library or system, where there are any. */
  readonly message?: string;
  /** Of `timeout`: how long it was waited for. */
  readonly timeout_ms?: number;
}

export type NoResponseCause =
  | 'timeout'
  /** The response is not valid JSON. */
  | 'not-json'
  /** Nor is it what OSS responds. */
  | 'not-oss'
  /** Its content coding is not known, or it is not what the coding says. */
  | 'not-decodable'
  | 'connection-refused'
  | 'unknown-host'
  | 'certificate'
  | 'tls'
  /** Any other failure of the network or of the library. */
  | 'network'
  /** The environment has no such connection or identity, or one of a kind that does not know such calls. */
  | 'unknown-connection'
  | 'unknown-identity'
  | 'wrong-kind'
  /** With the secrets in it the request cannot be made, such as by a helper that does not take them. */
  | 'not-rendered'
  /** HTTP cannot carry it, such as a line break in a header. */
  | 'unsendable'
  /** A dry run sends no write. */
  | 'dry-run'
  /** A bug of the client. */
  | 'exception';

interface Judged {
  readonly passed: boolean;
  /** The author's words, where it did not pass. */
  readonly message?: string;
}

/** An assertion about the status code of a response. */
export interface StatusAssertion extends Judged {
  readonly of: 'status';
  /** Numbers or classes, `2xx`. */
  readonly expect: PlannedExpect['status'];
  readonly actual: number;
}

/** An assertion about a value of a response. */
interface ValueAssertion extends Judged {
  readonly subject: string;
  /** A literal or a matcher. */
  readonly expect: Json;
  /** null where there is nothing. */
  readonly actual: Json;
}

/** An assertion about a header; the subject is its name. */
export interface HeaderAssertion extends ValueAssertion {
  readonly of: 'header';
}

/** An assertion about the body; the subject is a JMESPath. */
export interface BodyAssertion extends ValueAssertion {
  readonly of: 'body';
}

/** One assertion, redacted: data. `assertionText` of the reports makes a sentence of it. */
export type Assertion = StatusAssertion | HeaderAssertion | BodyAssertion;

/** Advice on an error as data: the change to make in the environment file or at the server. */
export type Advice =
  | { readonly kind: 'check-setting'; readonly connection: string; readonly setting: string }
  /** The secret that the setting refers to is wrong. */
  | { readonly kind: 'check-secret'; readonly connection: string; readonly setting: string }
  | { readonly kind: 'other-endpoint'; readonly connection: string; readonly endpoint: string; readonly region: string }
  /** Of a 401: this run has sent a restore of the users of this server, or may have. */
  | {
      readonly kind: 'users-restored';
      readonly connection: string;
      readonly snapshot: string;
      readonly certain: boolean;
    }
  | { readonly kind: 'needs-permissions'; readonly permissions: readonly string[] };

/** The server's own words for an error. */
export interface ServerError {
  /** Missing where it names none. */
  readonly type?: string;
  readonly reason: string;
  readonly advice?: Advice;
}
