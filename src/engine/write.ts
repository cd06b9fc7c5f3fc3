import { patience } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import { dependentOn } from './dry.ts';
import { type Effect, effectOf } from './effect.ts';
import type { Finished } from './event.ts';
import { type Answered, hasStatus, judge, reasonOf, saidBy } from './judge.ts';
import { keepLocks, takeLocks } from './lock.ts';
import { isRefusal, type PastStep } from './past.ts';
import type { Answer } from './ports.ts';
import { type RenderedExpect, renderExpect, renderText } from './render.ts';
import { saveFrom } from './save.ts';
import { pauseBefore, type Rendered, recorded, render, send } from './send.ts';
import { emit, type Here, isCleanup, isStopping, pastOfStep, type Undo, valuesIn } from './session.ts';
import { mayHaveBeenSent } from './undo.ts';
import { wait } from './wait.ts';

/** After an ambiguous answer the effect may still be on its way: read back this often, with these pauses before it. */
const readBackPauses = [0, 1_000, 2_000, 3_000, 5_000];
const longestReadBackPause = 5_000;
/** Answers of proxies, and of servers that gave up waiting: the write may have taken effect. */
const ambiguousStatuses = [408, 502, 503, 504];

/** Sends a write unless its effect is there; reads back what is ambiguous; asserts and saves. */
export async function runWrite(node: PlannedRequest, here: Here, undo: Undo | undefined): Promise<Finished> {
  const { session, frame } = here;
  const rendered = render(node.request, here);
  const expect = renderExpect(node.expect, valuesIn(session, frame));
  const past = pastOfStep(here);
  if (past && past.attempts > 0) {
    const settled = await settle(node, past, expect, here);
    if (settled) return settled;
    if (isStopping(session, frame)) return { outcome: 'interrupted' };
  }
  if (node.done_when) {
    const effect = await effectOf(node.done_when, here);
    if (effect.state === 'there') return { outcome: 'unchanged' };
    if (effect.state === 'unknown') {
      const reason = `not sent: whether its effect is there already cannot be told: ${effect.reason}`;
      return { outcome: 'failed', reason };
    }
    if (isStopping(session, frame)) return { outcome: 'interrupted' };
  }
  const locked = isCleanup(frame) ? undefined : await takeLocks(session);
  if (locked !== undefined) return { outcome: 'failed', reason: `not sent: ${locked}` };
  for (;;) {
    const finished = await sendWrite(node, rendered, expect, here, undo);
    if (finished.outcome !== 'in-doubt' || node.on_unknown !== 'suspend') return finished;
    const settled = await decided(node, finished.reason ?? 'nobody knows whether it took effect', here);
    if (settled) return settled;
  }
}

/** Sends until there is an outcome: again where nothing has left this machine, and where the author's `retry` allows it. */
async function sendWrite(
  node: PlannedRequest,
  rendered: Rendered,
  expect: RenderedExpect,
  here: Here,
  undo: Undo | undefined,
): Promise<Finished> {
  const { session, frame } = here;
  const earlier = pastOfStep(here)?.attempts ?? 0;
  let first: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const { finished, again, answer } = await writeOnce(node, rendered, expect, earlier + attempt, here, undo);
    if (again === 'never' || answer === undefined || isStopping(session, frame)) return finished;
    first ??= session.ports.now();
    const retry = again === 'unsent' && node.retry.attempts < patience.attempts ? patience : node.retry;
    const pause = pauseBefore(attempt + 1, retry, answer, first, session);
    if (pause === undefined) return finished;
    await wait(here, finished.reason ?? 'failed', pause);
  }
}

/** What a dry run says of a write. */
export async function predictWrite(node: PlannedRequest, here: Here): Promise<Finished> {
  const { session, id } = here;
  try {
    render(node.request, here);
    const effect: Effect = node.done_when ? await effectOf(node.done_when, here) : { state: 'not-there', reason: '' };
    if (effect.state === 'there') return { outcome: 'unchanged' };
    session.predicted.push({ step: id, connection: node.request.connection });
    if (effect.state === 'not-there') return { outcome: 'would-send' };
    return { outcome: 'would-send', reason: `whether it is there already is unknown: ${effect.reason}` };
  } catch (error) {
    const finished = dependentOn(error, session);
    if (!finished) throw error;
    session.predicted.push({ step: id, connection: node.request.connection });
    return finished;
  }
}

interface Attempt {
  readonly finished: Finished;
  /** Whether it may be sent again: because nothing was sent, or because the author's `retry` says so. */
  readonly again: 'never' | 'unsent' | 'by-retry';
  readonly answer?: Answer;
}

async function writeOnce(
  node: PlannedRequest,
  rendered: Rendered,
  expect: RenderedExpect,
  attempt: number,
  here: Here,
  undo: Undo | undefined,
): Promise<Attempt> {
  const { session, frame, id } = here;
  await keepLocks(session);
  if (session.lockProblem !== undefined && !isCleanup(frame))
    return { finished: { outcome: 'failed', reason: `not sent: ${session.lockProblem}` }, again: 'never' };
  const call = recorded(rendered, 'write', 'step', here);
  await emit(session, { type: 'write-intended', step: id, attempt, call });
  if (session.journalProblem !== undefined && !isCleanup(frame)) {
    const reason = `the journal cannot be written (${session.journalProblem})`;
    await emit(session, { type: 'call-failed', step: id, purpose: 'step', call, duration_ms: 0, sent: 'no', reason });
    return { finished: { outcome: 'failed', reason: `not sent: ${reason}` }, again: 'never' };
  }
  const { timeout_ms, save } = node;
  const answer = await send(rendered, { effect: 'write', timeout_ms, purpose: 'step', expect, save }, here);
  if (answer.kind === 'failure' && answer.sent === 'no')
    return { finished: { outcome: 'failed', reason: `not sent: ${answer.reason}` }, again: 'unsent', answer };
  session.writes++;
  if (!isRefused(answer)) mayHaveBeenSent(frame, undo);
  if (answer.kind === 'failure' || isAmbiguous(answer.status, expect)) {
    return { ...(await readBack(node, saidBy(answer), here)), answer };
  }
  return { ...(await judged(node, expect, answer, here)), answer };
}

function isRefused(answer: Answer): boolean {
  return answer.kind === 'answer' && isRefusal(answer.status);
}

function isAmbiguous(status: number, expect: RenderedExpect): boolean {
  return ambiguousStatuses.includes(status) && !hasStatus(expect, status);
}

/** Statuses after which the author's `retry` sends again. */
function isRetried(status: number): boolean {
  return status >= 500 || status === 429;
}

async function judged(node: PlannedRequest, expect: RenderedExpect, answer: Answered, here: Here): Promise<Attempt> {
  const { redactor } = here.session.options;
  const assertions = judge(expect, answer, redactor);
  for (const assertion of assertions) await emit(here.session, { type: 'asserted', step: here.id, ...assertion });
  const reason = reasonOf(assertions, answer, redactor);
  if (reason === undefined)
    return { finished: { outcome: 'done', ...(await saveFrom(answer, node, here)) }, again: 'never' };
  return { finished: { outcome: 'failed', reason }, again: isRetried(answer.status) ? 'by-retry' : 'never' };
}

/** Nobody knows whether the write took effect: its `done_when` tells, or it stays in doubt. */
async function readBack(node: PlannedRequest, said: string, here: Here): Promise<Attempt> {
  if (!node.done_when) {
    const reason = `${said}; it may have taken effect, and the step has no done_when that could tell. Look at the server before you run this again.`;
    // Who writes `retry` says that sending it again does no harm.
    return { finished: { outcome: 'in-doubt', reason }, again: 'by-retry' };
  }
  let effect: Effect = { state: 'unknown', reason: said };
  const deadline = here.session.ports.now() + (node.done_when.timeout_ms ?? 0);
  // An effect that is not there may still be on its way; while no read can tell, the author's time-out goes on.
  for (let asked = 0; asked < readBackPauses.length || mayAskAgain(effect, deadline, here); asked++) {
    const pause = readBackPauses[asked] ?? longestReadBackPause;
    if (pause > 0) await wait(here, `${said}; reading back whether it took effect`, pause);
    effect = await effectOf(node.done_when, here);
    if (effect.state === 'there') {
      return { finished: { outcome: 'done', reason: `${said}; read back: it took effect` }, again: 'never' };
    }
  }
  if (effect.state === 'unknown') {
    const reason = `${said}; reading back did not tell: ${effect.reason}`;
    return { finished: { outcome: 'in-doubt', reason }, again: 'never' };
  }
  const reason = `${said}; read back: it did not take effect (${effect.reason})`;
  return { finished: { outcome: 'failed', reason }, again: 'by-retry' };
}

function mayAskAgain({ state }: Effect, deadline: number, { session, frame }: Here): boolean {
  return state === 'unknown' && session.ports.now() + longestReadBackPause <= deadline && !isStopping(session, frame);
}

/**
 * A write of an earlier process that ended before it was recorded how it went. What its answer said counts where that is on
 * record; otherwise its `done_when` tells, or `retry` allows it to be sent again, or a person decides.
 * @returns How the step ended; undefined where the write has to be sent as if it had not been.
 */
async function settle(
  node: PlannedRequest,
  past: PastStep,
  expect: RenderedExpect,
  here: Here,
): Promise<Finished | undefined> {
  const { last } = past;
  if (last === 'not-sent') return undefined;
  const answer = typeof last === 'object' ? last : undefined;
  if (answer?.isExpected) return { outcome: 'done', reason: `the process ended after the answer ${answer.said}` };
  const mayBeRepeated = node.retry.attempts > 1;
  if (answer && !isAmbiguous(answer.status, expect)) {
    if (mayBeRepeated && isRetried(answer.status)) return undefined;
    return { outcome: 'failed', reason: `${answer.said}; an assertion did not hold, and the process ended` };
  }
  const said = answer?.said ?? 'the process ended before there was an answer';
  if (!node.done_when) {
    if (mayBeRepeated) return undefined;
    return decided(node, `${said}; it may have taken effect, and the step has no done_when that could tell`, here);
  }
  const { finished } = await readBack(node, said, here);
  if (finished.outcome === 'done') return finished;
  // It was not there after all those pauses: it was not sent, or it was lost on its way.
  if (finished.outcome === 'failed') return undefined;
  return decided(node, finished.reason ?? said, here);
}

async function decided(node: PlannedRequest, reason: string, here: Here): Promise<Finished | undefined> {
  const { session, frame, id } = here;
  const question = `${renderText(node.title, valuesIn(session, frame))}: ${reason}`;
  const decision = await session.ports.decide({ step: id, question });
  // Whoever wants the run undone need not know: it is undone in any case.
  if (decision === 'unknown' && frame.phase === 'steps' && session.options.rollback === 'now')
    return { outcome: 'in-doubt', reason };
  if (decision === 'unknown') {
    session.suspended = { step: id, reason };
    await emit(session, { type: 'suspended', step: id, reason });
    return { outcome: 'in-doubt', reason };
  }
  await emit(session, { type: 'decided', step: id, took_effect: decision === 'done' });
  return decision === 'done' ? { outcome: 'done', reason: 'a person says that it took effect' } : undefined;
}
