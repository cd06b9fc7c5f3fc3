import { kinds } from '../kinds/index.ts';
import { nodesIn, type Plan, type PlannedConnection, type PlannedLock } from '../plan/index.ts';

/**
 * The locks of a plan: one per connection that a step writes to and that can be locked. A named identity is there because the
 * connection's own credentials may end while the run goes on: the lock uses it, too; one that the server accepts only later
 * takes over when the credentials has ended.
 */
export function locksFor(
  plan: Pick<Plan, 'steps' | 'rollback'>,
  connections: Readonly<Record<string, PlannedConnection>>,
): PlannedLock[] {
  return [...writtenConnections(plan)].flatMap(([name, identity]) => {
    const connection = connections[name];
    const lock = connection && kinds[connection.kind].lock;
    if (!lock) return [];
    const isLater = identity !== undefined && connection.valid_later?.includes(identity);
    const login = identity === undefined ? {} : isLater ? { successor: identity } : { identity };
    return [{ connection: name, ...login, ...lock.place }];
  });
}

/** The connections that a step of the plan writes to, by name, each with the first named identity that writes there. */
export function writtenConnections({ steps, rollback }: Pick<Plan, 'steps' | 'rollback'>) {
  const identities = new Map<string, string | undefined>();
  for (const { node } of nodesIn({ preflight: [], steps, rollback })) {
    if (node.kind !== 'request' || node.effect !== 'write' || node.request.type !== 'http') continue;
    const { connection, identity } = node.request;
    identities.set(connection, identities.get(connection) ?? identity);
  }
  return new Map([...identities].sort(([left], [right]) => (left < right ? -1 : 1)));
}
