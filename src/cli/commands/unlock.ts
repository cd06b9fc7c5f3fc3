import { openConnections } from '../../connections/index.ts';
import {
  createRedactor,
  holderIn,
  indexIdIn,
  isRestored,
  type LockReason,
  type SendResult,
} from '../../engine/index.ts';
import { readEnvironment, valueOrStop } from '../../host/files.ts';
import { Problem } from '../../host/problem.ts';
import { resolveTarget } from '../../host/secrets.ts';
import { lockIndex, lockPath } from '../../planner/index.ts';
import { holderText, noResponseText, reasonText } from '../../report/index.ts';
import { inert, isObject, type Json, type JsonObject } from '../../text/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { ask, isInteractive } from '../terminal.ts';

export interface UnlockOptions {
  readonly env: string;
  readonly as?: string;
  readonly yes: boolean;
}

/** `runbook unlock`: removes the lock of a run that cannot give it back any more. */
export async function unlock(name: string, { env, as, yes }: UnlockOptions): Promise<number> {
  const file = readEnvironment(env);
  const environment = valueOrStop(file.checked, file.print).value;
  const kind = Object.hasOwn(environment.connections, name) ? environment.connections[name]?.kind : 'none';
  if (kind !== undefined && kind !== 'elasticsearch') {
    throw new Problem(
      kind === 'none'
        ? `${env} has no connection "${name}"; it has ${Object.keys(environment.connections).join(', ')}`
        : `the connection "${name}" is of kind ${kind}; locks are in Elasticsearch clusters only`,
    );
  }
  const redactor = createRedactor();
  const target = await resolveTarget(name, environment, env, redactor, as);
  const connection = await openConnections(new Map([[name, target]]));
  const send = (method: 'GET' | 'DELETE', path: string, query: JsonObject = {}): Promise<SendResult> => {
    const login = as === undefined ? {} : { identity: as };
    const request = { type: 'http', connection: name, ...login, method, path, query } as const;
    const effect = method === 'GET' ? 'read' : 'write';
    return connection.send({ effect, request, timeout_ms: 30_000, opaque_id: 'runbook/unlock' });
  };
  const call = async (method: 'GET' | 'DELETE', query: JsonObject = {}): Promise<Json> => {
    const answer = await send(method, lockPath, query);
    if (answer.kind === 'response' && (answer.status === 200 || answer.status === 404)) return answer.body;
    const said = answer.kind === 'no-response' ? noResponseText(answer) : `status ${answer.status}`;
    throw new Problem(redactor.text(`${name}: ${method} ${lockPath}: ${said}`), 'failed');
  };
  const said = (reason: LockReason) => inert(redactor.text(reasonText(reason)));
  try {
    const found = await call('GET');
    const source = isObject(found) && isObject(found._source) ? found._source : undefined;
    if (!isObject(found) || !source) {
      process.stdout.write(`${name} is not locked\n`);
      return exitCodes.done;
    }
    // A lock document says what others have written into it.
    const holder = holderIn(source, Date.now());
    const index = await send('GET', `${lockIndex.path}/_settings`);
    const id = index.kind === 'response' ? indexIdIn(index.body) : undefined;
    if (id !== undefined && isRestored(source, id)) {
      process.stdout.write(`${name} is not locked: ${said({ kind: 'lock-left-by-restore', holder })}\n`);
      return exitCodes.done;
    }
    process.stdout.write(`${name} is locked by ${inert(redactor.text(holderText(holder)))}\n`);
    await confirmed(yes);
    // Only this very lock: its run may have given it back meanwhile, and another one have taken it.
    const version = { if_seq_no: found._seq_no ?? 0, if_primary_term: found._primary_term ?? 0 };
    await call('DELETE', version);
    process.stdout.write(`${name} is unlocked\n`);
    return exitCodes.done;
  } finally {
    await connection.close();
  }
}

async function confirmed(yes: boolean): Promise<void> {
  if (yes) return;
  if (!isInteractive())
    throw new Problem(
      'a person has to confirm, and there is no terminal to ask on; nothing was removed. Make sure that the run is dead, then add --yes.',
      'refused',
    );
  const answer = await ask('If that run is still alive, two runs may then work at once. Type yes to remove its lock: ');
  if (answer !== 'yes') throw new Problem('it was not confirmed; nothing was removed', 'refused');
}
