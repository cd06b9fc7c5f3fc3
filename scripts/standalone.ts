import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _ } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { createValidator, type Validator } from '../src/language/validator.ts';

/** Puts the compiled validator of a schema in the place of each `*.validator.ts`: ajv itself is not in the bundle. */
export const standaloneValidators: Plugin = {
  name: 'standalone-validators',
  setup({ onLoad }) {
    onLoad({ filter: /\.validator\.ts$/ }, async ({ path }) => {
      const { validator } = (await import(pathToFileURL(path).href)) as { readonly validator: Validator };
      return { contents: standalone(validator), loader: 'js', resolveDir: join(path, '..') };
    });
  },
};

/** Returns the validator of a schema as an ES module with the same export. */
export function standalone({ schema, options }: Validator): string {
  const formatsOf = _`formats`;
  const ajv = createValidator({ ...options, code: { source: true, esm: true, optimize: 1, formats: formatsOf } });
  const code = standaloneCode.default(ajv, ajv.compile(schema as object));
  // What it requires of ajv is a module of CommonJS, and this is none.
  const helpers = [...code.matchAll(/const (\w+) = require\("([^"]+)"\)(\.default)?;/g)];
  const imports = helpers.map(([, name, from]) => `import ${name}Module from '${from}.js';`);
  const constants = helpers.map(([, name, , property = '']) => `const ${name} = ${name}Module${property};`);
  const rest = helpers.reduce((text, [line]) => text.replace(line, ''), code);
  const formats = join(import.meta.dirname, '..', 'src', 'language', 'formats.ts');
  return [
    `import { formats, schemaPattern } from ${JSON.stringify(formats)};`,
    ...imports,
    ...constants,
    rest.replace('export default ', 'const compiled = ').replace(/export const validate = .*?;/, ''),
    'export const validator = () => compiled;',
  ].join('\n');
}
