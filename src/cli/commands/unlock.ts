import { openConnections } from '../../connections/index.ts';
import { createRedactor, type LockReason, type Response, type SendResult } from '../../engine/index.ts';
import { readEnvironment, valueOrStop } from '../../host/files.ts';
import { Problem } from '../../host/problem.ts';
import { resolveTarget } from '../../host/secrets.ts';
import { holderIn, isRestored, kindNameOf, kindOf, type LockCall } from '../../kinds/index.ts';
import { holderText, noResponseText, reasonText } from '../../report/index.ts';
import { didYouMean, inert } from '../../text/index.ts';
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
  const settings = Object.hasOwn(environment.connections, name) ? environment.connections[name] : undefined;
  if (!settings) throw new Problem(noneOf(`${env} has no connection`, name, environment.connections), 'arguments');
  const identities = 'identities' in settings ? (settings.identities ?? {}) : {};
  if (as !== undefined && !Object.hasOwn(identities, as))
    throw new Problem(noneOf(`--as: the connection "${name}" has no identity`, as, identities), 'arguments');
  const { lock } = kindOf(settings);
  if (!lock)
    throw new Problem(
      `the connection "${name}" is of kind ${kindNameOf(settings)}; locks are in Elasticsearch clusters only`,
    );
  const redactor = createRedactor();
  const target = await resolveTarget(name, environment, env, redactor, as);
  const connection = await openConnections(new Map([[name, target]]));
  const send = ({ method, path, query = {} }: LockCall): Promise<SendResult> => {
    const login = as === undefined ? {} : { identity: as };
    const request = { type: 'http', connection: name, ...login, method, path, query } as const;
    const effect = method === 'GET' ? 'read' : 'write';
    return connection.send({ effect, request, timeout_ms: 30_000, opaque_id: 'runbook/unlock' });
  };
  const call = async (lockCall: LockCall): Promise<Response> => {
    const result = await send(lockCall);
    if (result.kind === 'response' && (result.status === 200 || result.status === 404)) return result;
    const said = result.kind === 'no-response' ? noResponseText(result) : `status ${result.status}`;
    throw new Problem(redactor.text(`${name}: ${lockCall.method} ${lockCall.path}: ${said}`), 'failed');
  };
  const said = (reason: LockReason) => inert(redactor.text(reasonText(reason)));
  try {
    const found = lock.found(await call(lock.read(lock.place)));
    if (!found?.source) {
      process.stdout.write(`${name} is not locked\n`);
      return exitCodes.done;
    }
    const { source, version } = found;
    // A lock document says what others have written into it.
    const holder = holderIn(source, Date.now());
    const index = await send(lock.readIndex(lock.place));
    const id = index.kind === 'response' ? lock.indexId(index.body) : undefined;
    if (id !== undefined && isRestored(source, id)) {
      process.stdout.write(`${name} is not locked: ${said({ kind: 'lock-left-by-restore', holder })}\n`);
      return exitCodes.done;
    }
    process.stdout.write(`${name} is locked by ${inert(redactor.text(holderText(holder)))}\n`);
    await confirmed(yes);
    // Only this very lock: its run may have given it back meanwhile, and another one have taken it.
    await call(lock.remove(lock.place, version));
    process.stdout.write(`${name} is unlocked\n`);
    return exitCodes.done;
  } finally {
    await connection.close();
  }
}

/** Says that a name is none of those that there are. */
function noneOf(what: string, name: string, known: object): string {
  const names = Object.keys(known);
  return `${what} "${name}"${didYouMean(name, names)}\n${names.length > 0 ? `It has ${names.join(', ')}` : 'It has none'}`;
}

async function confirmed(yes: boolean): Promise<void> {
  if (yes) return;
  if (!isInteractive())
    throw new Problem(
      'confirmation required, and there is no terminal to ask on; nothing was removed. Make sure that the run is dead, then add --yes.',
      'refused',
    );
  const answer = await ask('If that run is still alive, two runs may then work at once. Type yes to remove its lock: ');
  if (answer !== 'yes') throw new Problem('not confirmed; nothing was removed', 'refused');
}
