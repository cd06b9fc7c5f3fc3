import { patience } from '../language/index.ts';
import type { PlannedExpect, PlannedRead, PlannedRequest, Saving } from '../plan/index.ts';
import { hasStatus, judge, unexpected } from './assertion.ts';
import { dependentOn, statusIn, writeBefore, writeToWaitFor } from './dry-run.ts';
import type { Check, StepResult } from './event.ts';
import { type Saves, saveFrom } from './outputs.ts';
import type { AmbiguousResponse, Reason } from './reason.ts';
import { renderExpect, renderRequest, renderSave, renderText } from './render.ts';
import { type PastStep, seenIn } from './replay.ts';
import type { Response } from './result.ts';
import { renderRead, sendRead, wait } from './send.ts';
import { isStopping, type StepContext, timeOf, valuesIn } from './session.ts';

/** The effect of a step: in place or not, as far as its idempotency check can tell. */
export type Effect =
  | { readonly state: 'in-place'; readonly found: Found }
  /** `isAbsent`: there is nothing at all where it would be. */
  | { readonly state: 'not-in-place'; readonly reason: Reason; readonly isAbsent: boolean }
  | { readonly state: 'unknown'; readonly reason: Reason };

/** The response that shows that an effect is in place, and what the step saves of it. */
interface Found {
  readonly response: Response;
  readonly save: Saves | undefined;
}

/** What a check finds; `before`: the last predicted write that it may depend on. */
export interface Foreseen {
  /** Undefined where nothing is asked. */
  readonly effect?: Effect;
  readonly before?: string;
}

const policy = { retry: patience, timeout_ms: 60_000 };

/**
 * Returns what a dry run finds by a check, and the last predicted write that this may depend on: where there is none, it is
 * what a run would find.
 */
export async function foreseen([check, read]: [Check, PlannedRead], context: StepContext): Promise<Foreseen> {
  const { session, frame } = context;
  const values = valuesIn(session, frame);
  const chain = readsIn(read);
  try {
    const requests = chain.map(({ request }) => renderRequest(request, values).sent);
    const [awaited] = requests.flatMap((request) => writeToWaitFor(request, session) ?? []);
    if (awaited !== undefined) return { before: awaited };
    const effect = await effectOf([check, read], context);
    const status = 'reason' in effect ? statusIn(effect.reason) : undefined;
    const befores = requests.flatMap((request) => writeBefore(request, session, status) ?? []);
    const last = session.prediction.writes.findLast(({ step }) => befores.includes(step));
    return { effect, ...(last ? { before: last.step } : {}) };
  } catch (error) {
    // It reads what only a write would give.
    const result = dependentOn(error, session);
    if (!result?.depends_on) throw error;
    const reason = result.reason ?? { kind: 'internal-error', message: '' };
    return { effect: { state: 'unknown', reason }, before: result.depends_on };
  }
}

function readsIn(read: PlannedRead): PlannedRead[] {
  return [read, ...(read.otherwise ? readsIn(read.otherwise) : [])];
}

/** Returns the read that decides whether a write is sent: the one that compares content, where there is one. */
export function checkBefore({ unchanged_when, done_when, save }: PlannedRequest): [Check, PlannedRead] | undefined {
  if (unchanged_when) return ['unchanged_when', savingFor(save, unchanged_when)];
  return done_when && ['done_when', savingFor(save, done_when)];
}

/** Returns the read that tells whether a write that was sent took effect: the one that may go by origin, where there is one. */
export function checkAfter({ unchanged_when, done_when, save }: PlannedRequest): [Check, PlannedRead] | undefined {
  if (done_when) return ['done_when', savingFor(save, done_when)];
  return unchanged_when && ['unchanged_when', savingFor(save, unchanged_when)];
}

/** A check that saves as its step does: what is secret there is so here. */
function savingFor(own: Saves = {}, read: PlannedRead): PlannedRead {
  const { save, otherwise } = read;
  if (!save && !otherwise) return read;
  const saves = Object.entries(save ?? {}).map(([name, saving]): [string, Saving] => {
    const { secret, digest, sealed } = own[name] ?? { path: '' };
    const marks = { ...(secret ? { secret } : {}), ...(digest ? { digest } : {}), ...(sealed ? { sealed } : {}) };
    return [name, { ...saving, ...marks }];
  });
  return {
    ...read,
    ...(save ? { save: Object.fromEntries(saves) } : {}),
    ...(otherwise ? { otherwise: savingFor(own, otherwise) } : {}),
  };
}

/** Saves what a step saves where a check has found its effect. */
export async function saveFound(effect: Effect, context: StepContext): Promise<Partial<StepResult>> {
  return effect.state === 'in-place' ? saveFrom(effect.found.response, effect.found.save, context) : {};
}

/** What a step saves of its check where its own response was lost with the process that had it. */
export async function withSaved(node: PlannedRequest, result: StepResult, context: StepContext): Promise<StepResult> {
  const check = checkAfter(node);
  const isLost = result.outcome === 'done' && result.saved === undefined && check !== undefined;
  if (!isLost || !readsIn(check[1]).some(({ save }) => save)) return result;
  return { ...result, ...(await saveFound(await effectOf(check, context), context)) };
}

/** The outcome of a write that is not sent, because a check finds its effect. */
export const outcomesInPlace = { done_when: 'in-place', unchanged_when: 'unchanged' } as const;

/** Asks whether the effect of a write or block is there. */
export async function effectOf([check, read]: [Check, PlannedRead], context: StepContext): Promise<Effect> {
  const { session, id } = context;
  const effect = await ask(check, read, context);
  const reason = 'reason' in effect ? { reason: effect.reason } : {};
  const absent = effect.state === 'not-in-place' && effect.isAbsent ? ({ absent: true } as const) : {};
  const checked = { type: 'effect-checked', step: id, effect: effect.state, ...absent, ...reason } as const;
  await session.recorder.record(checked);
  const sent = session.rollback.sent.get(id);
  if (sent) sent.seen = { effect: seenIn(checked), at: timeOf(session) };
  return effect;
}

/** The first read of a chain that can tell decides; where none can, the reason is the last one's. */
async function ask(check: Check, read: PlannedRead, context: StepContext): Promise<Effect> {
  const effect = await askOnce(check, read, context);
  return effect.state === 'unknown' && read.otherwise ? ask(check, read.otherwise, context) : effect;
}

async function askOnce(check: Check, read: PlannedRead, context: StepContext): Promise<Effect> {
  const { session, frame } = context;
  const values = valuesIn(session, frame);
  const expect = renderExpect(read.expect, values);
  const save = read.save && renderSave(read.save, values);
  const sending = { ...policy, expect, save, purpose: check };
  const result = await sendRead(renderRead(read.request, context), sending, context);
  if (result.kind === 'no-response') return { state: 'unknown', reason: result };
  const { redactor } = session.options;
  const reason = unexpected(judge(expect, result, redactor), result, redactor);
  if (reason === undefined) return { state: 'in-place', found: { response: result, save } };
  const { status } = result;
  // 404 is the usual word for "not there". Any other unexpected status says nothing about the effect.
  const isTelling =
    !result.unreadable && (hasStatus(expect, status) || status === 404 || (status >= 200 && status < 300));
  return isTelling ? { state: 'not-in-place', reason, isAbsent: status === 404 } : { state: 'unknown', reason };
}

/** After an ambiguous response the effect may still be on its way: read back this often, with these pauses before it. */
const readBackPauses = [0, 1_000, 2_000, 3_000, 5_000];
const longestReadBackPause = 5_000;
/** Responses of proxies, and of servers that gave up waiting: the write may have taken effect. */
const ambiguousStatuses = [408, 502, 503, 504];

/** Returns whether a response leaves it open that the write took effect. */
export function isAmbiguous(status: number, expect: PlannedExpect): boolean {
  return ambiguousStatuses.includes(status) && !hasStatus(expect, status);
}

/** Statuses after which the author's `retry` sends again. */
export function isRetried(status: number): boolean {
  return status >= 500 || status === 429;
}

/** Nobody knows whether the write took effect: its `done_when` tells, or it stays of unknown outcome. */
export async function readBack(
  node: PlannedRequest,
  response: AmbiguousResponse,
  context: StepContext,
): Promise<{ readonly result: StepResult; readonly again: 'never' | 'by-retry' }> {
  // Who writes `retry` says that sending it again does no harm.
  const check = checkAfter(node);
  if (!check)
    return { result: { outcome: 'in-doubt', reason: { kind: 'no-idempotency-check', response } }, again: 'by-retry' };
  const found = (effect: Effect): Reason => ({
    kind: 'read-back',
    response,
    effect: effect.state,
    at: timeOf(context.session),
    ...('reason' in effect ? { cause: effect.reason } : {}),
  });
  const waiting: Reason = { kind: 'read-back', response, effect: 'unknown', at: timeOf(context.session) };
  const deadline = context.session.ports.monotonic() + (check[1].timeout_ms ?? 0);
  let effect: Effect | undefined;
  // An effect that is not there may still be on its way; while no read can tell, the author's time-out goes on.
  for (let asked = 0; asked < readBackPauses.length || mayAskAgain(effect, deadline, context); asked++) {
    const pause = readBackPauses[asked] ?? longestReadBackPause;
    if (pause > 0) await wait(context, waiting, pause);
    effect = await effectOf(check, context);
    if (effect.state === 'in-place') {
      const saved = await saveFound(effect, context);
      return { result: { outcome: 'done', reason: found(effect), ...saved }, again: 'never' };
    }
  }
  const reason = effect ? found(effect) : waiting;
  return effect?.state === 'not-in-place'
    ? { result: { outcome: 'failed', reason }, again: 'by-retry' }
    : { result: { outcome: 'in-doubt', reason }, again: 'never' };
}

function mayAskAgain(effect: Effect | undefined, deadline: number, { session, frame }: StepContext): boolean {
  const isInTime = session.ports.monotonic() + longestReadBackPause <= deadline;
  return effect?.state === 'unknown' && isInTime && !isStopping(session, frame);
}

/**
 * A write of an earlier process that ended before it was recorded how it went. What its response said counts where that is on
 * record; otherwise its `done_when` tells, or `retry` allows it to be sent again, or the operator decides.
 * @returns How the step ended; undefined where the write must be sent as if it had not been.
 */
export async function settle(
  node: PlannedRequest,
  { last }: PastStep,
  expect: PlannedExpect,
  context: StepContext,
): Promise<StepResult | undefined> {
  if (last === 'not-sent') return undefined;
  const recorded = typeof last === 'object' ? last : undefined;
  const { isExpected = false, ...response } = recorded ?? { kind: 'no-record' as const };
  const mayBeRepeated = node.retry.attempts > 1;
  if (response.kind === 'response') {
    if (isExpected) return { outcome: 'done', reason: { kind: 'process-ended', response, passed: true } };
    if (!isAmbiguous(response.status, expect)) {
      if (mayBeRepeated && isRetried(response.status)) return undefined;
      return { outcome: 'failed', reason: { kind: 'process-ended', response, passed: false } };
    }
  }
  if (!checkAfter(node))
    return mayBeRepeated ? undefined : askWhether(node, { kind: 'no-idempotency-check', response }, context);
  const { result } = await readBack(node, response, context);
  if (result.outcome === 'done') return result;
  // It was not there after all those pauses: it was not sent, or it was lost on its way.
  if (result.outcome === 'failed' || result.reason === undefined) return undefined;
  return askWhether(node, result.reason, context);
}

/** Asks the operator whether a write took effect. @returns How the step ended; undefined where it must be sent. */
export async function askWhether(
  node: PlannedRequest,
  reason: Reason,
  { session, frame, id }: StepContext,
): Promise<StepResult | undefined> {
  const { ports, options, recorder, findings } = session;
  const title = renderText(node.title, valuesIn(session, frame));
  const decision = await ports.decide(options.redactor.record({ step: id, title, reason }));
  if (decision === 'unknown') {
    // Whoever wants the run rolled back need not know: it is rolled back in any case.
    const isUndone = frame.phase === 'steps' && options.rollback === 'now';
    if (!isUndone) {
      findings.suspended = { by: 'step', step: id, reason };
      await recorder.record({ type: 'suspended', ...findings.suspended });
    }
    return { outcome: 'in-doubt', reason };
  }
  await recorder.record({ type: 'decided', step: id, took_effect: decision === 'done' });
  return decision === 'done' ? { outcome: 'done', reason: { kind: 'decided' } } : undefined;
}
