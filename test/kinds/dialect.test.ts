import { describe, expect, it } from 'vitest';
import { dialect as elasticsearch } from '../../src/kinds/elasticsearch/dialect.ts';
import { dialect as http } from '../../src/kinds/http/dialect.ts';
import { encoded } from '../../src/kinds/index.ts';
import { dialect as kibana } from '../../src/kinds/kibana/dialect.ts';
import type { HttpRequest } from '../../src/plan/index.ts';

const post = (more: Partial<HttpRequest>): HttpRequest => ({
  ...{ type: 'http', connection: 'c', method: 'POST', path: '/x' },
  ...more,
});
const list = [{ a: 1 }, { b: 'ä' }];

describe('a call is encoded', () => {
  it('with a list in its query as the server wants it', () => {
    const request = post({ query: { q: 'a b&c', type: ['one', 'two'], flag: true } });
    expect(encoded(request, elasticsearch).query).toBe('q=a%20b%26c&type=one%2Ctwo&flag=true');
    for (const dialect of [kibana, http])
      expect(encoded(request, dialect).query).toBe('q=a%20b%26c&type=one&type=two&flag=true');
  });

  it('with a body as JSON, also where it is a list or a string', () => {
    expect(encoded(post({ body: list }), elasticsearch)).toEqual({
      query: '',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '[{"a":1},{"b":"ä"}]',
    });
    expect(encoded(post({ body: 'a "b"' }), http)).toMatchObject({ body: '"a \\"b\\""' });
    expect(encoded(post({ body: list }), kibana)).toMatchObject({
      headers: { 'kbn-xsrf': 'true', 'content-type': 'application/json' },
      body: '[{"a":1},{"b":"ä"}]',
    });
    expect(encoded(post({ body: list }), http)).toEqual({
      query: '',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '[{"a":1},{"b":"ä"}]',
    });
  });

  it('with lines of JSON as NDJSON, or as an uploaded file where that is imported', () => {
    for (const dialect of [elasticsearch, http, kibana])
      expect(encoded(post({ ndjson: list }), dialect)).toMatchObject({
        headers: { 'content-type': 'application/x-ndjson', accept: 'application/json' },
        body: '{"a":1}\n{"b":"ä"}\n',
      });
    const file = encoded(post({ path: '/api/saved_objects/_import', ndjson: list }), kibana);
    expect(file.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(file.body).toContain('\r\n\r\n{"a":1}\n{"b":"ä"}\n\r\n--');
  });

  it('with a text as it is, which is plain where no header says more', () => {
    const text = 'status=green\n{"a":';
    expect(encoded(post({ text }), http)).toEqual({ query: '', headers: { 'content-type': 'text/plain' }, body: text });
    const headers = { 'Content-Type': 'application/cbor' };
    expect(encoded(post({ text, headers }), elasticsearch)).toMatchObject({
      headers: { 'content-type': 'application/cbor' },
      body: text,
    });
  });

  it('without a body or a content type where it has none', () => {
    expect(encoded(post({}), elasticsearch)).toEqual({ query: '', headers: {} });
  });

  it('with the headers that its step writes, whatever their case', () => {
    const headers = { 'KBN-XSRF': 'mine', 'Content-Type': 'application/vnd.x+json', 'x-count': 3 };
    expect(encoded(post({ headers, body: {} }), kibana).headers).toEqual({
      'kbn-xsrf': 'mine',
      'content-type': 'application/vnd.x+json',
      accept: 'application/json',
      'x-count': '3',
    });
  });
});

describe('a response that is not application/json', () => {
  it('is a list where Kibana exports NDJSON, JSON where an API says +json, and its text everywhere else', () => {
    expect(kibana.readText('{"a":1}\n{"b":2}\n', 'application/ndjson')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(kibana.readText('{"a":', 'application/ndjson')).toBe('{"a":');
    expect(kibana.readText('{"a":1}', 'text/plain')).toBe('{"a":1}');
    expect(http.readText('{"title":"no"}', 'application/problem+json; charset=utf-8')).toEqual({ title: 'no' });
    expect(http.readText('{"title":', 'application/problem+json')).toBe('{"title":');
    expect(http.readText('{"a":1}\n{"b":2}', 'application/x-ndjson')).toBe('{"a":1}\n{"b":2}');
    expect(elasticsearch.readText('{"a":1}\n', 'application/x-ndjson')).toBe('{"a":1}\n');
  });
});
