import { readProblem } from '../kinds/index.ts';
import { TemplateError } from '../language/index.ts';
import type { PlannedRequest, Request } from '../plan/index.ts';
import { hasStatus, isExpected, judge, unexpected } from './assertion.ts';

import type { RecordedCall, StepPurpose, StepResult } from './event.ts';
import { exchange, recordedCall, unwanted } from './exchange.ts';
import { type Saves, saveFrom, secretsOf } from './outputs.ts';
import type { Reason } from './reason.ts';
import { type Rendered, type RenderedExpect, renderRequest } from './render.ts';
import type { Response, SendResult } from './result.ts';
import { isTransient, pauseBefore } from './retry.ts';
import { isStopping, type StepContext, valuesIn } from './session.ts';

/** What a request is sent for, and what its response must be. */
export interface Sending {
  readonly effect: 'read' | 'write';
  readonly timeout_ms: number;
  readonly purpose: StepPurpose;
  readonly expect: RenderedExpect;
  /** What of the response is kept: what of it is secret is so before anything of the response is recorded. */
  readonly save?: Saves | undefined;
  /** Learns that there is a result before anything is made of it. */
  readonly arrived?: (result: SendResult) => void;
}

/** Sends a request of a step once, and records what came back. */
export function send(rendered: Rendered, sending: Sending, context: StepContext): Promise<SendResult> {
  const { effect, timeout_ms, purpose, expect, save, arrived } = sending;
  const { session, id } = context;
  const call = callOf(rendered, effect, purpose, context);
  const sent = { effect, request: rendered.sent, timeout_ms, opaque_id: call.opaque_id };
  const inspect = (response: Response) => {
    for (const secret of secretsOf(response, save)) session.options.redactor.add(secret);
    return effect === 'write' ? { as_expected: isExpected(expect, response) } : {};
  };
  return exchange(sent, call, { purpose, step: id }, session, { inspect, ...(arrived ? { arrived } : {}) });
}

/**
 * A read as it is sent: what only the run knows may make another call of a POST, such as /_template/_count.
 * @throws TemplateError
 */
export function renderRead(request: Request, { session, frame }: StepContext): Rendered {
  const rendered = renderRequest(request, valuesIn(session, frame));
  const { sent } = rendered;
  const kind = session.plan.environment.connections[sent.connection]?.kind;
  // What it is filled with may be secret, and is not shown.
  if (request.type === 'http' && sent.type === 'http' && sent.method === 'POST' && kind && readProblem(kind, sent.path))
    throw new TemplateError(`filled in, POST ${request.path} is not known to only read, so it is not sent`);
  return rendered;
}

/** Sends a read, and again after a transient failure: it changes nothing. */
export async function sendRead(
  rendered: Rendered,
  { retry, ...sending }: Omit<Sending, 'effect'> & Pick<PlannedRequest, 'retry'>,
  context: StepContext,
): Promise<SendResult> {
  const { session, frame } = context;
  let first: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const result = await send(rendered, { ...sending, effect: 'read' }, context);
    const isWanted = result.kind === 'response' && hasStatus(sending.expect, result.status);
    if (!isTransient(result) || isWanted || isStopping(session, frame)) return result;
    first ??= session.ports.monotonic();
    const pause = pauseBefore(attempt + 1, retry, result, first, session.ports);
    if (pause === undefined) return result;
    await wait(context, unwanted(result, session.options.redactor), pause);
  }
}

/** Waits, and says why; a poll says for what, too. */
export async function wait(
  { session, id }: StepContext,
  reason: Reason,
  ms: number,
  purpose: { readonly waiting_for?: string } = {},
): Promise<void> {
  await session.recorder.record({ type: 'waiting', step: id, ...purpose, reason, ms });
  await session.ports.sleep(ms);
}

/** Asserts what a step expects of its response, records each assertion, and saves what it saves where all of them pass. */
export async function assess(
  { expect, save }: Pick<Sending, 'expect' | 'save'>,
  response: Response,
  context: StepContext,
): Promise<StepResult> {
  const { recorder, options } = context.session;
  const assertions = judge(expect, response, options.redactor, secretsOf(response, save));
  for (const assertion of assertions) await recorder.record({ type: 'asserted', step: context.id, ...assertion });
  const reason = unexpected(assertions, response, options.redactor);
  if (reason !== undefined) return { outcome: 'failed', reason };
  return { outcome: 'done', ...(await saveFrom(response, save, context)) };
}

/** A call of a step as it may be kept. */
export function callOf(
  { shown }: Rendered,
  effect: 'read' | 'write',
  purpose: StepPurpose,
  { session, id }: StepContext,
): RecordedCall {
  return recordedCall(shown, effect, `runbook/${session.options.id}/${id}${purpose === 'step' ? '' : `/${purpose}`}`);
}
