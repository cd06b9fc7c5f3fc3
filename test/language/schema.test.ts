import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../src/language/index.ts';
import { createValidator } from '../../src/language/validator.ts';

describe('the JSON Schemas', () => {
  it.each(readdirSync('schemas'))('%s is a schema of draft 2020-12, and strict', (file) => {
    const schema = JSON.parse(readFileSync(join('schemas', file), 'utf8'));
    // Its definitions check what an object has in `if` without saying again that it is one.
    const ajv = createValidator({
      validateSchema: true,
      meta: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
    });
    expect(() => ajv.compile(schema)).not.toThrow();
    expect(() => ajv.compile({ ...schema, $id: 'urn:runbook:broken', propreties: {} })).toThrow('unknown keyword');
  });
});

describe('a connection of an environment file', () => {
  const messages = (connection: string) =>
    loadEnvironment(
      'env.yaml',
      `apiVersion: runbook/v1\nenvironment: e\nconnections: { c: ${connection} }\n`,
    ).diagnostics.map(({ message }) => message);

  it('has the settings of its kind, elasticsearch where it names none', () => {
    expect(messages("{ url: 'http://h', cluster_uuid: u }")).toEqual([]);
    expect(messages("{ kind: http, url: 'http://h', health: /up, identities: {} }")).toEqual([]);
    expect(messages("{ kind: http, url: 'http://h', space: s }")).toEqual(['an unknown key in a http settings']);
  });

  it.each(['elasticsearch', 'kibana', 'http'])('of kind %s has a certificate authority with https:// only', (kind) => {
    const fingerprint = `'${'AB'.repeat(32)}'`;
    for (const url of ['http://h', 'HTTP://127.0.0.1:1']) {
      expect(messages(`{ kind: ${kind}, url: '${url}', ca: ca.pem, fingerprint: ${fingerprint} }`)).toEqual([
        'the connection "c" has ca, and its url begins with http://: without TLS no certificate is verified',
        'the connection "c" has fingerprint, and its url begins with http://: without TLS no certificate is verified',
      ]);
    }
    expect(messages(`{ kind: ${kind}, url: 'https://h', ca: ca.pem }`)).toEqual([]);
  });

  it('with a misspelt kind gets that message only', () => {
    expect(messages("{ kind: kibanna, url: 'http://h', space: s }")).toEqual([
      '"kind" is something else; expected one of elasticsearch, kibana, oss, http — did you mean "kibana"?',
    ]);
  });
});
