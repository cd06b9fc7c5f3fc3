import { patience } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import { noteSent } from './account.ts';
import { dependentOn, predict } from './dry-run.ts';
import {
  askWhether,
  checkBefore,
  effectOf,
  foreseen,
  isAmbiguous,
  isRetried,
  outcomesInPlace,
  readBack,
  saveFound,
  settle,
  withSaved,
} from './effect.ts';
import type { StepResult } from './event.ts';
import { unwanted } from './exchange.ts';
import type { Saves } from './outputs.ts';
import type { Reason } from './reason.ts';
import { type Rendered, type RenderedExpect, renderExpect, renderRequest, renderSave } from './render.ts';
import { hasEffect } from './replay.ts';
import type { SendResult } from './result.ts';
import { hasSucceeded, isTransient, mayHaveEffect, pauseBefore } from './retry.ts';
import { assess, callOf, send, wait } from './send.ts';
import { countWrites, isCleanup, isStopping, pastOf, type StepContext, type Undo, valuesIn } from './session.ts';

/** A write of the plan, and what it takes to send it. */
interface Write {
  readonly node: PlannedRequest;
  readonly rendered: Rendered;
  readonly expect: RenderedExpect;
  readonly save: Saves | undefined;
  /** Its rollback. */
  readonly undo: Undo | undefined;
}

/** Sends a write unless its effect is there; reads back what is ambiguous; asserts and saves. */
export async function runWrite(
  node: PlannedRequest,
  undo: Undo | undefined,
  context: StepContext,
): Promise<StepResult> {
  const { session, frame } = context;
  const values = valuesIn(session, frame);
  const write: Write = {
    ...{ node, undo },
    rendered: renderRequest(node.request, values),
    expect: renderExpect(node.expect, values),
    save: node.save && renderSave(node.save, values),
  };
  const past = pastOf(context);
  const wasSent = past !== undefined && hasEffect(past);
  if (past && past.attempts > 0) {
    const settled = await settle(node, past, write.expect, context);
    if (settled) return withSaved(node, settled, context);
    if (isStopping(session, frame)) return { outcome: 'interrupted' };
  }
  const check = checkBefore(node);
  if (check) {
    const effect = await effectOf(check, context);
    if (effect.state === 'in-place')
      return { outcome: outcomesInPlace[check[0]], ...(await saveFound(effect, context)) };
    if (effect.state === 'unknown') return notSent({ kind: 'effect-unknown', cause: effect.reason }, wasSent);
    if (isStopping(session, frame)) return { outcome: 'interrupted' };
  }
  const locked = isCleanup(frame) ? undefined : await session.locks.acquire();
  if (locked !== undefined) return notSent(locked, wasSent);
  for (;;) {
    const result = await sendUntilSettled(write, wasSent, context);
    if (result.outcome !== 'in-doubt' || result.reason === undefined || node.on_unknown !== 'suspend') return result;
    const settled = await askWhether(node, result.reason, context);
    if (settled) return withSaved(node, settled, context);
  }
}

/** Returns what a dry run says of a write. */
export async function predictWrite(node: PlannedRequest, context: StepContext): Promise<StepResult> {
  const { session, frame } = context;
  try {
    const { sent } = renderRequest(node.request, valuesIn(session, frame));
    const check = checkBefore(node);
    const { effect, before } = check ? await foreseen(check, context) : {};
    const reason = effect && 'reason' in effect ? effect.reason : undefined;
    if (check && before === undefined && effect?.state === 'in-place')
      return { outcome: outcomesInPlace[check[0]], ...(await saveFound(effect, context)) };
    // A run would not send it.
    if (before === undefined && effect?.state === 'unknown')
      return notSent({ kind: 'effect-unknown', cause: effect.reason }, false);
    predict(sent, context);
    // A condition that is met now may not be met then.
    const condition = frame.provisionalBy;
    if (before === undefined)
      return { outcome: 'would-change', ...(condition === undefined ? {} : { depends_on: condition }) };
    // It is not in place now; whether it will be is another step's business.
    if (effect?.state === 'not-in-place') return { outcome: 'would-change', depends_on: before };
    return { outcome: 'depends', depends_on: before, ...(reason ? { reason } : {}) };
  } catch (error) {
    const result = dependentOn(error, session);
    if (!result) throw error;
    predict(undefined, context);
    return result;
  }
}

/** Sends until there is an outcome: again where nothing has left this machine, and where the author's `retry` allows it. */
async function sendUntilSettled(write: Write, wasSentBefore: boolean, context: StepContext): Promise<StepResult> {
  const { session, frame } = context;
  const { retry } = write.node;
  const earlier = pastOf(context)?.attempts ?? 0;
  let first: number | undefined;
  let wasSent = wasSentBefore;
  for (let attempt = 1; ; attempt++) {
    const { result, again, sent } = await sendOnce(write, earlier + attempt, wasSent, context);
    wasSent ||= sent !== undefined && mayHaveEffect(sent);
    if (again === 'never' || sent === undefined || isStopping(session, frame)) return result;
    first ??= session.ports.monotonic();
    const policy = again === 'unsent' && retry.attempts < patience.attempts ? patience : retry;
    const pause = pauseBefore(attempt + 1, policy, sent, first, session.ports);
    if (pause === undefined || result.reason === undefined) return result;
    await wait(context, result.reason, pause);
  }
}

interface Attempt {
  readonly result: StepResult;
  /** True if it may be sent again: because nothing was sent, or because the author's `retry` says so. */
  readonly again: 'never' | 'unsent' | 'by-retry';
  /** The result of sending it; undefined if it was not sent. */
  readonly sent?: SendResult;
}

async function sendOnce(
  { node, rendered, expect, save, undo }: Write,
  attempt: number,
  wasSent: boolean,
  context: StepContext,
): Promise<Attempt> {
  const { session, frame, id } = context;
  const { locks, recorder, rollback } = session;
  await locks.keep();
  const lost = locks.problem();
  if (lost !== undefined && !isCleanup(frame)) return { result: notSent(lost, wasSent), again: 'never' };
  const call = callOf(rendered, 'write', 'step', context);
  if (!rollback.intended.has(id)) rollback.intended.set(id, rollback.intended.size + 1);
  await recorder.record({ type: 'write-intended', purpose: 'step', step: id, attempt, call });
  const message = recorder.problem();
  if (message !== undefined && !isCleanup(frame)) {
    const reason = { kind: 'journal-not-writable', message } as const;
    await recorder.record({ type: 'no-response', purpose: 'step', step: id, call, duration_ms: 0, reason });
    return { result: notSent(reason, wasSent), again: 'never' };
  }
  const { timeout_ms } = node;
  // Noted before the response is judged: whatever is in it, it was sent.
  const arrived = (result: SendResult) => {
    if (result.kind === 'no-response' && result.sent === 'no') return;
    countWrites(context, 1);
    const isKnown = result.kind === 'response' && hasSucceeded(result.status);
    if (mayHaveEffect(result)) noteSent(node, undo, isKnown ? 'succeeded' : 'unknown', context);
  };
  const sending = { effect: 'write', timeout_ms, purpose: 'step', expect, save, arrived } as const;
  const sent = await send(rendered, sending, context);
  if (sent.kind === 'no-response' && sent.sent === 'no')
    return { result: notSent(sent, wasSent), again: isTransient(sent) ? 'unsent' : 'never', sent };
  if (sent.kind === 'no-response' || isAmbiguous(sent.status, expect))
    return { ...(await readBack(node, unwanted(sent, session.options.redactor), context)), sent };
  const result = await assess({ expect, save }, sent, context);
  return { result, again: result.outcome === 'failed' && isRetried(sent.status) ? 'by-retry' : 'never', sent };
}

/** @param wasSent An earlier request may have been sent: nobody may read that there was none. */
function notSent(cause: Reason, wasSent: boolean): StepResult {
  return { outcome: 'failed', reason: { kind: 'not-sent', cause, ...(wasSent ? { again: true } : {}) } };
}
