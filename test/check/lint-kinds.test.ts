import { describe, expect, it } from 'vitest';
import { diagnosticsOf, everyDiagnosticOf } from '../support.ts';

/** Beside the examples of the lints: the whole kind of mistake that each is about, and what looks like it. */

const head = (version: string) => `apiVersion: runbook/v1
name: test
elasticsearch: '${version}'
title: A test
inputs: { name: { type: string, default: one }, value: { type: string, default: one } }
connections: { a: { kind: elasticsearch }, b: { kind: elasticsearch }, kb: { kind: kibana } }
steps:
`;

/** The codes of what is found in a block of these steps. */
function found(steps: string, { version = '8.x', more = '', fragments = {} as Record<string, string> } = {}) {
  const text = `${head(version)}  - { id: block, on: a, steps: [${steps}]${more} }\n`;
  return diagnosticsOf(text, fragments).map(({ code }) => code);
}

const fragment = (steps: string) => `apiVersion: runbook/v1
fragment: f
title: A fragment
inputs: { connection: { type: connection } }
steps: [${steps}]
`;
const useFragment = (connection: string) => `{ id: u, use: f.yaml, with: { connection: ${connection} } }`;

describe('restore-not-checked', () => {
  const restore = '{ id: r, call: POST /_snapshot/r/s/_restore, body: { indices: orders } }';
  const health = (on: string) => `{ id: h, on: ${on}, call: GET /_cluster/health, until: { status: green } }`;
  const finds = (steps: string, fragments?: Record<string, string>) =>
    found(steps, { ...(fragments ? { fragments } : {}) }).includes('restore-not-checked');

  it.each([
    ['what is asked before', `${health('a')}, ${restore}`],
    ['what is asked of another cluster', `${restore}, ${health('b')}`],
    [
      'the stages of the recovery',
      `${restore}, { id: w, call: GET /orders/_recovery, until: { '*.shards[].stage': DONE } }`,
    ],
    [
      'whether an index is open',
      `${restore}, { id: w, call: GET /_cat/indices/orders, expect: { body: { '[].status': { in: [open] } } } }`,
    ],
    [
      'that some documents are there',
      `${restore}, { id: w, call: GET /orders/_count, expect: { body: { count: { greater_than: 0 } } } }`,
    ],
    [
      'how many shards were wanted',
      restore.replace('orders }', "orders }, expect: { body: { 'snapshot.shards.total': 3 } }"),
    ],
    [
      'the health in a rollback',
      restore.replace('orders }', 'orders }, rollback: [{ call: GET /_cluster/health, until: { status: green } }]'),
    ],
  ])('is not answered by %s', (_, steps) => {
    expect(finds(steps)).toBe(true);
  });

  it.each([
    ['the health', `${restore}, ${health('a')}`],
    [
      'the number of recoveries',
      `${restore}, { id: w, call: GET /orders/_recovery, until: { 'length(*.shards[])': 3 } }`,
    ],
    [
      'how many documents there are',
      `${restore}, { id: w, call: GET /orders/_count, expect: { body: { count: 3000 } } }`,
    ],
    [
      'the shards of a count',
      `${restore}, { id: w, call: GET /orders/_count, expect: { body: { _shards.failed: 0 } } }`,
    ],
    ['its own response', restore.replace('orders }', "orders }, expect: { body: { 'snapshot.shards.failed': 0 } }")],
  ])('is answered by %s', (_, steps) => {
    expect(finds(steps)).toBe(false);
  });

  it('looks into fragments, and whose cluster they are for', () => {
    const checking = {
      'f.yaml': fragment(
        "{ id: h, on: '{{inputs.connection}}', call: GET /_cluster/health, until: { status: green } }",
      ),
    };
    expect(finds(`${restore}, ${useFragment('a')}`, checking)).toBe(false);
    expect(finds(`${restore}, ${useFragment('b')}`, checking)).toBe(true);
    const other = { 'f.yaml': fragment("{ id: h, on: '{{inputs.connection}}', call: GET / }") };
    expect(finds(`${restore}, ${useFragment('a')}`, other)).toBe(true);
  });
});

describe('restore-without-system-indices', () => {
  const finds = (body: string, version = '8.x', more = '') =>
    found(`{ id: r, call: POST /_snapshot/r/s/_restore, body: ${body}${more} }`, { version }).includes(
      'restore-without-system-indices',
    );

  it.each([
    '{ indices: .security* }',
    '{ indices: .security-7, include_global_state: false }',
    "{ indices: 'orders,.kibana*' }",
    '{ indices: [orders, .kibana_1] }',
    "{ indices: '*' }",
    '{ indices: _all, include_global_state: false }',
    "{ indices: '.*' }",
    '{ indices: .security*, feature_states: [kibana] }',
    '{ indices: .security*, feature_states: [none] }',
  ])('finds %s', (body) => {
    expect(finds(body)).toBe(true);
    expect(finds(body, '7.10.x || >=8.5 <10')).toBe(true);
    expect(finds(body, '7.10.x')).toBe(false);
    expect(finds(body, '7.10.x || 8.x', ", when: { steps.v.number: { version_in: '<8' } }")).toBe(false);
  });

  it.each([
    '{ indices: orders }',
    '{ indices: orders-* }',
    "{ indices: '*', feature_states: [none] }",
    "{ indices: '*,-.*' }",
    '{ indices: .security*, feature_states: [security] }',
    "{ indices: '-*', feature_states: [security] }",
    '{ indices: .kibana-event-log-* }',
    '{ indices: .ds-logs-* }',
    "{ indices: '{{inputs.name}}' }",
    "{ indices: .security*, feature_states: '{{inputs.name}}' }",
  ])('does not find %s', (body) => {
    expect(finds(body)).toBe(false);
  });
});

describe('partial', () => {
  const finds = (step: string) => found(`{ id: s, ${step} }`).includes('partial');

  it('is found where shards may be missing', () => {
    expect(finds('call: PUT /_snapshot/r/s, body: { partial: true }')).toBe(true);
    expect(finds("call: PUT /_snapshot/r/s, body: { partial: 'true' }")).toBe(true);
    expect(finds('call: POST /_snapshot/r/s/_restore, body: { indices: orders, partial: true }')).toBe(true);
    expect(finds('call: PUT /_slm/policy/p, body: { config: { partial: true } }')).toBe(true);
    expect(finds('call: PUT /_snapshot/r/s, body: { partial: false }')).toBe(false);
    expect(finds("call: PUT /_snapshot/r/s, body: { partial: '{{inputs.value}}' }")).toBe(false);
    expect(finds('call: PUT /orders/_doc/1, body: { partial: true }')).toBe(false);
  });
});

describe('deletions', () => {
  const deletions = (step: string, more = '') =>
    found(`${more}{ id: d, ${step} }`).filter((code) => code.startsWith('delete-of-'));

  it.each([
    'DELETE /*',
    'DELETE /_all',
    'DELETE /%2A',
    'DELETE /*,-orders',
    'DELETE /orders,*',
    'DELETE /_data_stream/*',
    'DELETE /_index_template/*',
    'DELETE /_template/*',
    'DELETE /_component_template/*',
    'DELETE /_ingest/pipeline/*',
    'DELETE /_snapshot/*',
    'DELETE /_snapshot/r/*',
  ])('of everything are found: %s', (call) => {
    expect(deletions(`call: '${call}'`)).toEqual(['delete-of-everything']);
  });

  it('of all documents of all indices are found', () => {
    const query = 'query: { wait_for_completion: false }, body: { query: { match_all: {} } }';
    expect(deletions(`call: POST /*/_delete_by_query, ${query}`)).toEqual(['delete-of-everything']);
    expect(deletions(`call: POST /orders/_delete_by_query, ${query}`)).toEqual([]);
    const some = query.replace('match_all: {}', 'term: { user: kara }');
    expect(deletions(`call: POST /*/_delete_by_query, ${some}`)).toEqual([]);
    expect(deletions(`call: POST /.security*/_delete_by_query, ${some}`)).toEqual(['delete-of-system-indices']);
    expect(deletions(`call: POST /*/_search, effect: read, ${query}`)).toEqual([]);
  });

  it.each([
    '/.security-7',
    '/.security*',
    '/.kibana',
    '/.kibana_1,orders',
    '/.kibana*',
    '/.*',
    '/.tasks',
    '/%2Ekibana_1',
  ])('of indices of the system are found: %s', (path) => {
    expect(deletions(`call: 'DELETE ${path}'`)).toEqual(['delete-of-system-indices']);
  });

  it.each([
    '/orders',
    '/orders-*',
    '/.ds-logs-2026.01.01-000001',
    '/.monitoring-es-7-2026.01.01',
    '/.kibana-event-log-7.10.2',
    '/{{inputs.name}}',
    '/{{inputs.name}}*',
    '/.kibana_1/_alias/orders',
    '/_security/user/kara',
    '/_snapshot/r',
  ])('of something else are not found: %s', (path) => {
    expect(deletions(`call: 'DELETE ${path}'`)).toEqual([]);
  });

  it('of a snapshot are found unless the run has made it, or has looked', () => {
    const foreign = ['delete-of-foreign-snapshot'];
    expect(deletions('call: DELETE /_snapshot/r/s')).toEqual(foreign);
    expect(deletions("call: 'DELETE /_snapshot/r/{{inputs.name}}'")).toEqual(foreign);
    expect(deletions("call: 'DELETE /_snapshot/r/s,s2'")).toEqual(foreign);
    expect(deletions("call: 'DELETE /_snapshot/r/old-{{run.id}}'")).toEqual([]);
    const make = '{ id: m, call: PUT /_snapshot/r/s }, ';
    expect(deletions('call: DELETE /_snapshot/r/s', make)).toEqual([]);
    expect(deletions('call: DELETE /_snapshot/r/other', make)).toEqual(foreign);
    const find = '{ id: f, call: GET /_snapshot/r/s, save: { run: x } }, ';
    expect(deletions("call: DELETE /_snapshot/r/s, when: { steps.f.run: '{{run.id}}' }", find)).toEqual([]);
    expect(deletions("call: DELETE /_snapshot/r/s, when: { inputs.name: '{{steps.f.run}}' }", find)).toEqual([]);
    expect(deletions('call: DELETE /_snapshot/r/s, when: { inputs.name: one }', find)).toEqual(foreign);
  });
});

describe('close-without-open', () => {
  const finds = (close: string, open: string, on = 'a', fragments = {}) =>
    found(`{ id: c, call: 'POST ${close}' }`, {
      more: `, always: [${open.startsWith('{') ? open : `{ id: o, on: ${on}, call: 'POST ${open}' }`}]`,
      fragments,
    }).includes('close-without-open');

  it('is found where something else is opened', () => {
    expect(finds('/x/_close', '/x/_open', 'b')).toBe(true);
    expect(finds('/x/_close', '/y/_open')).toBe(true);
    expect(finds('/x,y/_close', '/x/_open')).toBe(true);
    expect(finds('/.kibana*/_close', '/.kibana_1/_open')).toBe(true);
    expect(finds('/x/_close', '/x/_refresh')).toBe(true);
  });

  it('is not found where the same is opened, or may be', () => {
    expect(finds('/x/_close', '/x/_open')).toBe(false);
    expect(finds('/x,y/_close', '/y,x/_open')).toBe(false);
    expect(finds('/x-1/_close', '/x-*/_open')).toBe(false);
    expect(finds('/.kibana_*/_close', '/.kibana*/_open')).toBe(false);
    expect(finds('/x/_close', '/_all/_open')).toBe(false);
    expect(finds('/{{inputs.name}}/_close', '/{{inputs.name}}/_open')).toBe(false);
    expect(finds('/{{inputs.name}}/_close', '/x/_open')).toBe(false);
    const opening = { 'f.yaml': fragment("{ id: o, on: '{{inputs.connection}}', call: POST /x/_open }") };
    expect(finds('/x/_close', useFragment('a'), 'a', opening)).toBe(false);
    expect(finds('/x/_close', useFragment('b'), 'a', opening)).toBe(true);
  });

  it('is found where the always belongs to another block', () => {
    const inner = '{ id: i, steps: [{ id: g, call: GET / }], always: [{ id: o, call: POST /x/_open }] }';
    expect(found(`{ id: c, call: POST /x/_close }, ${inner}`)).toContain('close-without-open');
  });
});

describe('stop-without-start', () => {
  const finds = (stop: string, start?: string) =>
    found(`{ id: s, ${stop} }`, { more: start === undefined ? '' : `, always: [{ id: z, ${start} }]` }).includes(
      'stop-without-start',
    );
  const settings = (scope: string, value: string, key = 'cluster.routing.allocation.enable') =>
    `call: PUT /_cluster/settings, body: { ${scope}: { ${key}: ${value} } }`;

  it.each([
    ['call: POST /_ilm/stop', 'call: POST /_ilm/start'],
    ['call: POST /_slm/stop', 'call: POST /_slm/start'],
    ['call: POST /_watcher/_stop', 'call: POST /_watcher/_start'],
    [
      'call: POST /_ml/set_upgrade_mode, query: { enabled: true }',
      'call: POST /_ml/set_upgrade_mode, query: { enabled: false }',
    ],
    ['call: POST /_transform/set_upgrade_mode, query: { enabled: true }', 'call: POST /_transform/set_upgrade_mode'],
    [settings('persistent', 'none'), settings('persistent', 'null')],
    [settings('transient', 'primaries'), settings('transient', 'all')],
    [settings('persistent', 'none'), settings('persistent', "'{{inputs.value}}'")],
    [
      settings('persistent', 'none', 'cluster.routing.rebalance.enable'),
      settings('persistent', 'all', 'cluster.routing.rebalance.enable'),
    ],
    [
      'call: PUT /_cluster/settings, body: { persistent: { cluster: { routing: { allocation: { enable: none } } } } }',
      settings('persistent', 'null'),
    ],
    [
      'call: PUT /orders/_settings, body: { index: { routing.allocation.enable: none } }',
      'call: PUT /orders/_settings, body: { index.routing.allocation.enable: null }',
    ],
  ])('is found: %s', (stop, start) => {
    expect(finds(stop)).toBe(true);
    expect(finds(stop, stop)).toBe(true);
    expect(finds(stop, start)).toBe(false);
    expect(finds(start)).toBe(false);
    expect(finds(stop, `on: b, ${start}`)).toBe(true);
  });

  it('is found where another scope or another index is put back', () => {
    expect(finds(settings('transient', 'none'), settings('persistent', 'all'))).toBe(true);
    expect(
      finds(
        'call: PUT /orders/_settings, body: { index.routing.allocation.enable: none }',
        'call: PUT /other/_settings, body: { index.routing.allocation.enable: all }',
      ),
    ).toBe(true);
  });

  it('is not found for other settings', () => {
    expect(finds(settings('persistent', '50mb', 'indices.recovery.max_bytes_per_sec'))).toBe(false);
    expect(finds('call: PUT /orders/_settings, body: { index.number_of_replicas: 0 }')).toBe(false);
    expect(finds('call: POST /_ml/set_upgrade_mode, query: { enabled: false }')).toBe(false);
  });
});

describe('rollback-of-overwrite', () => {
  const finds = (step: string, more = '', before = '') =>
    found(`${before}{ id: w, ${step} }`, { more }).includes('rollback-of-overwrite');
  const put = (path: string, more = '') => `call: 'PUT ${path}', body: { x: 1 }${more}`;
  const deleted = (path: string, when = '') => `, rollback: [{ call: 'DELETE ${path}'${when} }]`;

  it.each([
    '/_security/user/kara',
    '/_security/role/r',
    '/_ingest/pipeline/p',
    '/_index_template/t',
    '/_ilm/policy/p',
    '/_snapshot/r',
    '/orders/_doc/1',
    '/orders/_alias/o',
    '/_scripts/s',
  ])('is found: PUT %s', (path) => {
    expect(finds(put(path, deleted(path)))).toBe(true);
    expect(finds(put(path), deleted(path))).toBe(true);
    expect(finds(put(path), `, always: [{ id: z, call: 'DELETE ${path}' }]`)).toBe(true);
    expect(finds(put(path, `, done_when: { call: 'GET ${path}', expect: { status: 200 } }${deleted(path)}`))).toBe(
      false,
    );
    expect(finds(put(path, deleted('/orders/_doc/other')))).toBe(false);
  });

  it('is not found where nothing can be overwritten', () => {
    expect(finds(put('/orders', deleted('/orders')))).toBe(false);
    expect(finds(put('/_snapshot/r/s', deleted('/_snapshot/r/s')))).toBe(false);
    expect(finds(put('/orders/_create/1', deleted('/orders/_doc/1')))).toBe(false);
    expect(finds(put('/orders/_doc/1', `, query: { op_type: create }${deleted('/orders/_doc/1')}`))).toBe(false);
    expect(finds(put('/_index_template/t', `, query: { create: true }${deleted('/_index_template/t')}`))).toBe(false);
    const doc = put('/orders/_doc/1', deleted('/orders/_doc/1'));
    expect(finds(doc, '', '{ id: i, call: PUT /orders }, ')).toBe(false);
    expect(finds(doc, '', '{ id: i, call: PUT /other }, ')).toBe(true);
  });

  it('is not found where a read has looked before', () => {
    const user = put('/_security/user/kara', deleted('/_security/user/kara'));
    const look = (status: string) =>
      `{ id: l, call: GET /_security/user/kara, expect: { status: ${status} }, save: { n: x } }, `;
    expect(finds(user, '', look('404'))).toBe(false);
    expect(finds(user, '', look('[200, 404]'))).toBe(true);
    expect(finds(`when: { steps.l.n: { exists: false } }, ${user}`, '', look('[200, 404]'))).toBe(false);
    expect(finds(put('/_security/user/kara', deleted('/_security/user/kara', ', when: { inputs.name: one }')))).toBe(
      false,
    );
  });
});

describe('wait-for-completion', () => {
  const finds = (step: string) => found(`{ id: w, ${step} }`).includes('wait-for-completion');

  it.each([
    '/_reindex',
    '/orders/_delete_by_query',
    '/orders/_update_by_query',
    '/orders/_forcemerge',
    '/_forcemerge',
    '/_enrich/policy/p/_execute',
  ])('is found where a write waits by default: %s', (path) => {
    const call = `call: ${path.includes('_enrich') ? 'PUT' : 'POST'} ${path}`;
    expect(finds(call)).toBe(true);
    expect(finds(`${call}, query: { wait_for_completion: true }`)).toBe(true);
    expect(finds(`${call}, query: { wait_for_completion: false }`)).toBe(false);
    expect(finds(`${call}, query: { wait_for_completion: '{{inputs.value}}' }`)).toBe(false);
    const readBack = 'done_when: { call: GET /orders, expect: { status: 200 }, timeout: 1h }, on_unknown: suspend';
    expect(finds(`${call}, ${readBack}`)).toBe(false);
  });

  it('is not found for what does not wait', () => {
    expect(finds('call: PUT /_snapshot/r/s')).toBe(false);
    expect(finds('call: POST /_reindex/t:1/_rethrottle')).toBe(false);
    expect(finds('call: POST /orders/_refresh')).toBe(false);
  });
});

describe('bulk-errors-not-checked', () => {
  const finds = (call: string, more = '', on = 'a') =>
    found(`{ id: w, on: ${on}, call: ${call}, body: [{ index: {} }, { n: 1 }]${more} }`).includes(
      'bulk-errors-not-checked',
    );

  it.each(['POST /_bulk', 'PUT /_bulk', 'POST /orders/_bulk', "'POST /{{inputs.name}}/_bulk'"])(
    'is found: %s',
    (call) => {
      expect(finds(call)).toBe(true);
      expect(finds(call, ', expect: { status: 200 }')).toBe(true);
      expect(finds(call, ', expect: { body: { took: { at_least: 0 } } }')).toBe(true);
      expect(finds(call, ', expect: { body: { errors: { exists: true } } }')).toBe(true);
      expect(finds(call, ', expect: { body: { errors: true } }')).toBe(true);
      expect(finds(call, ', expect: { body: { errors: false } }')).toBe(false);
      expect(finds(call, ', expect: { body: { errors: { equals: false, message: Some items failed. } } }')).toBe(false);
      expect(finds(call, ", expect: { body: { 'items[].*.error[]': { empty: true } } }")).toBe(false);
      expect(finds(call, ', save: { failed: errors }')).toBe(false);
    },
  );

  it('is found of an import to Kibana', () => {
    const call = 'POST /api/saved_objects/_import';
    expect(finds(call, '', 'kb')).toBe(true);
    expect(finds(call, ', expect: { body: { success: true } }', 'kb')).toBe(false);
    expect(finds('POST /_bulk', '', 'kb')).toBe(false);
  });
});

describe('health-wait-ends', () => {
  const finds = (more: string, place = '') =>
    found(`{ id: h, call: GET /_cluster/health${place}, ${more} }`).includes('health-wait-ends');

  it('is found where a health is waited for, and 408 fails', () => {
    expect(finds('query: { wait_for_status: green }')).toBe(true);
    expect(finds('query: { wait_for_nodes: 3 }', '/orders')).toBe(true);
    expect(finds('query: { wait_for_status: green, timeout: 5s }, expect: { status: 200 }')).toBe(true);
    expect(finds('query: { wait_for_status: green }, until: { status: green }')).toBe(false);
    expect(finds('query: { wait_for_status: green }, expect: { status: [200, 408] }')).toBe(false);
    expect(finds('query: { level: indices }, expect: { body: { status: green } }')).toBe(false);
  });
});

describe('date-math-not-encoded', () => {
  const codes = (call: string) =>
    everyDiagnosticOf(`${head('8.x')}  - { id: d, on: a, call: '${call}' }\n`)
      .map(({ code }) => code)
      .filter((code) => code !== 'left-in-place' && code !== 'unused-input');

  it.each([
    'GET /<logs-{now/d}>/_count',
    'PUT /<logs-{now}>',
    'PUT /<logs-{now/d}-000001>',
    'GET /orders,<logs-{now/d{yyyy.MM}}>/_count',
    'GET /%3Clogs-{now/d}%3E/_count',
    'GET /<{{inputs.name}}-{now/d}>/_count',
  ])('is found, and nothing else is: %s', (call) => {
    expect(codes(call)).toEqual(['date-math-not-encoded']);
  });

  it('is found in the reads beside a call', () => {
    const done = 'done_when: { call: "GET /<logs-{now/d}>", expect: { status: 200 } }';
    expect(found(`{ id: d, call: PUT /x, ${done} }`)).toEqual(['date-math-not-encoded']);
  });

  it.each(['GET /%3Clogs-%7Bnow%2Fd%7D%3E/_count', 'GET /{{inputs.name}}/_count', 'GET /orders/_count'])(
    'is not found: %s',
    (call) => {
      expect(codes(call)).toEqual([]);
    },
  );
});
