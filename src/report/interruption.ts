import type { Event, RecordedCall, RunOptions } from '../engine/index.ts';
import { inert } from '../text/index.ts';
import { listText } from './live/outages.ts';

/** Follows a run, to say at a signal what is finished first, and what a second one would skip. */
export interface Course {
  readonly follow: (event: Event) => void;
  /** @param isFirst False of the signal that skips the rollback. */
  readonly stopText: (isFirst: boolean) => string;
}

type Started = Extract<Event, { type: 'step-started' }>;

/** Follows a run from its beginning; `rollback` is what it does after a failure. */
export function followCourse(rollback: RunOptions['rollback']): Course {
  /** Several where iterations run side by side. */
  const running = new Map<string, Started>();
  const inFlight = new Map<string, RecordedCall>();
  let isRollingBack = rollback === 'now';
  return {
    follow: (event) => {
      switch (event.type) {
        case 'step-started':
          if (event.kind === 'request') running.set(event.step, event);
          break;
        case 'step-finished':
          running.delete(event.step);
          break;
        case 'write-intended':
          inFlight.set(event.call.opaque_id, event.call);
          break;
        case 'response':
        case 'no-response':
          inFlight.delete(event.call.opaque_id);
          break;
        case 'rollback-started':
          isRollingBack = true;
          break;
        default:
      }
    },
    stopText: (isFirst) => {
      const calls = [...inFlight.values()].map(({ request, connection }) => `${request} on ${connection}`);
      const steps = [...running.values()].map(({ step, title }) => `${step} (${title})`);
      return inert(isFirst ? firstText(rollback, isRollingBack, calls, steps) : secondText(isRollingBack, calls));
    },
  };
}

function firstText(
  rollback: RunOptions['rollback'],
  isRollingBack: boolean,
  calls: readonly string[],
  steps: readonly string[],
): string {
  const at = steps.length === 0 ? '' : `; now: ${listText(steps)}`;
  if (isRollingBack) return `the rollback continues${at}. A second signal stops it after the call in flight.`;
  const first =
    calls.length === 0
      ? `stopping${steps.length === 0 ? '' : ` at ${listText(steps)}`}`
      : `stopping ${afterText(calls)}`;
  const then = 'any steps of always';
  return rollback === 'never'
    ? `${first}. Then: ${then}. No rollback, as requested.`
    : `${first}. Then: ${then}, and the rollback of what was sent. A second signal skips the rollback.`;
}

function afterText(calls: readonly string[]): string {
  return `after the ${calls.length === 1 ? 'call' : 'calls'} in flight, ${listText(calls)}`;
}

function secondText(isRollingBack: boolean, calls: readonly string[]): string {
  const first = calls.length === 0 ? '' : ` ${afterText(calls)}`;
  return isRollingBack
    ? `stopping the rollback${first}.`
    : `no rollback. Stopping${first}; any steps of always still run.`;
}
