import { openConnections } from '../connections/index.ts';
import { type Answer, createRedactor, lockHolder } from '../engine/index.ts';
import { inert, isObject, type JsonObject } from '../language/index.ts';
import { lockPath } from '../plan/index.ts';
import { answerTo, isInteractive } from './execute.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { readEnvironment, valueOrStop } from './files.ts';
import { resolveTarget } from './secrets.ts';

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
    throw new CommandError(
      kind === 'none'
        ? `${env} has no connection "${name}"; it has ${Object.keys(environment.connections).join(', ')}`
        : `the connection "${name}" is of kind ${kind}; locks are in Elasticsearch clusters only`,
    );
  }
  const redactor = createRedactor();
  const target = await resolveTarget(name, environment, env, redactor, as);
  const connection = await openConnections(new Map([[name, target]]));
  const call = async (
    method: 'GET' | 'DELETE',
    query: JsonObject = {},
  ): Promise<Extract<Answer, { kind: 'answer' }>> => {
    const login = as === undefined ? {} : { identity: as };
    const request = { type: 'http', connection: name, ...login, method, path: lockPath, query } as const;
    const effect = method === 'GET' ? 'read' : 'write';
    const answer = await connection.send({ effect, request, timeout_ms: 30_000, opaque_id: 'runbook/unlock' });
    if (answer.kind === 'answer' && (answer.status === 200 || answer.status === 404)) return answer;
    const said = answer.kind === 'failure' ? answer.reason : `status ${answer.status}`;
    throw new CommandError(redactor.text(`${name}: ${method} ${lockPath}: ${said}`), exitCodes.failed);
  };
  try {
    const found = await call('GET');
    const lock = isObject(found.body) && isObject(found.body._source) ? found.body : undefined;
    if (!lock) {
      process.stdout.write(`${name} is not locked\n`);
      return exitCodes.done;
    }
    const holder = lockHolder(lock._source as JsonObject, Date.now());
    process.stdout.write(`${name} is locked by ${inert(holder)}\n`);
    await confirmed(yes);
    // Only this very lock: its run may have given it back meanwhile, and another one have taken it.
    const version = { if_seq_no: lock._seq_no ?? 0, if_primary_term: lock._primary_term ?? 0 };
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
    throw new CommandError(
      'a person has to confirm, and there is no terminal to ask on; nothing was removed. Make sure that the run is dead, then add --yes.',
      exitCodes.refused,
    );
  const answer = await answerTo(
    'If that run is still alive, two runs may then work at once. Type yes to remove its lock: ',
  );
  if (answer !== 'yes') throw new CommandError('it was not confirmed; nothing was removed', exitCodes.refused);
}
