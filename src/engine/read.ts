import type { Condition, PlannedRequest } from '../plan/index.ts';
import { isObject } from '../text/index.ts';
import { errorOf, hasStatus, judgeConditions } from './assertion.ts';
import { dependent, writeBefore, writeToWaitFor } from './dry-run.ts';
import type { StepResult } from './event.ts';
import { unwanted } from './exchange.ts';
import { watchProgress } from './progress.ts';
import type { Reason } from './reason.ts';
import { type Rendered, renderConditions, renderExpect, renderSave, renderText } from './render.ts';
import type { SendResult } from './result.ts';
import { isTransient } from './retry.ts';
import { assess, renderRead, type Sending, send, sendRead, wait } from './send.ts';
import { isStopping, type StepContext, valuesIn } from './session.ts';

/** The longest that one poll waits for its response. */
const longestPoll = 60_000;
/** Of what is waited for, so much stands in each event, in characters of JSON: there may be thousands of them. */
const longestWaiting = 200;
/** How long a poll goes on while the server does not respond at all: it may be restarting. */
const longestSilence = 300_000;

/** What a read expects of its response, and what it saves of it. */
type Expected = Pick<Sending, 'expect' | 'save'>;

/** Sends a read, polls where it has an `until`, asserts and saves. */
export async function runRead(node: PlannedRequest, context: StepContext): Promise<StepResult> {
  const { session, frame } = context;
  const values = valuesIn(session, frame);
  const rendered = renderRead(node.request, context);
  const expected: Expected = {
    expect: renderExpect(node.expect, values),
    save: node.save && renderSave(node.save, values),
  };
  const awaited = writeToWaitFor(rendered.sent, session);
  if (awaited !== undefined) return { outcome: 'depends', depends_on: awaited };
  const result = node.until
    ? await poll(node, node.until, rendered, expected, context)
    : await sendRead(rendered, { ...node, ...expected, purpose: 'step' }, context);
  if (!('kind' in result)) return result;
  if (result.kind === 'no-response') return dependent(rendered.sent, result, session);
  const assessed = await assess(expected, result, context);
  const { outcome, reason } = assessed;
  const before = outcome === 'done' && node.save ? writeBefore(rendered.sent, session, result.status) : undefined;
  if (before !== undefined) session.prediction.provisional.set(context.id, before);
  return outcome === 'failed' && reason ? dependent(rendered.sent, reason, session) : assessed;
}

/** The first response that meets the conditions, or is none that could; or how the step ended without one. */
async function poll(
  node: PlannedRequest,
  until: readonly Condition[],
  rendered: Rendered,
  { expect, save }: Expected,
  context: StepContext,
): Promise<SendResult | StepResult> {
  const { session, frame } = context;
  const { ports, options } = session;
  const conditions = renderConditions(until, valuesIn(session, frame));
  const purpose = node.waiting === undefined ? {} : { waiting_for: renderText(node.waiting, valuesIn(session, frame)) };
  const deadline = ports.monotonic() + node.timeout_ms;
  const every = node.every_ms ?? 0;
  const progress = watchProgress(node, context);
  let silentSince: number | undefined;
  for (;;) {
    const now = ports.monotonic();
    const timeout_ms = Math.min(longestPoll, Math.max(1, deadline - now));
    const sending = { effect: 'read', timeout_ms, purpose: 'step', expect, save } as const;
    const result = await send(rendered, sending, context);
    const isAnswered = result.kind === 'response' && hasStatus(expect, result.status);
    // A health that was waited for is a 408 when its own time is over (docs/how-servers-behave.md, M2): its body says how far it is.
    const has408 = !isAnswered && result.kind === 'response' && result.status === 408;
    const isTold = isAnswered || (has408 && isObject(result.body) && !errorOf(result, options.redactor));
    silentSince = isTold ? undefined : (silentSince ?? now);
    if (!isAnswered && ((!has408 && !isTransient(result)) || now - (silentSince ?? now) > longestSilence))
      return result;
    if (isAnswered && result.unreadable) return result;
    const unmet = isTold
      ? judgeConditions(conditions, result.body, options.redactor, { limit: longestWaiting }).filter(
          ({ passed }) => !passed,
        )
      : [];
    if (isAnswered && unmet.length === 0) return result;
    const reason: Reason =
      unmet.length > 0 ? { kind: 'condition-not-yet-met', unmet } : unwanted(result, options.redactor);
    if (session.isDry) return dependent(rendered.sent, reason, session);
    if (isTold && result.kind === 'response' && !isStopping(session, frame))
      await progress.look(result, deadline - ports.monotonic() - every);
    const left = deadline - ports.monotonic();
    // A server that asks for more than the rest of the time does not end the poll before its time.
    const asked = result.kind === 'response' ? Math.min(result.retry_after_ms ?? 0, left / 2) : 0;
    const pause = Math.max(every, Math.round(asked));
    if (pause > left || left <= 0)
      return {
        outcome: 'failed',
        reason: { kind: 'timed-out', timeout_ms: node.timeout_ms, ...purpose, cause: reason },
      };
    if (!isStopping(session, frame)) await wait(context, reason, pause, purpose);
    if (isStopping(session, frame)) return { outcome: 'interrupted', reason };
  }
}
