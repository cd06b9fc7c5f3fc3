import { type Event, plannedAmong, type Reason, type RecordedCall } from '../engine/index.ts';
import { nodesIn, type Plan } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { durationOf } from '../text/index.ts';
import { connectionText, contentInOneLine, requestText } from './outline.ts';
import { actualText, errorText, expectedText, reasonText, subjectOf } from './reason-text.ts';

type Finished = Extract<Event, { type: 'step-finished' }>;

/** One fact about a failure; without a label it speaks for itself. */
export interface Fact {
  readonly label?: 'call' | 'expected' | 'actual' | 'server' | 'reason' | 'at';
  readonly text: string;
}

/** A step that has failed or has an unknown outcome, and all that is known about it. */
export interface Failure {
  readonly step: Finished;
  readonly facts: readonly Fact[];
}

/** Longer values are cut to this many characters: `runbook show` has all that is recorded. */
const longestValue = 1_000;

/**
 * Follows a run from its beginning.
 * @returns What takes its events, one after the other, and returns the failure that one is.
 */
export function followFailures(plan: Plan): (event: Event) => Failure | undefined {
  const planned = new Map(
    nodesIn(plan).flatMap(({ node }) => (node.kind === 'request' ? [[node.id, node.request] as const] : [])),
  );
  const plannedOf = plannedAmong(planned);
  const calls = new Map<string, RecordedCall>();
  return (event) => {
    switch (event.type) {
      case 'write-intended':
      case 'response':
      case 'no-response':
        // What asks about a write is no evidence of what the write was.
        if (event.purpose !== 'lock' && (event.purpose === 'step' || !calls.has(event.step)))
          calls.set(event.step, event.call);
        return undefined;
      case 'step-finished': {
        const call = calls.get(event.step);
        calls.delete(event.step);
        const isFailure = event.outcome === 'failed' || event.outcome === 'in-doubt';
        if (!isFailure || event.reason === undefined || event.phase === 'evidence') return undefined;
        const request = planned.get(plannedOf(event.step)?.id ?? '');
        const unsent = request && `${requestText(request)} on ${connectionText(request)} (not sent)`;
        const text = call ? sentText(call) : unsent;
        const facts = factsOf(event.reason);
        return {
          step: event,
          facts: [
            ...facts.filter(({ label }) => label === undefined),
            ...(text === undefined ? [] : [{ label: 'call' as const, text }]),
            ...facts.filter(({ label }) => label !== undefined),
            { label: 'at', text: event.place },
          ],
        };
      }
      default:
        return undefined;
    }
  };
}

function sentText(call: RecordedCall): string {
  const query = call.query === undefined ? '' : ` ${inOneLine(call.query, 200)}`;
  return `${call.request} on ${connectionText(call)}${query}${contentInOneLine(call, 200)}`;
}

/** What speaks for itself, what was expected and seen, the server's words. */
function factsOf(reason: Reason): Fact[] {
  switch (reason.kind) {
    case 'unexpected-response': {
      const words = reason.failed.flatMap(({ message }) => (message === undefined ? [] : [message]));
      return [...[...new Set(words)].map((text) => ({ text })), ...reason.failed.flatMap(compared), ...said(reason)];
    }
    case 'condition-not-yet-met':
      return reason.unmet.flatMap(compared);
    case 'response':
      return [{ label: 'actual', text: `status ${reason.status}` }, ...said(reason)];
    case 'timed-out': {
      const what = reason.waiting_for === undefined ? '' : ` waiting for ${reason.waiting_for}`;
      return [{ text: `timed out after ${durationOf(reason.timeout_ms)}${what}` }, ...factsOf(reason.cause)];
    }
    default:
      return [{ label: 'reason', text: reasonText(reason) }];
  }
}

function compared(assertion: Parameters<typeof actualText>[0]): Fact[] {
  const subject = `${subjectOf(assertion)}${assertion.of === 'status' ? '' : ':'}`;
  return [
    { label: 'expected', text: `${subject} ${expectedText(assertion)}` },
    { label: 'actual', text: `${subject} ${actualText(assertion, longestValue)}` },
  ];
}

function said({ error }: Pick<Extract<Reason, { kind: 'response' }>, 'error'>): Fact[] {
  return error ? [{ label: 'server', text: errorText(error) }] : [];
}
