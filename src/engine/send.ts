import { TemplateError } from '../language/index.ts';
import type { PlannedRequest, Request } from '../plan/index.ts';
import type { Purpose, RecordedCall } from './event.ts';
import { errorOf, hasStatus, isExpected, saidBy } from './judge.ts';
import type { Answer, Call } from './ports.ts';
import { lookupAtRun, type RenderedExpect, renderRequest } from './render.ts';
import { learnSecrets } from './save.ts';
import { emit, type Here, isStopping, valuesIn } from './session.ts';
import { wait } from './wait.ts';

/** A request twice: as it is sent, and as it may be recorded. */
export interface Rendered {
  readonly sent: Request;
  readonly shown: Request;
}

/** Statuses after which a read is sent again. */
const transientStatuses = [429, 502, 503, 504];

/** Whether a read is worth sending again. */
export function isTransient(answer: Answer): boolean {
  return answer.kind === 'failure' || transientStatuses.includes(answer.status);
}

/** Evaluates a request's templates. Throws `TemplateError`. */
export function render(request: Request, { session, frame }: Here): Rendered {
  const values = valuesIn(session, frame);
  const sent = renderRequest(request, lookupAtRun(values, 'sent'));
  try {
    return { sent, shown: renderRequest(request, lookupAtRun(values, 'shown')) };
  } catch (error) {
    // A helper that cannot work on the mark in a secret's place: the planned references are shown instead.
    if (error instanceof TemplateError) return { sent, shown: request };
    throw error;
  }
}

/** How a request is tried again. `budget_ms`: no pause begins that would end later than this after the first answer. */
export type Retry = PlannedRequest['retry'];
const longestPause = 30_000;

/**
 * The pause before the next attempt: twice as long each time, between half of it and the whole at random, so that many
 * runs do not come back at the same moment; at least as long as the server asks for. Undefined where there is no next one.
 */
export function pauseBefore(
  attempt: number,
  retry: Retry,
  answer: Answer,
  first: number,
  { ports }: Here['session'],
): number | undefined {
  if (attempt > retry.attempts) return undefined;
  const whole = Math.min(longestPause, retry.delay_ms * 2 ** (attempt - 2));
  const asked = answer.kind === 'answer' ? (answer.retry_after_ms ?? 0) : 0;
  const pause = Math.max(asked, Math.round(whole * (0.5 + ports.random() / 2)));
  return ports.now() + pause - first > retry.budget_ms ? undefined : pause;
}

/** Sends a read, and again after a transient failure: it changes nothing. */
export async function sendRead(
  rendered: Rendered,
  { expect, retry, timeout_ms, save }: Pick<PlannedRequest, 'retry' | 'timeout_ms'> & Pick<Sending, 'expect' | 'save'>,
  purpose: Purpose,
  here: Here,
): Promise<Answer> {
  let first: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const answer = await send(rendered, { effect: 'read', timeout_ms, purpose, expect, save }, here);
    const isWanted = answer.kind === 'answer' && hasStatus(expect, answer.status);
    if (!isTransient(answer) || isWanted || isStopping(here.session, here.frame)) return answer;
    first ??= here.session.ports.now();
    const pause = pauseBefore(attempt + 1, retry, answer, first, here.session);
    if (pause === undefined) return answer;
    await wait(here, saidBy(answer), pause);
  }
}

/** What a request is sent for, and what its answer has to be. */
export interface Sending {
  readonly effect: 'read' | 'write';
  readonly timeout_ms: number;
  readonly purpose: Purpose;
  readonly expect: RenderedExpect;
  /** What of the answer is kept: what of it is secret is so before anything of the answer is recorded. */
  readonly save?: PlannedRequest['save'];
}

/** Sends once, and records what came back. */
export async function send(
  rendered: Rendered,
  { effect, timeout_ms, purpose, expect, save = {} }: Sending,
  here: Here,
): Promise<Answer> {
  const { session, id } = here;
  const call = recorded(rendered, effect, purpose, here);
  const started = session.ports.now();
  const answer = await answerTo({ effect, request: rendered.sent, timeout_ms, opaque_id: call.opaque_id }, here);
  const common = { step: id, purpose, call, duration_ms: session.ports.now() - started };
  if (answer.kind === 'failure') {
    await emit(session, { type: 'call-failed', ...common, sent: answer.sent, reason: answer.reason });
  } else {
    learnSecrets(answer, save, session.options.redactor);
    const { status, warnings } = answer;
    const error = status >= 400 ? errorOf(answer.body) : undefined;
    const verdict = effect === 'write' ? { as_expected: isExpected(expect, answer) } : {};
    await emit(session, {
      type: 'call-answered',
      ...common,
      status,
      warnings,
      ...verdict,
      ...(error ? { error } : {}),
    });
  }
  return answer;
}

async function answerTo(call: Call, { session }: Here): Promise<Answer> {
  try {
    return await session.ports.send(call);
  } catch (error) {
    // A bug in a connection must not skip what cleans up.
    const reason = `the connection failed: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: 'failure', sent: 'maybe', reason };
  }
}

/** A call as it may be kept. */
export function recorded(
  { shown }: Rendered,
  effect: 'read' | 'write',
  purpose: Purpose,
  { session, id }: Here,
): RecordedCall {
  const opaque_id = `runbook/${session.options.id}/${id}${purpose === 'done_when' ? '/done_when' : ''}`;
  const { connection } = shown;
  if (shown.type === 'oss') {
    const request = `oss ${shown.operation} ${shown.key ?? shown.prefix ?? ''}`.trim();
    return { connection, effect, request, opaque_id };
  }
  return {
    connection,
    ...(shown.identity === undefined ? {} : { identity: shown.identity }),
    effect,
    request: `${shown.method} ${shown.path}`,
    ...(shown.query === undefined ? {} : { query: shown.query }),
    ...(shown.body === undefined ? {} : { body: shown.body }),
    opaque_id,
  };
}
