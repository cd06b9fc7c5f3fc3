import { type Call, type SendResult, withInputs } from '../engine/index.ts';
import type { Target } from '../kinds/index.ts';
import { TemplateError } from '../language/index.ts';
import { isTooDeep, type Json, mostLevels } from '../text/index.ts';
import type { Connection } from './connection.ts';

export type { Connection } from './connection.ts';

/** The clients, each loaded only when a connection is opened: one takes as long to load as all the rest. */
const openers: { readonly [C in Target['client']]: (target: Extract<Target, { client: C }>) => Promise<Connection> } = {
  http: async (target) => (await import('./http.ts')).openHttp(target),
  oss: async (target) => (await quietly(() => import('./oss.ts'))).openOss(target),
};

/** Loads a library that reads DEBUG while it is loaded, and would print the Authorization header of each request. */
async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const { DEBUG } = process.env;
  delete process.env.DEBUG;
  try {
    return await load();
  } finally {
    if (DEBUG !== undefined) process.env.DEBUG = DEBUG;
  }
}

/** Opens connections by name and sends each call to its own. Nothing is sent before the first call. */
export async function openConnections(targets: ReadonlyMap<string, Target>): Promise<Connection> {
  const open = new Map<string, Connection>();
  for (const [name, target] of targets)
    open.set(name, await (openers[target.client] as (target: Target) => Promise<Connection>)(target));
  return {
    send: async (call) => {
      const connection = open.get(call.request.connection);
      if (!connection)
        return { kind: 'no-response', sent: 'no', cause: 'unknown-connection', message: call.request.connection };
      return withoutDepths(await connection.send(call));
    },
    close: async () => {
      await Promise.all([...open.values()].map((connection) => connection.close()));
    },
  };
}

/** A body that is nested too deep goes no further: whoever walked through it would run out of stack. */
function withoutDepths(result: SendResult): SendResult {
  if (result.kind === 'no-response' || !isTooDeep(result.body)) return result;
  return { ...result, body: null, unreadable: { kind: 'too-deep', levels: mostLevels } };
}

/** The same connection for a dry run: a write does not leave it, whoever asks. */
export function readsOnly(send: Connection['send']): Connection['send'] {
  return async (call) => (call.effect === 'read' ? send(call) : { kind: 'no-response', sent: 'no', cause: 'dry-run' });
}

/**
 * The same connection for calls in which secret inputs are references: they get their values here, at the last moment.
 * @param secrets By dotted name: `access_key`, `repository.access_key_id`.
 */
export function withSecrets(send: Connection['send'], secrets: ReadonlyMap<string, Json>): Connection['send'] {
  return async (call: Call): Promise<SendResult> => {
    let request: Call['request'];
    try {
      request = withInputs(call.request, secrets);
    } catch (error) {
      // Only with the secret can it be told that a helper cannot work on it; its values are not in the message. A bug's may be.
      const message =
        error instanceof TemplateError ? error.message : 'internal error while its secrets were filled in';
      return { kind: 'no-response', sent: 'no', cause: 'not-rendered', message };
    }
    return send({ ...call, request });
  };
}
