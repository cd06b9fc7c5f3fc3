import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { standaloneValidators } from '../../scripts/standalone.ts';
import { validator } from '../../src/language/runbook.validator.ts';
import type { Validator } from '../../src/language/validator.ts';

/** The program validates with code that was compiled when it was built; the tests of the rest compile the schemas themselves. */
describe('the validators of the bundle', () => {
  let built: Validator;
  beforeAll(async () => {
    const outfile = join(mkdtempSync(join(tmpdir(), 'runbook-')), 'validator.mjs');
    const plugins = [standaloneValidators];
    await build({ entryPoints: ['src/language/runbook.validator.ts'], bundle: true, format: 'esm', outfile, plugins });
    built = (await import(pathToFileURL(outfile).href)).validator;
  });

  it('find what those find that are compiled at run time, in runbooks with any of their keys misspelt', () => {
    let faults = 0;
    for (const file of ['users-7.10.yaml', 'users-copy-7.10.yaml', 'visualizations-8.5.yaml']) {
      const text = readFileSync(join('runbooks', file), 'utf8');
      const keys = [...new Set([...text.matchAll(/^ *(?:- )?(\w+):/gm)].map(([, key = '']) => key))];
      for (const key of ['', ...keys]) {
        const value = parse(key === '' ? text : text.replaceAll(`${key}:`, 'something_else:'), { uniqueKeys: false });
        const [compiled, standalone] = [validator(), built()];
        expect(standalone(value)).toBe(compiled(value));
        expect(standalone.errors).toEqual(compiled.errors);
        faults += compiled.errors?.length ?? 0;
      }
    }
    expect(faults).toBeGreaterThan(100);
  });
});
