import type { Request } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { Event } from './event.ts';

/** All that the interpreter has of the world. */
export interface Ports {
  /** Sends one request, once. Never throws for what a server or network does: that is a `failure`. */
  readonly send: (call: Call) => Promise<Answer>;
  /** Waits; ends early when the run is interrupted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A number from 0 up to, but not, 1: for the jitter of pauses. */
  readonly random: () => number;
  /** Asks a person. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Asks a person whether a step in doubt took effect; `unknown` where nobody can say. */
  readonly decide: (question: Question) => Promise<'done' | 'not-done' | 'unknown'>;
  /**
   * Keeps an event. A `write-intended` is on disk when this resolves. It rejects where the event cannot be kept, and, with
   * `isKept` in the error, where it is kept and there is hardly room for more: the run then ends, and cleans up.
   */
  readonly record: (event: Event) => Promise<void>;
  /** Encrypts a secret for the journal, so that a later process can undo what this one does. */
  readonly seal: (step: string, name: string, value: Json) => Promise<string>;
  /** Whether somebody wants the run to stop: once, or (for the second time) without a rollback. */
  readonly interruption: () => 'none' | 'stop' | 'stop-without-rollback';
}

/** A request as it is sent: rendered, secrets in place. It exists in memory only. */
export interface Call {
  readonly effect: 'read' | 'write';
  readonly request: Request;
  readonly timeout_ms: number;
  /** Sent as `x-opaque-id`: servers write it into their logs. */
  readonly opaque_id: string;
}

export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: Json;
      readonly warnings: readonly string[];
      /** When the server wants to be asked again (`Retry-After`). */
      readonly retry_after_ms?: number;
    }
  /** No answer. `sent: maybe` is ambiguous: the request may have taken effect. */
  | { readonly kind: 'failure'; readonly sent: 'no' | 'maybe'; readonly reason: string };

export interface Question {
  readonly step: string;
  readonly question: string;
}
