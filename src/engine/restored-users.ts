import { kinds } from '../kinds/index.ts';
import { contentOf, type Method } from '../language/index.ts';
import type { HttpRequest, Plan } from '../plan/index.ts';
import type { Event, RecordedCall } from './event.ts';
import type { Ports } from './ports.ts';
import type { Advice } from './result.ts';
import { type Ending, hasSucceeded, mayHaveEffect, sentIn } from './retry.ts';

type Restored = Extract<Advice, { kind: 'users-restored' }>;

/**
 * The port of the calls, which explains a 401 after this run has restored the users of a cluster: since then others log in.
 * @param journal What an earlier process has sent.
 */
export function explainingLockouts(
  { send }: Pick<Ports, 'send'>,
  plan: Plan,
  journal: readonly Event[] = [],
): Ports['send'] {
  const restored = restoredIn(journal, plan);
  return async (call) => {
    const { request } = call;
    const snapshot = request.type === 'http' && call.effect === 'write' ? snapshotOf(plan, request) : undefined;
    const result = await send(call);
    if (snapshot !== undefined) note(restored, request.connection, snapshot, result);
    const advice = restored.get(request.connection);
    return result.kind === 'response' && result.status === 401 && advice ? { advice, ...result } : result;
  };
}

function snapshotOf(
  { environment }: Plan,
  request: Pick<HttpRequest, 'connection' | 'method' | 'path' | 'body'>,
): string | undefined {
  const planned = environment.connections[request.connection];
  return planned && kinds[planned.kind].usersRestoredBy?.(request);
}

/** The last restore of each connection counts: a rollback restores what was there before. */
function note(restored: Map<string, Restored>, connection: string, snapshot: string, ending: Ending): void {
  const certain = ending.kind === 'response' && hasSucceeded(ending.status);
  if (mayHaveEffect(ending)) restored.set(connection, { kind: 'users-restored', connection, snapshot, certain });
}

function restoredIn(journal: readonly Event[], plan: Plan): Map<string, Restored> {
  const restored = new Map<string, Restored>();
  /** By their ids: those without a response so far. */
  const intended = new Map<string, RecordedCall>();
  const settle = (call: RecordedCall, ending: Ending) => {
    const snapshot = snapshotOf(plan, requestIn(call));
    if (snapshot !== undefined) note(restored, call.connection, snapshot, ending);
  };
  /** Their process has died before the response. */
  const settleAll = () => {
    for (const call of intended.values()) settle(call, { kind: 'no-response', sent: 'maybe' });
    intended.clear();
  };
  for (const event of journal) {
    if (event.type === 'run-resumed') settleAll();
    if (!('call' in event) || event.call.effect !== 'write' || event.purpose === 'lock') continue;
    if (event.type === 'write-intended') intended.set(event.call.opaque_id, event.call);
    else intended.delete(event.call.opaque_id);
    if (event.type === 'response') settle(event.call, { kind: 'response', status: event.status });
    if (event.type === 'no-response') settle(event.call, { kind: 'no-response', sent: sentIn(event) });
  }
  settleAll();
  return restored;
}

function requestIn({ connection, request, ...call }: RecordedCall) {
  const [method = '', path = ''] = request.split(' ');
  return { connection, method: method as Method, path, ...contentOf(call) };
}
