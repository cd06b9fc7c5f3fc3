import type { Cluster, Index } from './state.ts';

const index = 'somebody-elses-logs';
const source = { repository: 'somebody-elses', snapshot: 'nightly' } as const;

/** Returns the cluster with a restore that somebody else has begun, and that never ends. */
export function withForeignRestore(cluster: Cluster, now: number): Cluster {
  const restoring: Index = {
    uuid: `${cluster.name}-foreign`,
    shards: 1,
    settings: { number_of_replicas: '0' },
    isOpen: true,
    aliases: {},
    documents: new Map(),
    recovery: { type: 'SNAPSHOT', isDone: false, started: now, source: { ...source, index } },
    failed: [],
  };
  const restore = { id: `${cluster.name}-foreign`, ...source, indices: [index], ends: Number.POSITIVE_INFINITY };
  const indices = { ...cluster.indices, [index]: restoring };
  return { ...cluster, indices, restores: [...cluster.restores, restore] };
}
