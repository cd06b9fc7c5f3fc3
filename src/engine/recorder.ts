import type { Event, NewEvent } from './event.ts';
import { Cancelled, type Ports } from './ports.ts';
import type { Redactor } from './redactor.ts';

/** The way of every event into the journal. */
export interface Recorder {
  /** Stamps an event, takes the secrets out of it and gives it to the journal. @returns The time that it has stamped. */
  readonly record: (event: NewEvent) => Promise<string>;
  /** Knows the secrets of the run. */
  readonly redactor: Redactor;
  /** Returns why the journal could not be written; with a reserve on the disk it may be written again. */
  readonly problem: () => string | undefined;
  /** Returns whether the last event is in no journal. */
  readonly isUnrecorded: () => boolean;
}

export function createRecorder({ now, record }: Pick<Ports, 'now' | 'record'>, redactor: Redactor): Recorder {
  let problem: string | undefined;
  let isUnrecorded = false;
  return {
    redactor,
    record: async (event) => {
      const stamped: Event = { ...event, at: new Date(now()).toISOString() };
      try {
        await record(redactor.record(stamped));
        isUnrecorded = false;
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        // Without its record a run must not write; what cleans up goes on all the same.
        isUnrecorded = !(error instanceof Error && 'isKept' in error && error.isKept === true);
        problem ??= redactor.text(error instanceof Error ? error.message : String(error));
      }
      return stamped.at;
    },
    problem: () => problem,
    isUnrecorded: () => isUnrecorded,
  };
}
