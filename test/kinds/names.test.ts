import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import environmentSchema from '../../schemas/environment.v1.schema.json' with { type: 'json' };
import runbookSchema from '../../schemas/runbook.v1.schema.json' with { type: 'json' };
import { kinds } from '../../src/kinds/index.ts';

const names = Object.keys(kinds);

/** Where a kind is at home: its folder, the clients, the servers that are emulated, and what is generated from the schemas. */
const atHome = /^src\/(kinds|connections|sandbox)\/|\.types\.ts$/;

/** Places that say the same word and mean something else. */
const exceptions: Readonly<Record<string, string>> = {
  'src/check/check.ts': 'elasticsearch: the versions that a runbook is written for',
  'src/check/overlaps.ts': 'elasticsearch: the same',
  'src/check/rules/comparisons-can-hold.ts': 'elasticsearch: the types of the fields of its APIs',
  'src/language/load.ts': 'elasticsearch: the same',
  'src/language/meant.ts': 'oss: a kind of step',
  'src/planner/steps/oss.ts': 'oss: a kind of step',
  'src/report/markdown-parts.ts': 'http: the language of a code block',
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => join('src', file))
  .filter((file) => file.endsWith('.ts') && !atHome.test(file));

/** The names of kinds in a file, as strings or as keys, but for `type: 'http'`: that is the type of a request. */
function namesIn(file: string, text = readFileSync(file, 'utf8')): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && names.includes(node.text) && !isRequestType(node)) found.push(node.text);
    // As a key, `elasticsearch` is a runbook's range of versions, and `http` how a kind takes calls.
    if (ts.isIdentifier(node) && ['kibana', 'oss'].includes(node.text) && isKey(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function isRequestType({ parent }: ts.Node): boolean {
  const holder = ts.isLiteralTypeNode(parent) || ts.isAsExpression(parent) ? parent.parent : parent;
  if (ts.isBinaryExpression(holder)) return /\.type$/.test(holder.left.getText());
  const isProperty = ts.isPropertyAssignment(holder) || ts.isPropertySignature(holder);
  return isProperty && holder.name.getText() === 'type';
}

function isKey(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node;
}

describe('a kind of connection is one folder', () => {
  it('with a name in the schemas, and a line in the list', () => {
    const folders = readdirSync('src/kinds', { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(folders.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(environmentSchema.$defs.kind.enum).toEqual(names);
    expect(runbookSchema.$defs.connection.properties.kind.enum).toEqual(names);
  });

  it('that no other file names', () => {
    expect(files.length).toBeGreaterThan(150);
    const naming = files.filter((file) => namesIn(file).length > 0);
    expect(naming.sort()).toEqual(Object.keys(exceptions).sort());
  });

  it.each([
    "if (connection.kind === 'kibana') return;",
    "const path = target.kind !== 'http' ? 1 : 2;",
    'const preflights = { kibana: 1 };',
    "const kind = connection.kind ?? 'elasticsearch';",
    'kinds.oss.step;',
    "type Kind = 'oss' | 'http';",
  ])('and it is found where one does: %s', (text) => {
    expect(namesIn('x.ts', text)).toHaveLength(text.includes('|') ? 2 : 1);
  });

  it('which is not the type of a request', () => {
    const text =
      "type R = { type: 'http' }; const r = { type: 'oss' as const }; if (r.type === 'http' || r.type !== 'oss') {}";
    expect(namesIn('x.ts', text)).toEqual([]);
  });
});
