// Writes src/language/*.types.ts from schemas/*.json, the single source of both languages (runbook and environment).
// `node generate.mjs --check` writes nothing and fails when a file is not what its schema gives.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

/** The generator takes a reference with a description beside it for a type of its own: leave the description out. */
function withoutDescriptionsBesideReferences(node) {
  if (Array.isArray(node)) return node.map(withoutDescriptionsBesideReferences);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([key]) => !('$ref' in node) || key === '$ref');
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutDescriptionsBesideReferences(value)]));
}

/** The generator does not know if/then: where a schema names the types it chooses between, say them as `oneOf`. */
function withChoices(node, definitions) {
  if (Array.isArray(node)) return node.map((item) => withChoices(item, definitions));
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.tsType === 'string' && node.if) {
    const { tsType, if: _if, then: _then, else: _else, type: _type, ...rest } = node;
    return withChoices({ ...rest, oneOf: tsType.split(' | ').map((part) => choice(part, definitions)) }, definitions);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withChoices(value, definitions)]));
}

function choice(part, definitions) {
  const [, title, list] = /^(\w+)(\[\])?$/.exec(part) ?? [];
  const name = title && Object.keys(definitions).find((key) => definitions[key].title === title);
  if (!name) return { tsType: part };
  return list ? { type: 'array', items: { $ref: `#/$defs/${name}` } } : { $ref: `#/$defs/${name}` };
}

let stale = false;
for (const name of ['runbook', 'environment']) {
  const schema = JSON.parse(await readFile(`schemas/${name}.v1.schema.json`, 'utf8'));
  const text = await compile(withChoices(withoutDescriptionsBesideReferences(schema), schema.$defs), name, {
    bannerComment: `// Generated from schemas/${name}.v1.schema.json by \`npm run generate\`: change the schema, not this file.\nimport type { Json } from './json.ts';\n`,
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  const used = /\bJson\b(?!.*from)/.test(text.replace(/^import.*$/m, ''));
  const output = used ? text : text.replace(/^import.*\n/m, '');
  const file = `src/language/${name}.types.ts`;
  if (!process.argv.includes('--check')) await writeFile(file, output);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== output) {
    console.error(`${file} is not what schemas/${name}.v1.schema.json gives: run \`npm run generate\`.`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;
