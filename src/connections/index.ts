import type { Answer, Call } from '../engine/index.ts';
import type { Target } from '../kinds/index.ts';
import type { Connection } from './connection.ts';

/** The clients, each loaded only when a connection is opened: one takes as long to load as all the rest. */
const openers: { readonly [C in Target['client']]: (target: Extract<Target, { client: C }>) => Promise<Connection> } = {
  http: async (target) => (await import('./http.ts')).openHttp(target),
  oss: async (target) => (await import('./oss.ts')).openOss(target),
};

/** Opens connections by name and sends each call to its own. Nothing is sent before the first call. */
export async function openConnections(targets: ReadonlyMap<string, Target>): Promise<Connection> {
  const open = new Map<string, Connection>();
  for (const [name, target] of targets)
    open.set(name, await (openers[target.client] as (target: Target) => Promise<Connection>)(target));
  return {
    send: async (call) => {
      const connection = open.get(call.request.connection);
      return connection
        ? connection.send(call)
        : { kind: 'failure', sent: 'no', reason: `there is no connection "${call.request.connection}"` };
    },
    close: async () => {
      await Promise.all([...open.values()].map((connection) => connection.close()));
    },
  };
}

/** The same connection for a dry run: a write does not leave it, whoever asks. */
export function readsOnly(send: Connection['send']): (call: Call) => Promise<Answer> {
  return async (call) =>
    call.effect === 'read' ? send(call) : { kind: 'failure', sent: 'no', reason: 'a dry run sends no write' };
}
