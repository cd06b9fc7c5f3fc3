import { describe, expect, it } from 'vitest';
import { lock as protocol } from '../../src/kinds/elasticsearch/lock.ts';
import { holderIn, isRestored } from '../../src/kinds/index.ts';

const lock = { connection: 'es', path: '/locks/_doc/cluster', index: { path: '/locks', body: {} } };
const document = { run: 'a', process: 'p', owner: 'b', runbook: 'c', since: '1', heartbeat: '2', expires: '3' };
const version = { if_seq_no: 4, if_primary_term: 1 };

describe('the document of a lock', () => {
  it('is created once, and written over its own version only', () => {
    expect(protocol.write(lock, document).query).toEqual({ op_type: 'create' });
    expect(protocol.write(lock, document, version).query).toEqual(version);
    expect(protocol.remove(lock, version)).toEqual({ method: 'DELETE', path: lock.path, query: version });
  });

  it('is one only where a response has its version', () => {
    const body = { _seq_no: 4, _primary_term: 1, _source: { run: 'a' } };
    expect(protocol.found({ status: 200, body })).toEqual({ version, source: { run: 'a' } });
    expect(protocol.found({ status: 404, body })).toBeUndefined();
    expect(protocol.found({ status: 200, body: { acknowledged: true } })).toBeUndefined();
  });

  it('came out of a snapshot where it names another index than the one that it is in', () => {
    const settings = (uuid: string, history?: string) => ({
      locks: { settings: { index: { uuid, ...(history ? { history: { uuid: history } } : {}) } } },
    });
    expect(protocol.indexId(settings('u', 'h'))).toBe('u/h');
    expect(protocol.indexId(settings('u'))).toBe('u');
    expect(protocol.indexId({})).toBeUndefined();
    expect(isRestored({ index: 'u/h' }, 'u/other')).toBe(true);
    expect(isRestored({ index: 'u/h' }, 'u/h')).toBe(false);
    expect(isRestored({}, 'u/h')).toBe(false);
  });

  it('says who holds it, whatever others have written into it', () => {
    const heartbeat = '2026-01-01T00:00:00Z';
    const expires = '2026-01-01T00:15:00Z';
    const now = Date.parse('2026-01-01T00:20:00Z');
    expect(holderIn({ run: 'a', owner: 'b', heartbeat, expires }, now)).toEqual({
      ...{ run: 'a', owner: 'b', age_ms: 1_200_000, expired: true },
    });
    expect(holderIn({ run: 1, heartbeat: 'yesterday' }, now)).toEqual({
      ...{ run: '1', owner: 'undefined', age_ms: 0, expired: false },
    });
  });
});
