// Writes src/language/*.types.ts from the schemas of what people write (runbook and environment), and the schemas of what
// the program writes (plan, report, diff) from the types that it is made with: each has one source.
// `node generate.mjs --check` writes nothing and fails when a file is not what its source gives.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';
import { createGenerator } from 'ts-json-schema-generator';

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

async function keep(file, output, source) {
  if (!process.argv.includes('--check')) await writeFile(file, output);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== output) {
    console.error(`${file} is not what ${source} gives: run \`npm run generate\`.`);
    stale = true;
  }
}

for (const name of ['runbook', 'environment']) {
  const source = `schemas/${name}.v1.schema.json`;
  const schema = JSON.parse(await readFile(source, 'utf8'));
  const text = await compile(withChoices(withoutDescriptionsBesideReferences(schema), schema.$defs), name, {
    bannerComment: `// Generated from ${source} by \`npm run generate\`: change the schema, not this file.\nimport type { Json } from '../text/json.ts';\n`,
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  const used = /\bJson\b(?!.*from)/.test(text.replace(/^import.*$/m, ''));
  await keep(`src/language/${name}.types.ts`, used ? text : text.replace(/^import.*\n/m, ''), source);
}

/** What the program writes: schema → the type that it is made from. */
const written = {
  approval: ['src/plan/approval.ts', 'Approval'],
  diff: ['src/report/diff.ts', 'PlanDiff'],
  plan: ['src/plan/plan.ts', 'Plan'],
  report: ['src/report/run-report.ts', 'RunReport'],
};
for (const [name, [path, type]] of Object.entries(written)) {
  const settings = { path, type, tsconfig: 'tsconfig.json', skipTypeCheck: true, topRef: false };
  const { $schema: _draft, definitions, ...schema } = createGenerator(settings).createSchema(type);
  const output = JSON.stringify(
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `runbook-${name}/v1`,
      ...schema,
      $defs: definitions,
    },
    (key, value) => {
      if (key === '$ref') return decodeURIComponent(value).replace('#/definitions/', '#/$defs/');
      // What the other generator has said about its own types.
      return key === 'description' ? value.replace(/\s*This interface was referenced by .*/s, '') || undefined : value;
    },
    2,
  );
  await keep(`schemas/${name}.v1.schema.json`, `${output}\n`, path);
}
process.exitCode = stale ? 1 : 0;
