import { nodesIn, type Plan, type PlannedConnection, type PlannedLock } from '../plan/index.ts';

/** Where the lock stands in a cluster: one for the whole of it. */
export const lockPath = '/runbook-locks/_doc/cluster';

/** Its index, out of the way of what people do with theirs: patterns leave it out, and a single node keeps it green. */
export const lockIndex: PlannedLock['index'] = {
  path: '/runbook-locks',
  body: { settings: { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' } } },
};

/**
 * The locks of a plan: one per Elasticsearch cluster that a step writes to. A named identity is there because the
 * connection's own login may end while the run goes on: the lock uses it, too; one that the server accepts only later
 * takes over when the login has ended.
 */
export function locksFor(
  plan: Pick<Plan, 'steps' | 'rollback'>,
  connections: Readonly<Record<string, PlannedConnection>>,
): PlannedLock[] {
  return [...writtenConnections(plan)]
    .filter(([connection]) => connections[connection]?.kind === 'elasticsearch')
    .map(([connection, identity]) => {
      const isLater = identity !== undefined && connections[connection]?.valid_later?.includes(identity);
      const login = identity === undefined ? {} : isLater ? { successor: identity } : { identity };
      return { connection, ...login, path: lockPath, index: lockIndex };
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
