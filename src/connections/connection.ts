import type { Answer, Call } from '../engine/index.ts';

/** An open connection. */
export interface Connection {
  /** Sends once. What a server or network does is in the answer; it never throws for that. */
  readonly send: (call: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
}
