import { describe, expect, it } from 'vitest';
import { callProblems } from '../../src/kinds/index.ts';
import type { JsonObject } from '../../src/text/index.ts';

const found = (call: string, range: string | undefined, rest: { query?: object; body?: object } = {}) => {
  const [method = '', path = ''] = call.split(' ');
  return callProblems('elasticsearch', { method, path, ...(rest as object) }, range).map(
    ({ severity, code, message }) => `${severity} ${code}: ${message}`,
  );
};

describe('a path', () => {
  it('that no version has is an error, with what is meant', () => {
    expect(found('POST /_reidnex', '8.x')).toEqual([
      'error unknown-api: no version of Elasticsearch has POST /_reidnex — did you mean "/_reindex"?',
    ]);
    expect(found('GET /logs-{{inputs.day}}/_sarch', '8.x')).toEqual([
      'error unknown-api: no version of Elasticsearch has GET /logs-{{inputs.day}}/_sarch — did you mean "/logs-{{…}}/_search"?',
    ]);
    expect(found('GET /_snapshot/a/b/c/d', undefined)).toEqual([
      'error unknown-api: no version of Elasticsearch has GET /_snapshot/a/b/c/d — did you mean "/_snapshot/a/b/_clone/d"?',
    ]);
  });

  it('is of the versions that have it', () => {
    expect(found('GET /_features', '7.10.x')).toEqual([
      'error unknown-api: GET /_features is not in 7.10.x, but in 8.5, 8.19, 9.5',
    ]);
    expect(found('GET /_features', '7.17.x')).toEqual([]);
    expect(found('GET /_features', '>=8.5 <10')).toEqual([]);
    expect(found('GET /_features', '>=7.10')).toEqual([
      'warning api-of-other-versions: GET /_features is not in every version of >=7.10: 7.10 lacks it, 8.5, 8.19, 9.5 have it',
    ]);
    // Types are gone in 8.0, whatever is known of 8.0 to 8.4.
    expect(found('PUT /an-index/_mapping/a-type', '8.0.x')).toEqual([
      'error unknown-api: PUT /an-index/_mapping/a-type is not in 8.0.x, but in 7.10',
    ]);
  });

  it('has templates for anything', () => {
    for (const path of ['/{{inputs.index}}/_close', '/{{inputs.a}}/{{inputs.b}}', '/.kibana*,.security*/_open'])
      expect(found(`POST ${path}`, '7.10.x')).toEqual([]);
    expect(found('GET /_cat/{{inputs.table}}', '8.x')).toEqual([]);
    expect(found('GET /_security/user/_odd', '8.x')).toEqual([]);
    expect(found('GET /_nodes/_local/stats', '8.x')).toEqual([]);
    expect(found('GET /', '8.x')).toEqual([]);
  });

  it('without the name of an API is only warned of', () => {
    expect(found('DELETE /ok/one', '7.10.x')).toEqual([
      'warning unknown-method: no version of Elasticsearch has DELETE /ok/one; there is POST',
    ]);
  });
});

it('has the methods that are known of it', () => {
  expect(found('PUT /_reindex', '8.x')).toEqual([
    'error unknown-method: no version of Elasticsearch has PUT /_reindex; there are GET, POST',
  ]);
  // The clients of 8.x send one of several.
  for (const method of ['PUT', 'POST']) expect(found(`${method} /_security/user/a`, '8.5.x')).toEqual([]);
});

it('has the parameters and keys that are known of it', () => {
  expect(
    found('PUT /_snapshot/a/b', '8.x', { query: { wait_for_compeltion: true, pretty: true }, body: { indicies: 'a' } }),
  ).toEqual([
    'error unknown-parameter: PUT /_snapshot/a/b has no parameter "wait_for_compeltion" in any version of Elasticsearch — did you mean "wait_for_completion"?',
    'warning unknown-body-key: no known version of Elasticsearch takes "indicies" in the body of PUT /_snapshot/a/b — did you mean "indices"?',
  ]);
  // The client of 8.5 lacks it, and 8.5.3 has it.
  expect(found('POST /_snapshot/a/b/_restore', '8.5.x', { body: { feature_states: ['security'] } })).toEqual([]);
  expect(found('PUT /an-index/_doc/1', '8.x', { body: { anything: 1 } })).toEqual([]);
  expect(callProblems('http', { method: 'GET', path: '/_reidnex' }, '8.x')).toEqual([]);
});

describe('what is deprecated', () => {
  it('is a warning with the version, where a version of the range is that new', () => {
    expect(found('PUT /_template/a', '8.x')).toEqual([
      'warning deprecated: PUT /_template/a is deprecated since 7.8.0',
    ]);
    expect(found('PUT /_template/a', '<7.8')).toEqual([]);
    expect(found('GET /a/_settings', '>=9.1', { query: { local: true } })).toEqual([
      'warning deprecated: the parameter "local" of GET /a/_settings is deprecated since 9.1.0',
    ]);
    expect(found('GET /a/_settings', '8.x', { query: { local: true } })).toEqual([]);
  });

  it('says why', () => {
    const [problem] = callProblems('elasticsearch', { method: 'GET', path: '/_rollup/job/a' }, undefined);
    expect(problem?.help).toBe(
      'Elastic says: Rollup APIs are deprecated, use downsampling with time series data stream instead',
    );
  });

  it('is not said of a call that may be another one', () => {
    expect(found('POST /an-index/{{inputs.api}}', '7.10.x')).toEqual([]);
  });
});

describe('a call of Kibana', () => {
  const ofKibana = (call: string, query?: object) => {
    const [method = '', path = ''] = call.split(' ');
    return callProblems('kibana', { method, path, query: query as JsonObject }, '8.x').map(
      ({ severity, code, message }) => `${severity} ${code}: ${message}`,
    );
  };

  it('is looked up in the areas that are known as a whole', () => {
    expect(ofKibana('POST /api/saved_objects/_exprot')).toEqual([
      'error unknown-api: no version of Kibana has POST /api/saved_objects/_exprot — did you mean "/api/saved_objects/_export"?',
    ]);
    expect(ofKibana('GET /s/ops/api/saved_objects/_import')).toEqual([
      'error unknown-method: no version of Kibana has GET /s/ops/api/saved_objects/_import; there is POST',
    ]);
    expect(ofKibana('POST /api/saved_objects/_import', { overwrit: true })).toEqual([
      'error unknown-parameter: POST /api/saved_objects/_import has no parameter "overwrit" in any version of Kibana — did you mean "overwrite"?',
    ]);
  });

  it('of which nothing is known, or that a template may complete, is let through', () => {
    for (const path of ['/api/alerting/_health', '/internal/x', '/api/saved_objects/{{inputs.type}}/{{inputs.id}}'])
      expect(ofKibana(`GET ${path}`)).toEqual([]);
    expect(ofKibana('POST /api/saved_objects/{{inputs.what}}', { overwrite: true })).toEqual([]);
    expect(ofKibana('GET /api/saved_objects/_find', { type: 'lens', per_page: 1 })).toEqual([]);
    expect(ofKibana('GET /api/saved_objects/dashboard/_an-id')).toEqual([]);
  });
});
