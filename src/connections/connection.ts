import type { Call, SendResult } from '../engine/index.ts';

/** An open connection. */
export interface Connection {
  /** Sends once. What a server or network does is in the response; it never throws for that. */
  readonly send: (call: Call) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}
