import { durationOf, evaluateValue, inOneLine } from '../language/index.ts';
import type { Condition, PlannedExpect, PlannedRequest } from '../plan/index.ts';
import { factsOf, hasStatus, judge, judgeConditions, reasonOf } from './judge.ts';
import type { Answer } from './ports.ts';
import { lookupAtRun, renderExpect } from './render.ts';
import { saveFrom } from './save.ts';
import { type Rendered, render, sendRead } from './send.ts';
import { emit, type Finished, type Here, isStopping, type Session, valuesIn, wait } from './session.ts';

/** The longest that one poll waits for its answer. */
const longestPoll = 60_000;

/** Sends a read, polls where it has an `until`, asserts and saves. */
export async function runRead(node: PlannedRequest, here: Here): Promise<Finished> {
  const { session, frame, id } = here;
  const rendered = render(node.request, here);
  const expect = renderExpect(node.expect, lookupAtRun(valuesIn(session, frame), 'sent'));
  const answer = node.until
    ? await poll(node, node.until, rendered, expect, here)
    : await sendRead(rendered, { ...node, expect }, 'step', here);
  if ('finished' in answer) return answer.finished;
  if (answer.kind === 'failure') return dependent(session, { outcome: 'failed', reason: answer.reason });
  const assertions = judge(expect, answer);
  for (const assertion of assertions) await emit(session, { type: 'asserted', step: id, ...assertion });
  const reason = reasonOf(assertions, answer);
  if (reason !== undefined) return dependent(session, { outcome: 'failed', reason }, factsOf(assertions));
  return { outcome: 'done', ...saveFrom(answer, node, here) };
}

/** In a dry run, a read behind a predicted write sees the world without that write. */
function dependent({ isDry, predicted }: Session, finished: Finished, facts = finished.reason): Finished {
  if (!isDry || predicted === 0) return finished;
  return { outcome: 'depends', ...(facts === undefined ? {} : { reason: `now ${facts}` }) };
}

/** The first answer that meets the conditions, or is none that could; or how the step ended without one. */
async function poll(
  node: PlannedRequest,
  until: readonly Condition[],
  rendered: Rendered,
  expect: PlannedExpect,
  here: Here,
): Promise<Answer | { readonly finished: Finished }> {
  const { session, frame } = here;
  const lookup = lookupAtRun(valuesIn(session, frame), 'sent');
  const conditions = until.map((condition) => ({ ...condition, expect: evaluateValue(condition.expect, lookup) }));
  const deadline = session.ports.now() + node.timeout_ms;
  const every = node.every_ms ?? 0;
  for (;;) {
    const timeout_ms = Math.min(longestPoll, Math.max(1, deadline - session.ports.now()));
    const answer = await sendRead(rendered, { expect, retry: node.retry, timeout_ms }, 'step', here);
    if (answer.kind === 'failure' || !hasStatus(expect, answer.status)) return answer;
    const unmet = judgeConditions(conditions, answer.body).filter((assertion) => !assertion.holds);
    if (unmet.length === 0) return answer;
    const reason = unmet
      .map(({ subject, seen, expected }) => `${subject} is ${inOneLine(seen)}, waiting for ${expected}`)
      .join('; ');
    if (session.isDry) return { finished: dependent(session, { outcome: 'failed', reason }) };
    if (session.ports.now() + every > deadline) {
      return { finished: { outcome: 'failed', reason: `timed out after ${durationOf(node.timeout_ms)}: ${reason}` } };
    }
    if (!isStopping(session, frame)) await wait(here, reason, every);
    if (isStopping(session, frame)) return { finished: { outcome: 'interrupted', reason } };
  }
}
