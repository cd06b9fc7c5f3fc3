import { contentOf } from '../language/index.ts';
import type { Request } from '../plan/index.ts';
import { errorOf } from './assertion.ts';
import type { CallOwner, RecordedCall } from './event.ts';
import { type Call, Cancelled, type Ports } from './ports.ts';
import type { AmbiguousResponse } from './reason.ts';
import type { Recorder } from './recorder.ts';
import type { Redactor } from './redactor.ts';
import type { NoResponse, Response, SendResult } from './result.ts';

/** What becomes of a result before it is recorded. */
interface Reception {
  /** Learns at once that there is a result, whatever is in it. */
  readonly arrived?: (result: SendResult) => void;
  /** Looks at a response; of a write it says whether it is as expected. */
  readonly inspect?: (response: Response) => { readonly as_expected?: boolean };
}

/** Sends a call once, and records what came back. */
export async function exchange(
  call: Call,
  recorded: RecordedCall,
  owner: CallOwner,
  { ports, recorder }: { readonly ports: Ports; readonly recorder: Recorder },
  { arrived, inspect = () => ({}) }: Reception = {},
): Promise<SendResult> {
  const started = ports.monotonic();
  const result = await sent(call, ports);
  arrived?.(result);
  const common = { ...owner, call: recorded, duration_ms: Math.round(ports.monotonic() - started) };
  if (result.kind === 'no-response') {
    await recorder.record({ type: 'no-response', ...common, reason: result });
    return result;
  }
  const { status, warnings } = result;
  let verdict: ReturnType<typeof inspect>;
  try {
    verdict = inspect(result);
  } catch {
    // A bug. The response came, and that is recorded; not its words: nobody has said which of them are secret.
    const unjudged = call.effect === 'write' ? { as_expected: false } : {};
    await recorder.record({ type: 'response', ...common, status, warnings: [], ...unjudged });
    return result;
  }
  const error = status >= 400 ? errorOf(result, recorder.redactor) : undefined;
  await recorder.record({ type: 'response', ...common, status, warnings, ...verdict, ...(error ? { error } : {}) });
  return result;
}

async function sent(call: Call, { send }: Ports): Promise<SendResult> {
  try {
    return await send(call);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    // A bug in a connection must not skip what cleans up.
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'no-response', sent: 'maybe', cause: 'exception', message };
  }
}

/** A result that is none that was wanted: why there is no response, or its status and the server's words. */
export function unwanted(
  result: SendResult,
  redactor: Redactor,
): NoResponse | Extract<AmbiguousResponse, { kind: 'response' }> {
  if (result.kind === 'no-response') return result;
  const error = errorOf(result, redactor);
  return { kind: 'response', status: result.status, ...(error ? { error } : {}) };
}

/** A call as it may be kept; `shown` has marks in the place of secrets. */
export function recordedCall(shown: Request, effect: 'read' | 'write', opaque_id: string): RecordedCall {
  const { connection } = shown;
  if (shown.type !== 'http') {
    const request = `oss ${shown.operation} ${shown.key ?? shown.prefix ?? ''}`.trim();
    return { connection, effect, request, opaque_id };
  }
  return {
    connection,
    ...(shown.identity === undefined ? {} : { identity: shown.identity }),
    effect,
    request: `${shown.method} ${shown.path}`,
    ...(shown.query === undefined ? {} : { query: shown.query }),
    ...contentOf(shown),
    opaque_id,
  };
}
