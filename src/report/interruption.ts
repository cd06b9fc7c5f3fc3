import type { Event, RecordedCall, RunOptions } from '../engine/index.ts';
import { inert } from '../text/index.ts';

/** Follows a run, to say at a signal what is finished first, and what a second one would skip. */
export interface Course {
  readonly follow: (event: Event) => void;
  /** @param isFirst False of the signal that skips the rollback. */
  readonly stopText: (isFirst: boolean) => string;
}

type Started = Extract<Event, { type: 'step-started' }>;

/** Follows a run from its beginning; `rollback` is what it does after a failure. */
export function followCourse(rollback: RunOptions['rollback']): Course {
  let running: Started | undefined;
  let inFlight: RecordedCall | undefined;
  let isRollingBack = rollback === 'now';
  return {
    follow: (event) => {
      switch (event.type) {
        case 'step-started':
          if (event.kind === 'request') running = event;
          break;
        case 'step-finished':
          if (running?.step === event.step) running = undefined;
          break;
        case 'write-intended':
          inFlight = event.call;
          break;
        case 'response':
        case 'no-response':
          inFlight = undefined;
          break;
        case 'rollback-started':
          isRollingBack = true;
          break;
        default:
      }
    },
    stopText: (isFirst) => {
      const call = inFlight && `${inFlight.request} on ${inFlight.connection}`;
      const step = running && `${running.step} (${running.title})`;
      return inert(isFirst ? firstText(rollback, isRollingBack, call, step) : secondText(isRollingBack, call));
    },
  };
}

function firstText(
  rollback: RunOptions['rollback'],
  isRollingBack: boolean,
  call: string | undefined,
  step: string | undefined,
): string {
  const at = step === undefined ? '' : `; now: ${step}`;
  if (isRollingBack) return `the rollback continues${at}. A second signal stops it after the call in flight.`;
  const first =
    call === undefined
      ? `stopping${step === undefined ? '' : ` at ${step}`}`
      : `stopping after the call in flight, ${call}`;
  const then = 'any steps of always';
  return rollback === 'never'
    ? `${first}. Then: ${then}. No rollback, as requested.`
    : `${first}. Then: ${then}, and the rollback of what was sent. A second signal skips the rollback.`;
}

function secondText(isRollingBack: boolean, call: string | undefined): string {
  const first = call === undefined ? '' : ` after the call in flight, ${call}`;
  return isRollingBack
    ? `stopping the rollback${first}.`
    : `no rollback. Stopping${first}; any steps of always still run.`;
}
