import { TemplateError } from '../language/index.ts';
import type { PlannedExpect, PlannedRequest } from '../plan/index.ts';
import { type Effect, effectOf } from './effect.ts';
import { type Answered, hasStatus, judge, reasonOf } from './judge.ts';
import type { Answer } from './ports.ts';
import { lookupAtRun, renderExpect } from './render.ts';
import { saveFrom } from './save.ts';
import { type Rendered, recorded, render, saidBy, send } from './send.ts';
import { emit, type Finished, type Here, isCleanup, isStopping, type Undo, valuesIn, wait } from './session.ts';
import { mayHaveBeenSent } from './undo.ts';

/** After an ambiguous answer the effect may still be on its way: read back this often, with these pauses before it. */
const readBackPauses = [0, 1_000, 2_000, 3_000, 5_000];
/** Answers of proxies, and of servers that gave up waiting: the write may have taken effect. */
const ambiguousStatuses = [408, 502, 503, 504];

/** Sends a write unless its effect is there; reads back what is ambiguous; asserts and saves. */
export async function runWrite(node: PlannedRequest, here: Here, undo: Undo | undefined): Promise<Finished> {
  const { session, frame } = here;
  const rendered = render(node.request, here);
  const expect = renderExpect(node.expect, lookupAtRun(valuesIn(session, frame), 'sent'));
  if (node.done_when) {
    const effect = await effectOf(node.done_when, here);
    if (effect.state === 'there') return { outcome: 'unchanged' };
    if (effect.state === 'unknown') {
      const reason = `not sent: whether its effect is there already cannot be told: ${effect.reason}`;
      return { outcome: 'failed', reason };
    }
    if (isStopping(session, frame)) return { outcome: 'interrupted' };
  }
  for (let attempt = 1; ; attempt++) {
    const { finished, mayRetry } = await writeOnce(node, rendered, expect, attempt, here, undo);
    if (!mayRetry || attempt >= node.retry.attempts || isStopping(session, frame)) return finished;
    await wait(here, finished.reason ?? 'failed', node.retry.delay_ms * 2 ** (attempt - 1));
  }
}

/** What a dry run says of a write. */
export async function predictWrite(node: PlannedRequest, here: Here): Promise<Finished> {
  const { session } = here;
  try {
    render(node.request, here);
    const effect: Effect = node.done_when ? await effectOf(node.done_when, here) : { state: 'not-there', reason: '' };
    if (effect.state === 'there') return { outcome: 'unchanged' };
    session.predicted++;
    if (effect.state === 'not-there') return { outcome: 'would-send' };
    return { outcome: 'would-send', reason: `whether it is there already is unknown: ${effect.reason}` };
  } catch (error) {
    if (!(error instanceof TemplateError) || session.predicted === 0) throw error;
    session.predicted++;
    return { outcome: 'would-send', reason: `what exactly depends on earlier steps: ${error.message}` };
  }
}

interface Attempt {
  readonly finished: Finished;
  /** Whether the author's `retry` may send it again. */
  readonly mayRetry: boolean;
}

async function writeOnce(
  node: PlannedRequest,
  rendered: Rendered,
  expect: PlannedExpect,
  attempt: number,
  here: Here,
  undo: Undo | undefined,
): Promise<Attempt> {
  const { session, frame, id } = here;
  const call = recorded(rendered, 'write', 'step', here);
  await emit(session, { type: 'write-intended', step: id, attempt, call });
  if (session.journalProblem !== undefined && !isCleanup(frame)) {
    const reason = `not sent: the journal cannot be written (${session.journalProblem})`;
    return { finished: { outcome: 'failed', reason }, mayRetry: false };
  }
  const answer = await send(rendered, 'write', node.timeout_ms, 'step', here);
  if (answer.kind === 'failure' && answer.sent === 'no') {
    return { finished: { outcome: 'failed', reason: `not sent: ${answer.reason}` }, mayRetry: true };
  }
  session.writes++;
  if (!isRefused(answer)) mayHaveBeenSent(frame, undo);
  if (answer.kind === 'failure' || (ambiguousStatuses.includes(answer.status) && !hasStatus(expect, answer.status))) {
    return readBack(node, saidBy(answer), here);
  }
  return judged(node, expect, answer, here);
}

/** A 4xx says that nothing took effect (docs/decisions/0003). */
function isRefused(answer: Answer): boolean {
  return answer.kind === 'answer' && answer.status >= 400 && answer.status < 500 && answer.status !== 408;
}

async function judged(node: PlannedRequest, expect: PlannedExpect, answer: Answered, here: Here): Promise<Attempt> {
  const assertions = judge(expect, answer);
  for (const assertion of assertions) await emit(here.session, { type: 'asserted', step: here.id, ...assertion });
  const reason = reasonOf(assertions, answer);
  if (reason === undefined) return { finished: { outcome: 'done', ...saveFrom(answer, node, here) }, mayRetry: false };
  return { finished: { outcome: 'failed', reason }, mayRetry: answer.status >= 500 || answer.status === 429 };
}

/** Nobody knows whether the write took effect: its `done_when` tells, or it stays in doubt. */
async function readBack(node: PlannedRequest, said: string, here: Here): Promise<Attempt> {
  if (!node.done_when) {
    const reason = `${said}; it may have taken effect, and the step has no done_when that could tell. Look at the server before you run this again.`;
    // Who writes `retry` says that sending it again does no harm.
    return { finished: { outcome: 'in-doubt', reason }, mayRetry: true };
  }
  let effect: Effect = { state: 'unknown', reason: said };
  for (const pause of readBackPauses) {
    if (pause > 0) await wait(here, `${said}; reading back whether it took effect`, pause);
    effect = await effectOf(node.done_when, here);
    if (effect.state === 'there') {
      return { finished: { outcome: 'done', reason: `${said}; read back: it took effect` }, mayRetry: false };
    }
  }
  if (effect.state === 'unknown') {
    const reason = `${said}; reading back did not tell: ${effect.reason}`;
    return { finished: { outcome: 'in-doubt', reason }, mayRetry: false };
  }
  const reason = `${said}; read back: it did not take effect (${effect.reason})`;
  return { finished: { outcome: 'failed', reason }, mayRetry: true };
}
