import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createValidator } from '../../src/language/schema.ts';

describe('the JSON Schemas', () => {
  it.each(readdirSync('schemas'))('%s is a schema of draft 2020-12, and strict', (file) => {
    const schema = JSON.parse(readFileSync(join('schemas', file), 'utf8'));
    // Its definitions check what an object has in `if` without saying again that it is one.
    const ajv = createValidator({ strict: true, strictTypes: false, strictRequired: false });
    expect(() => ajv.compile(schema)).not.toThrow();
    expect(() => ajv.compile({ ...schema, $id: 'urn:runbook:broken', propreties: {} })).toThrow('unknown keyword');
  });
});
