import { describe, expect, it } from 'vitest';
import { type KindName, kinds } from '../../src/kinds/index.ts';
import type { HttpRequest } from '../../src/plan/index.ts';

const signs = { create: '+', change: '~', delete: '-' } as const;

/** `+~ the role`: what a call may do, and what it may overwrite. */
function changed(kind: KindName, call: string, more: Pick<HttpRequest, 'query' | 'body'> = {}): string {
  const [method, path] = call.split(/ (.*)/) as [HttpRequest['method'], string];
  const change = kinds[kind].http?.changes({ type: 'http', connection: 'x', method, path, ...more });
  if (!change) return '?';
  return `${change.may.map((may) => signs[may]).join('')} ${change.overwrites ?? ''}`.trim();
}

describe('what a write may do', () => {
  it.each([
    ['PUT /logs', '+'],
    ['DELETE /logs', '-'],
    ['DELETE /{{join steps.a.names ","}}', '-'],
    ['PUT /logs/_doc/1', '+~ a document of this id'],
    ['PUT /logs/_create/1', '+'],
    ['POST /logs/_doc', '+'],
    ['POST /_bulk', '+~- documents of the same ids'],
    ['POST /{{steps.a.x}}/_close', '~'],
    ['POST /a,b/_open', '~'],
    ['PUT /logs/_settings', '~'],
    ['PUT /_security/user/kara', '+~ the user'],
    ['POST /_security/user/kara/_password', '~'],
    ['DELETE /_security/role/{{item}}', '-'],
    ['PUT /_security/privilege', '+~ application privileges of the same names'],
    ['PUT /_snapshot/r', '+~ the repository'],
    ['PUT /_snapshot/r/s-{{run.id}}', '+'],
    ['DELETE /_snapshot/r/s', '-'],
    ['PUT /_index_template/t', '+~ the template'],
    ['PUT /_cluster/settings', '~'],
    // Not in the table, or not to be told: a name that may be another API once it is decoded.
    ['POST /_ml/anomaly_detectors/x/_open', '?'],
    ['POST /_some/_plugin', '?'],
    ['PUT /_security/user/%2E%2E', '?'],
    ['PUT /%5Ftemplate', '?'],
    ['GET /logs', '?'],
  ])('Elasticsearch: %s', (call, expected) => {
    expect(changed('elasticsearch', call)).toBe(expected);
  });

  it.each([
    ['PUT /logs/_doc/1', { query: { op_type: 'create' } }, '+'],
    ['PUT /logs/_doc/1', { query: { op_type: '{{steps.a.x}}' } }, '+~ a document of this id'],
    ['PUT /_index_template/t', { query: { create: true } }, '+'],
    ['PUT /_index_template/t', { query: { create: '{{steps.a.x}}' } }, '+~ the template'],
    ['POST /_snapshot/r/s/_restore', {}, '+~ indices of the same names'],
    ['POST /_snapshot/r/s/_restore', { body: { include_global_state: false } }, '+~ indices of the same names'],
    [
      'POST /_snapshot/r/s/_restore',
      { body: { include_global_state: true } },
      '+~- indices of the same names; settings, templates and policies of the cluster; all indices of the features that it restores',
    ],
    [
      'POST /_snapshot/r/s/_restore',
      { body: { feature_states: ['security'] } },
      '+~- indices of the same names; all indices of the features that it restores',
    ],
    ['POST /_snapshot/r/s/_restore', { body: { feature_states: ['none'] } }, '+~ indices of the same names'],
    [
      'POST /_snapshot/r/s/_restore',
      { body: { indices: 'a', '{{steps.a.key}}': true } },
      '+~- indices of the same names; settings, templates and policies of the cluster; all indices of the features that it restores',
    ],
  ])('Elasticsearch: %s with %j', (call, more, expected) => {
    expect(changed('elasticsearch', call, more)).toBe(expected);
  });

  it.each([
    ['POST /api/saved_objects/_import', {}, '+'],
    ['POST /api/saved_objects/_import', { query: { overwrite: false } }, '+'],
    ['POST /s/ops/api/saved_objects/_import', { query: { overwrite: true } }, '+~ objects of the same ids'],
    ['POST /api/saved_objects/_import', { query: { overwrite: '{{steps.a.x}}' } }, '+~ objects of the same ids'],
    ['DELETE /api/saved_objects/{{item.type}}/{{item.id}}', {}, '-'],
    ['PUT /api/security/role/r', {}, '+~ the role'],
    ['POST /api/anything', {}, '?'],
  ])('Kibana: %s with %j', (call, more, expected) => {
    expect(changed('kibana', call, more)).toBe(expected);
  });

  it('is not known of an API of which nothing is known', () => {
    expect(changed('http', 'DELETE /x')).toBe('?');
    expect(kinds.oss.http).toBeUndefined();
  });
});
