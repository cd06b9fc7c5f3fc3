import type { PlannedRequest } from '../plan/index.ts';
import type { ResponseMissing } from './event.ts';
import type { Ports } from './ports.ts';
import type { NoResponse, NoResponseCause, SendResult } from './result.ts';

/** The policy for retries of a request. `budget_ms`: no pause begins that would end later than this after the first response. */
export type Retry = PlannedRequest['retry'];

const longestPause = 30_000;

/** Statuses after which a read is sent again. */
const transientStatuses = [429, 502, 503, 504];

/** Causes that the next attempt would meet again: what is wrong is in the request, or on this side. */
const lastingCauses: readonly NoResponseCause[] = [
  ...(['unsendable', 'not-rendered', 'unknown-connection', 'unknown-identity', 'wrong-kind', 'dry-run'] as const),
];

/** Returns whether a read is worth sending again, and a write that was not sent. */
export function isTransient(result: SendResult): boolean {
  return result.kind === 'no-response'
    ? !lastingCauses.includes(result.cause)
    : transientStatuses.includes(result.status);
}

/** A 4xx says that nothing took effect (docs/decisions/0003). */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** How a request has ended, as far as it matters to what it changed. */
export type Ending = { readonly kind: 'response'; readonly status: number } | Pick<NoResponse, 'kind' | 'sent'>;

/** Returns whether a request may have taken effect. */
export function mayHaveEffect(ending: Ending): boolean {
  return ending.kind === 'response' ? !isRefusal(ending.status) : ending.sent === 'maybe';
}

/** Returns whether a request without a response may have been sent. */
export function sentIn({ reason }: Pick<ResponseMissing, 'reason'>): 'no' | 'maybe' {
  return reason.kind === 'no-response' ? reason.sent : 'no';
}

/** Returns whether a status says that a write took effect. */
export function hasSucceeded(status: number): boolean {
  return status >= 200 && status < 400;
}

/**
 * The pause before the next attempt: twice as long each time, between half of it and the whole at random, so that many
 * runs do not come back at the same moment; at least as long as the server asks for. Undefined where there is no next one.
 * @param attempt The next one, from 2.
 * @param first When the first result came, by the monotonic clock.
 */
export function pauseBefore(
  attempt: number,
  retry: Retry,
  result: SendResult,
  first: number,
  { monotonic, random }: Pick<Ports, 'monotonic' | 'random'>,
): number | undefined {
  if (attempt > retry.attempts) return undefined;
  const whole = Math.min(longestPause, retry.delay_ms * 2 ** (attempt - 2));
  const asked = result.kind === 'response' ? (result.retry_after_ms ?? 0) : 0;
  const pause = Math.max(asked, Math.round(whole * (0.5 + random() / 2)));
  return monotonic() + pause - first > retry.budget_ms ? undefined : pause;
}
