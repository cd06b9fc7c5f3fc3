import { TemplateError } from '../language/index.ts';
import type { PlannedRead, PlannedRequest, Request } from '../plan/index.ts';
import type { Purpose, RecordedCall } from './event.ts';
import { errorOf, hasStatus } from './judge.ts';
import type { Answer } from './ports.ts';
import { lookupAtRun, renderRequest } from './render.ts';
import { emit, type Here, isStopping, valuesIn, wait } from './session.ts';

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

/** Sends a read, and again after a transient failure: it changes nothing. */
export async function sendRead(
  rendered: Rendered,
  { expect, retry, timeout_ms }: Pick<PlannedRequest, 'retry' | 'timeout_ms'> & Pick<PlannedRead, 'expect'>,
  purpose: Purpose,
  here: Here,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(rendered, 'read', timeout_ms, purpose, here);
    const isExpected = answer.kind === 'answer' && hasStatus(expect, answer.status);
    if (!isTransient(answer) || isExpected || attempt >= retry.attempts || isStopping(here.session, here.frame))
      return answer;
    await wait(here, saidBy(answer), retry.delay_ms * 2 ** (attempt - 1));
  }
}

/** Sends once, and records what came back. */
export async function send(
  rendered: Rendered,
  effect: 'read' | 'write',
  timeout: number,
  purpose: Purpose,
  here: Here,
): Promise<Answer> {
  const { session, id } = here;
  const call = recorded(rendered, effect, purpose, here);
  const started = session.ports.now();
  const answer = await answerTo(rendered.sent, effect, timeout, call.opaque_id, here);
  const common = { step: id, purpose, call, duration_ms: session.ports.now() - started };
  if (answer.kind === 'failure') {
    await emit(session, { type: 'call-failed', ...common, sent: answer.sent, reason: answer.reason });
  } else {
    const { status, warnings } = answer;
    const error = status >= 400 ? errorOf(answer.body) : undefined;
    await emit(session, { type: 'call-answered', ...common, status, warnings, ...(error ? { error } : {}) });
  }
  return answer;
}

async function answerTo(
  request: Request,
  effect: 'read' | 'write',
  timeout_ms: number,
  opaque_id: string,
  { session }: Here,
): Promise<Answer> {
  try {
    return await session.ports.send({ effect, request, timeout_ms, opaque_id });
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

/** What an answer said that is none that was wanted, in a few words. */
export function saidBy(answer: Answer): string {
  if (answer.kind === 'failure') return answer.reason;
  const error = errorOf(answer.body);
  return `status ${answer.status}${error ? ` (${error.type}: ${error.reason})` : ''}`;
}
