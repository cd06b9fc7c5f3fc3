import type { Condition, PlannedRequest } from '../plan/index.ts';
import { durationOf } from '../text/index.ts';
import { dependent } from './dry.ts';
import type { Finished } from './event.ts';
import { factsOf, hasStatus, judge, judgeConditions, reasonOf, saidBy } from './judge.ts';
import type { Answer } from './ports.ts';
import { type RenderedExpect, renderConditions, renderExpect } from './render.ts';
import { saveFrom } from './save.ts';
import { isTransient, type Rendered, render, send, sendRead } from './send.ts';
import { emit, type Here, isStopping, valuesIn } from './session.ts';
import { wait } from './wait.ts';

/** The longest that one poll waits for its answer. */
const longestPoll = 60_000;
/** How long a poll goes on while the server does not answer at all: it may be restarting. */
const longestSilence = 300_000;

/** Sends a read, polls where it has an `until`, asserts and saves. */
export async function runRead(node: PlannedRequest, here: Here): Promise<Finished> {
  const { session, frame, id } = here;
  const { redactor } = session.options;
  const rendered = render(node.request, here);
  const expect = renderExpect(node.expect, valuesIn(session, frame));
  const answer = node.until
    ? await poll(node, node.until, rendered, expect, here)
    : await sendRead(rendered, { ...node, expect }, 'step', here);
  if ('finished' in answer) return answer.finished;
  if (answer.kind === 'failure') return dependent(node, { outcome: 'failed', reason: answer.reason }, session);
  const assertions = judge(expect, answer, redactor);
  for (const assertion of assertions) await emit(session, { type: 'asserted', step: id, ...assertion });
  const reason = reasonOf(assertions, answer, redactor);
  if (reason !== undefined)
    return dependent(node, { outcome: 'failed', reason }, session, factsOf(assertions, redactor));
  return { outcome: 'done', ...(await saveFrom(answer, node, here)) };
}

/** The first answer that meets the conditions, or is none that could; or how the step ended without one. */
async function poll(
  node: PlannedRequest,
  until: readonly Condition[],
  rendered: Rendered,
  expect: RenderedExpect,
  here: Here,
): Promise<Answer | { readonly finished: Finished }> {
  const { session, frame } = here;
  const { redactor } = session.options;
  const conditions = renderConditions(until, valuesIn(session, frame));
  const deadline = session.ports.now() + node.timeout_ms;
  const every = node.every_ms ?? 0;
  let silentSince: number | undefined;
  for (;;) {
    const now = session.ports.now();
    const timeout_ms = Math.min(longestPoll, Math.max(1, deadline - now));
    const answer = await send(rendered, { effect: 'read', timeout_ms, purpose: 'step', expect, save: node.save }, here);
    const isAnswered = answer.kind === 'answer' && hasStatus(expect, answer.status);
    silentSince = isAnswered ? undefined : (silentSince ?? now);
    if (!isAnswered && (!isTransient(answer) || now - (silentSince ?? now) > longestSilence)) return answer;
    const unmet = isAnswered ? judgeConditions(conditions, answer.body, redactor).filter(({ holds }) => !holds) : [];
    if (isAnswered && unmet.length === 0) return answer;
    const reason = isAnswered
      ? unmet
          .map(({ subject, seen, expected }) => `${subject} is ${redactor.inOneLine(seen)}, waiting for ${expected}`)
          .join('; ')
      : saidBy(answer);
    if (session.isDry) return { finished: dependent(node, { outcome: 'failed', reason }, session) };
    const pause = Math.max(every, answer.kind === 'answer' ? (answer.retry_after_ms ?? 0) : 0);
    if (session.ports.now() + pause > deadline) {
      return { finished: { outcome: 'failed', reason: `timed out after ${durationOf(node.timeout_ms)}: ${reason}` } };
    }
    if (!isStopping(session, frame)) await wait(here, reason, pause);
    if (isStopping(session, frame)) return { finished: { outcome: 'interrupted', reason } };
  }
}
