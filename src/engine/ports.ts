import type { Request } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { Event, ShownCall } from './event.ts';
import type { Reason } from './reason.ts';
import type { SendResult } from './result.ts';

/**
 * All that the interpreter has of the world. Whatever a port rejects with ends the step at most, and the run goes on to clean
 * up; only `Cancelled` ends the run where it is.
 */
export interface Ports {
  /** Sends one request, once. What a server or network does is in the result. */
  readonly send: (call: Call) => Promise<SendResult>;
  /** Waits; ends early when the run is interrupted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970, by a clock that somebody may set: for what is compared with dates, and for nothing else. */
  readonly now: () => number;
  /** Milliseconds by a clock that nobody sets and that only goes forward: for everything that takes time. */
  readonly monotonic: () => number;
  /** A number from 0 up to, but not, 1: for the jitter of pauses. */
  readonly random: () => number;
  /** Asks a person. */
  readonly confirm: (question: Question) => Promise<Answer>;
  /** Asks a person whether a step of unknown outcome took effect; `unknown` where nobody can say. */
  readonly decide: (question: Doubt) => Promise<'done' | 'not-done' | 'unknown'>;
  /**
   * Keeps an event. A `write-intended` is on disk when this resolves. It rejects where the event cannot be kept, and, with
   * `isKept` in the error, where it is kept and there is hardly room for more: the run then ends, and cleans up.
   */
  readonly record: (event: Event) => Promise<void>;
  /** Encrypts a secret for the journal, so that a later process can roll back what this one does. */
  readonly seal: (step: string, name: string, value: Json) => Promise<string>;
  /**
   * Calls an action every so many milliseconds, also while the run waits for a response, and never twice at once. What the
   * action rejects with is left aside. Returns what ends it, once a call under way has ended.
   */
  readonly every: (milliseconds: number, action: () => Promise<void>) => () => Promise<void>;
  /** Returns whether a process (`RunOptions.process`) is at work; `unknown` where this machine cannot tell. */
  readonly stateOf: (process: string) => 'alive' | 'ended' | 'unknown';
  /** Returns whether somebody wants the run to stop: once, or (for the second time) without a rollback. */
  readonly interruption: () => 'none' | 'stop' | 'stop-without-rollback';
}

/**
 * Thrown by a port, it ends the run at once, without `always` and without a rollback: its process is taken away, as a
 * workflow engine does. `run` rejects with it; the run is unfinished, and is resumed from its journal.
 */
export class Cancelled extends Error {}

/** Once one of the ports has thrown `Cancelled`, each of them does: what runs beside it ends as well. */
export function cancelledTogether(ports: Ports): Ports {
  let cancelled: Cancelled | undefined;
  const together =
    <A extends unknown[], R>(port: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (cancelled) throw cancelled;
      try {
        return await port(...given);
      } catch (error) {
        if (error instanceof Cancelled) cancelled ??= error;
        throw error;
      }
    };
  const { send, sleep, confirm, decide, record, seal } = ports;
  return {
    ...ports,
    ...{ send: together(send), sleep: together(sleep), confirm: together(confirm) },
    ...{ decide: together(decide), record: together(record), seal: together(seal) },
  };
}

/**
 * A request as it is sent. Texts in it are templates in canonical form, in which nothing but references to secret inputs is
 * left (`{{inputs.NAME}}`): who sends it evaluates them. What steps have saved, secrets too, stands in it.
 */
export interface Call {
  readonly effect: 'read' | 'write';
  readonly request: Request;
  readonly timeout_ms: number;
  /** Sent as `x-opaque-id`: servers write it into their logs. */
  readonly opaque_id: string;
}

export interface Question {
  readonly step: string;
  readonly question: string;
  /** The writes that follow, as far as they are known: with the names that earlier steps have saved. */
  readonly calls: readonly ShownCall[];
  /** False where the run cannot wait here: a block around the step has something to put right in its `always`. */
  readonly canWait: boolean;
}

/**
 * `no`: the step fails, and the run is rolled back where that is wanted. `later`: the run stops here and can be resumed; where
 * it cannot wait, that is a `no`.
 */
export type Answer = 'yes' | 'no' | 'later';

/** A step of unknown outcome: what it was to do, and why nobody knows whether it did. */
export interface Doubt {
  readonly step: string;
  readonly title: string;
  readonly reason: Reason;
}
