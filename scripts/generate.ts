// Writes src/language/*.types.ts from the schemas of what people write (runbook and environment), and the schemas of what
// the program writes (approval, diff, journal, plan, report, runs, status) from the types that it is made with: each has one source.
// `--check` writes nothing and fails when a file is not what its source gives.
import { readFile, writeFile } from 'node:fs/promises';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { createGenerator } from 'ts-json-schema-generator';

async function keep(file: string, output: string, source: string): Promise<void> {
  if (!process.argv.includes('--check')) await writeFile(file, output);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== output) {
    console.error(`${file} is not what ${source} gives: run \`npm run generate\`.`);
    process.exitCode = 1;
  }
}

for (const name of ['runbook', 'environment']) {
  const source = `schemas/${name}.v1.schema.json`;
  const text = await readFile(source, 'utf8');
  const definitions = Object.entries<JSONSchema>(JSON.parse(text).$defs);
  /** One type of `A | B[]`: that of the definition with this title, or one of TypeScript. */
  const choice = (type: string): JSONSchema => {
    const [key] = definitions.find(([, { title }]) => title === type.replace('[]', '')) ?? [];
    if (key === undefined) return { tsType: type };
    const reference = { $ref: `#/$defs/${key}` };
    return type.endsWith('[]') ? { type: 'array', items: reference } : reference;
  };
  const schema = JSON.parse(text, (_key, node) => {
    // A reference with a description beside it would be a type of its own.
    if (node?.$ref) return { $ref: node.$ref };
    // The generator does not know if/then: `tsType` names what the schema chooses between.
    if (!node?.tsType || !node.if) return node;
    const { tsType, if: _if, then: _then, else: _else, type: _type, ...rest } = node;
    return { ...rest, oneOf: tsType.split(' | ').map(choice) };
  });
  const types = await compile(schema, name, {
    bannerComment: '',
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  const imports = /\bJson\b/.test(types) ? `import type {Json} from '../text/value.ts';\n` : '';
  const banner = `// Generated from ${source} by \`npm run generate\`: change the schema, not this file.\n`;
  await keep(`src/language/${name}.types.ts`, `${banner}${imports}\n${types}`, source);
}

/** What the program writes: schema → the type that it is made from. */
const written = {
  approval: ['src/plan/approval.ts', 'Approval'],
  diff: ['src/report/diff.ts', 'PlanDiff'],
  journal: ['src/runs/chain.ts', 'JournalLine'],
  plan: ['src/plan/plan.ts', 'Plan'],
  report: ['src/report/run-report.ts', 'RunReport'],
  status: ['src/report/status.ts', 'Status'],
  runs: ['src/report/run-list.ts', 'RunList'],
} as const;
for (const [name, [path, type]] of Object.entries(written)) {
  const generator = createGenerator({
    path,
    type,
    tsconfig: 'tsconfig.json',
    skipTypeCheck: true,
    topRef: false,
    encodeRefs: false,
  });
  const { $schema: _draft, definitions: $defs, ...schema } = generator.createSchema(type);
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: `runbook-${name}/v1` };
  const output = JSON.stringify(
    { ...head, ...schema, $defs },
    (key, value) => {
      if (key === '$ref') return value.replace('#/definitions/', '#/$defs/');
      // Without what the other generator has said about its own types.
      return key === 'description' ? value.replace(/\s*This interface was referenced by .*/s, '') || undefined : value;
    },
    2,
  );
  await keep(`schemas/${name}.v1.schema.json`, `${output}\n`, path);
}
