import { describe, expect, it } from 'vitest';
import { privilegesFor } from '../../src/kinds/elasticsearch/catalogue/privileges.ts';
import { roleTexts } from '../../src/report/role-text.ts';
import { planOf } from '../support.ts';

const needed = (call: string, range = '8.19.x') => {
  const [method = '', path = ''] = call.split(' ');
  return privilegesFor({ method: method as 'GET', path }, range)?.map(
    ({ name, on }) => `${name} on ${typeof on === 'string' ? on : on.index}`,
  );
};

describe('what a login needs for a call', () => {
  it('is what Elastic’s schema says, and servers when they refuse', () => {
    expect(needed('PUT /_security/user/a')).toEqual(['manage_security on cluster']);
    expect(needed('GET /_cluster/health')).toEqual(['monitor on cluster']);
    expect(needed('GET /_security/role_mapping/a')).toEqual(['read_security on cluster']);
    expect(needed('PUT /logs-1/_doc/1')).toEqual(['create on logs-1']);
    expect(needed('DELETE /logs-1,logs-2')).toEqual(['delete_index on logs-1', 'delete_index on logs-2']);
    expect(needed('GET /_cat/indices/a')).toEqual(['monitor on cluster', 'monitor on a']);
    expect(needed('GET /_security/_authenticate')).toEqual([]);
  });

  it('has a name that every version of the range knows', () => {
    expect(needed('GET /_security/user/a', '7.10.x')).toEqual(['manage_security on cluster']);
    expect(needed('GET /_security/user/a', '8.x')).toEqual(['read_security on cluster']);
    expect(needed('GET /_security/user/a', '>=7.10')).toBeUndefined();
    expect(needed('GET /_inference', '7.10.x')).toBeUndefined();
  });

  it('is not known where it depends on what the call says, or nobody says it', () => {
    expect(needed('POST /_reindex')).toBeUndefined();
    expect(needed('GET /_search')).toBeUndefined();
    expect(needed('GET /_cat/indices')).toBeUndefined();
    expect(needed('PUT /_plugin/thing')).toBeUndefined();
    expect(needed('POST /{{steps.a.names}}/_close')).toEqual(['manage on indices of the run']);
  });
});

describe('the least role of each login of a plan', () => {
  it('is for its steps, what rolls them back, its locks and the preflight', () => {
    const plan = planOf(`
  - { id: look, on: es, call: 'GET /logs/_mapping' }
  - id: make
    on: es
    as: recovery
    call: PUT /a
    done_when: { call: GET /a/_settings, expect: { body: { a: { exists: true } } } }
    rollback: [{ id: remove, on: es, call: DELETE /a }]
`);
    const lock = 'view_index_metadata, create_index, read, create, delete on runbook-locks';
    expect(roleTexts(plan)).toEqual([
      `es as recovery: monitor on the cluster; view_index_metadata, create_index, delete_index on a; ${lock}`,
      'es: monitor on the cluster; view_index_metadata on logs',
    ]);
  });

  it('leaves out what may be refused, and names what is not known and who asks', () => {
    const plan = planOf(`
  - { id: ask, on: es, call: POST /_security/user/_has_privileges, effect: read, body: { cluster: [manage] } }
  - { id: may-fail, on: es, call: GET /_license, expect: { status: [200, 403] } }
  - { id: any, on: es, call: GET /_security/api_key, evidence: [{ id: why, on: es, call: GET /_features }] }
`);
    expect(roleTexts(plan)).toEqual([
      'es: monitor on the cluster; not known for GET /_security/api_key; the runbook asks for privileges itself: ask',
    ]);
  });
});
