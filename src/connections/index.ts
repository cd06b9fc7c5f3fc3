import type { Answer, Call } from '../engine/index.ts';
import type { Connection, Target } from './connection.ts';

export type { Connection, Credentials, Target } from './connection.ts';

/** What opens a connection, per kind, loaded only when one is opened: the client takes as long to load as all the rest. */
const openers: { readonly [K in Target['kind']]: (target: Extract<Target, { kind: K }>) => Promise<Connection> } = {
  elasticsearch: async (target) => (await import('./elasticsearch.ts')).openElasticsearch(target),
  kibana: async (target) => (await import('./kibana.ts')).openKibana(target),
  oss: async (target) => (await import('./oss.ts')).openOss(target),
};

/** Opens connections by name and sends each call to its own. Nothing is sent before the first call. */
export async function openConnections(targets: ReadonlyMap<string, Target>): Promise<Connection> {
  const open = new Map<string, Connection>();
  for (const [name, target] of targets)
    open.set(name, await (openers[target.kind] as (target: Target) => Promise<Connection>)(target));
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
