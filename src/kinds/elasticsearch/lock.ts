import { isObject } from '../../text/index.ts';
import type { LockProtocol } from '../lock.ts';

/** One document for the whole of a cluster, guarded by its sequence number. */
export const lock: LockProtocol = {
  place: {
    path: '/runbook-locks/_doc/cluster',
    /** Out of the way of what people do with theirs: patterns leave it out, and a single node keeps it green. */
    index: {
      path: '/runbook-locks',
      body: { settings: { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' } } },
    },
  },
  read: ({ path }) => ({ method: 'GET', path }),
  write: ({ path }, document, over = { op_type: 'create' }) => ({
    method: 'PUT',
    path,
    query: over,
    body: { ...document },
  }),
  remove: ({ path }, version) => ({ method: 'DELETE', path, query: version }),
  readIndex: ({ index }) => {
    const query = { filter_path: '*.settings.index.uuid,*.settings.index.history.uuid' };
    return { method: 'GET', path: `${index.path}/_settings`, query };
  },
  createIndex: ({ index }) => ({ method: 'PUT', path: index.path, body: index.body }),
  found: ({ status, body }) => {
    if (status >= 300 || !isObject(body)) return undefined;
    const { _seq_no, _primary_term, _source } = body;
    if (typeof _seq_no !== 'number' || typeof _primary_term !== 'number') return undefined;
    const version = { if_seq_no: _seq_no, if_primary_term: _primary_term };
    return { version, ...(isObject(_source) ? { source: _source } : {}) };
  },
  // Its uuid is another one after it was deleted and restored, that of its history after it was closed and restored.
  indexId: (body) => {
    const [first] = isObject(body) ? Object.values(body) : [];
    const settings = isObject(first) && isObject(first.settings) ? first.settings.index : undefined;
    if (!isObject(settings) || typeof settings.uuid !== 'string') return undefined;
    const history = isObject(settings.history) ? settings.history.uuid : undefined;
    return typeof history === 'string' ? `${settings.uuid}/${history}` : settings.uuid;
  },
};
