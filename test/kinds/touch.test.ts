import { describe, expect, it } from 'vitest';
import { areIndependent, mayWait, touchedBy } from '../../src/kinds/index.ts';
import type { HttpRequest, Plan, PlannedConnection } from '../../src/plan/index.ts';

const connection = (kind: PlannedConnection['kind'], url: string): PlannedConnection => ({
  ...{ kind, url, auth: { type: 'none' } },
});
const connections = {
  es: connection('elasticsearch', 'http://one'),
  same: connection('elasticsearch', 'http://one'),
  other: connection('elasticsearch', 'http://two'),
  kb: connection('kibana', 'http://kb'),
};
const plan = { environment: { name: 'test', connections } } as unknown as Plan;

function call(text: string, body?: HttpRequest['body']): HttpRequest {
  const [connection = '', method = '', path = ''] = text.split(' ');
  return {
    ...{ type: 'http', connection, method: method as HttpRequest['method'], path },
    ...(body === undefined ? {} : { body }),
  };
}

const independent = (write: HttpRequest, read: HttpRequest, status?: number) =>
  areIndependent(touchedBy(write, 'write', plan), touchedBy(read, 'read', plan, status));

describe('a write and a read are proven independent', () => {
  it.each([
    ['es PUT /a', 'es GET /b'],
    ['es PUT /a', 'es GET /b*'],
    ['es PUT /a', 'other GET /a'],
    ['es PUT /a/_doc/1', 'es GET /_snapshot/r'],
    ['es PUT /_snapshot/r/s', 'es GET /a/_count'],
    ['es PUT /_security/role/a', 'es GET /_security/role/b'],
    ['es PUT /_security/role/a', 'es GET /_security/user/a'],
    ['es PUT /_security/user/a', 'es GET /a,b/_settings'],
    ['es PUT /_ingest/pipeline/a', 'es GET /'],
  ])('%s · %s', (write, read) => expect(independent(call(write), call(read))).toBe(true));
});

describe('a write and a read are not proven independent', () => {
  it.each([
    ['es PUT /a', 'es GET /a'],
    ['es PUT /a', 'same GET /a'],
    ['es PUT /abc', 'es GET /a*'],
    ['es PUT /abc', 'es GET /b,_all/_count'],
    ['es PUT /abc', 'es GET /%3Clogs-%7Bnow%2Fd%7D%3E'],
    ['es PUT /a', 'es GET /_cluster/health'],
    // It may be written through an alias, or be read through one.
    ['es PUT /a/_doc/1', 'es GET /b/_doc/1'],
    ['es DELETE /a', 'es GET /b'],
    // Two repositories may lead to the same bucket.
    ['es PUT /_snapshot/r/s', 'other GET /_snapshot/q/s'],
    ['es PUT /_security/user/a', 'es GET /.security/_doc/user-a'],
    ['es PUT /_security/user/a', 'es GET /_security/user/a,b'],
    ['es PUT /_security/role/a', 'es GET /_security/user/_privileges'],
    ['es POST /.security-7/_close', 'es GET /_security/user/a'],
    ['es POST /_aliases', 'es GET /b'],
    ['es PUT /_index_template/t', 'es GET /b'],
    ['es PUT /_cluster/settings', 'es GET /_license'],
    ['es POST /_snapshot/r/s/_restore', 'es GET /_license'],
    ['kb POST /api/saved_objects/_import', 'es GET /a'],
    ['es PUT /a', 'kb GET /api/status'],
  ])('%s · %s', (write, read) => expect(independent(call(write), call(read))).toBe(false));

  it('an index gets the aliases in its body', () => {
    expect(independent(call('es PUT /a', { aliases: { b: {} } }), call('es GET /b'))).toBe(false);
    expect(independent(call('es PUT /a', { aliases: { b: {} } }), call('es GET /c'))).toBe(true);
    // What stands for a secret may be any name.
    expect(independent(call('es PUT /a', { aliases: { '{{inputs.key}}': {} } }), call('es GET /c'))).toBe(false);
  });

  it('a query may look into any index', () => {
    expect(independent(call('es PUT /a'), call('es GET /b/_search', { query: {} }))).toBe(false);
  });

  it('a read is refused for what its user may do', () => {
    expect(independent(call('es PUT /_security/role/a'), call('es GET /b'), 403)).toBe(false);
    expect(independent(call('es PUT /_security/role/a'), call('es GET /b'), 404)).toBe(true);
    expect(independent(call('es PUT /_security/role/a'), call('other GET /b'), 403)).toBe(true);
  });
});

it('a server waits for the health of an index, and for what a call wants to wait for', () => {
  expect(mayWait(call('es GET /_cluster/health/a'), plan)).toBe(true);
  expect(mayWait({ ...call('es GET /_cluster/health'), query: { wait_for_nodes: 2 } }, plan)).toBe(true);
  expect(mayWait(call('es GET /_cluster/health'), plan)).toBe(false);
  expect(mayWait(call('kb GET /api/status'), plan)).toBe(false);
});
