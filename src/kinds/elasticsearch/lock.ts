import type { Kind } from '../kind.ts';

/** One document for the whole of a cluster. */
export const lock: NonNullable<Kind['lock']> = {
  path: '/runbook-locks/_doc/cluster',
  /** Out of the way of what people do with theirs: patterns leave it out, and a single node keeps it green. */
  index: {
    path: '/runbook-locks',
    body: { settings: { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' } } },
  },
};
