import { describe, expect, it } from 'vitest';
import type { SourceApi } from '../../scripts/catalogue/api.ts';
import { decidedApis, readingApis } from '../../scripts/catalogue/reads.ts';
import { type KindName, readProblem } from '../../src/kinds/index.ts';
import { diagnosticsOf, head } from '../support.ts';

const isBelieved = (kind: KindName, path: string) => readProblem(kind, path) === undefined;

describe('what reads is taken from the sources', () => {
  const api = (name: string, methods: readonly string[], cluster: readonly string[]): SourceApi => ({
    name,
    routes: [{ path: '/_a', methods }],
    privileges: { cluster },
  });
  const known = decidedApis.map((name) => api(name, ['GET'], []));

  it('where they have GET for the same, and ask only for privileges to look', () => {
    const reads = readingApis([...known, api('a', ['GET', 'POST'], ['monitor']), api('b', ['POST'], ['manage'])]);
    expect([reads('a'), reads('b'), reads('scroll')]).toEqual([true, false, false]);
  });

  it('and somebody has to decide where they say one of the two', () => {
    expect(() => readingApis([...known, api('a', ['GET', 'POST'], ['manage'])])).toThrow('Does a read?');
    expect(() => readingApis([...known, api('a', ['POST'], ['monitor'])])).toThrow('Does a read?');
    expect(() => readingApis([...known, api('a', ['GET', 'POST'], [])])).toThrow('Does a read?');
    expect(() => readingApis(known.slice(1))).toThrow(`No source has ${decidedApis[0]}`);
  });
});

describe('effect: read on a POST is believed', () => {
  it.each([
    '/_search',
    '/_all/_search',
    '/.kibana*,.security*/_search',
    '/<logs-{now%2Fd}>/_count',
    '/{{inputs.index}}/_search',
    '/{{steps.[a/b].names}}/_msearch',
    '/_security/user/_has_privileges',
    '/_snapshot/{{inputs.name}}/_verify',
    '/%C3%A4/_explain/1',
    '/_ml/datafeeds/{{inputs.feed}}/_preview',
    '/_security/user/_a/_has_privileges',
    '/_security/user/_a%20b/_has_privileges',
    '/_security/user/50%25/_has_privileges',
  ])('on a cluster where it is known to read: %s', (path) => {
    expect(isBelieved('elasticsearch', path)).toBe(true);
  });

  it.each([
    '/x/_doc',
    '/x/_close',
    '/_aliases',
    '/x/_doc/_search',
    '/_security/user/_search',
    '/_security/role/_count',
    '/x/_search/',
    '/x/_pit',
    '/x/_async_search',
    '/_search/scroll',
    '/x/_flush',
    '/_refresh',
    '/x/a-type/_search',
    '/_scripts/_search',
    '/_inference/completion/a/_stream',
    '/_snapshot/r/_verify/more',
    '/x/{{inputs.api}}',
    '/{{inputs.api}}',
    '/x/_{{inputs.api}}',
    '/_inde{{inputs.x}}_template/_simulate',
    '/x/_e{{inputs.x}}plain/1',
    '/%5Ftemplate/_count',
    '/%5ftemplate/_count',
    '/%255Ftemplate/_count',
    '/a%2F_template/_count',
    '/a%2F..%2F_template/_count',
    '/%2E%2E/_search',
    '/_ingest/pipeline/../_simulate',
    '/x/_search%2F',
    '/x/%5Fsearch',
    '/%E0/_search',
    '//_search',
    '/x/_SEARCH',
  ])('and not where it writes, whatever it is called: %s', (path) => {
    expect(isBelieved('elasticsearch', path)).toBe(false);
  });

  it('at Kibana by its own APIs, in any space', () => {
    expect(isBelieved('kibana', '/api/saved_objects/_export')).toBe(true);
    expect(isBelieved('kibana', '/s/lab/api/saved_objects/_export')).toBe(true);
    expect(isBelieved('kibana', '/api/saved_objects/_import')).toBe(false);
    expect(isBelieved('kibana', '/x/_search')).toBe(false);
  });

  it('at any other API, for nothing is known of it', () => {
    expect(isBelieved('http', '/anything')).toBe(true);
  });

  it('of a fragment by the connection that it is given', () => {
    const fragment = (call: string) =>
      `apiVersion: runbook/v1\nfragment: part\ntitle: Part\ninputs: { connection: { type: connection } }\nsteps: [{ id: a, on: '{{inputs.connection}}', call: ${call}, effect: read }]\n`;
    const problems = (call: string) =>
      diagnosticsOf(`${head}  - { id: u, use: part.yaml, with: { connection: es } }\n`, {
        'part.yaml': fragment(call),
      }).map(({ code, message }) => `${code}: ${message}`);

    expect(problems('POST /x/_search')).toEqual([]);
    expect(problems('POST /x/_refresh')).toEqual([
      'effect: effect: read on POST /x/_refresh, which is not known to only read on a connection of kind elasticsearch',
    ]);
  });
});
