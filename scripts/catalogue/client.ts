import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type SourceApi, snakeCase } from './api.ts';

type Members = ReadonlyMap<string, ts.TypeNode | undefined>;

/** Reads Elastic's own client for JavaScript: the routes from its code, the parameters from its types. */
export function readClient(folder: string): SourceApi[] {
  const modern = join(folder, 'lib', 'api');
  return existsSync(modern) ? readModern(modern) : readLegacy(join(folder, 'api'));
}

/** 8.0 and later: types tell what of a request is path, query and body. */
function readModern(folder: string): SourceApi[] {
  const types = interfacesIn(join(folder, 'typesWithBodyKey.d.ts'));
  const membersOf = (name: string): Members => {
    const found = types.get(name);
    if (!found) return new Map();
    return new Map([...found.parents.flatMap((parent) => [...membersOf(parent)]), ...found.members]);
  };
  const common = [...membersOf('RequestBase').keys()];
  return readdirSync(join(folder, 'api')).flatMap((file) => {
    if (!file.endsWith('.js')) return [];
    const name = file.slice(0, -'.js'.length);
    const code = readFileSync(join(folder, 'api', file), 'utf8');
    const declared = readFileSync(join(folder, 'api', `${name}.d.ts`), 'utf8');
    return functionsIn(code).flatMap(({ name: method, text }): SourceApi[] => {
      const routes = routesIn(text, /[`'](\/[^`']*)[`']/, /\$\{encodeURIComponent\(params\.(\w+)\.toString\(\)\)\}/g);
      const type = new RegExp(`\\b${method}\\b[^(]*\\(this: That, params\\??: .*?\\bTB\\.(\\w+)`).exec(declared)?.[1];
      if (routes.length === 0 || type === undefined) return [];
      const members = membersOf(type);
      const parts = new Set(routes.flatMap(({ path }) => partsOf(path)));
      const query = [...members.keys()].filter((key) => key !== 'body' && !parts.has(key) && !common.includes(key));
      const body = members.get('body');
      const keys = body && bodyKeys(body);
      return [
        {
          name: method.endsWith('Api') ? snakeCase(name) : `${name}.${snakeCase(method)}`,
          routes,
          query,
          ...(keys ? { body: keys } : {}),
        },
      ];
    });
  });
}

/** 7.x: an interface for each API, without the keys of its body. */
function readLegacy(folder: string): SourceApi[] {
  const types = interfacesIn(join(folder, 'requestParams.d.ts'));
  return readdirSync(join(folder, 'api')).flatMap((file) => {
    const code = readFileSync(join(folder, 'api', file), 'utf8');
    const single = file.slice(0, -'.js'.length);
    return [...code.matchAll(/function (\w+)Api \(params, options, callback\) \{([\s\S]*?)\n\}/g)].flatMap(
      ([, name = '', text = '']): SourceApi[] => {
        const routes = routesIn(
          text.replaceAll("' + '", ''),
          /path = (.+)/,
          /' \+ encodeURIComponent\((\w+)[^)]*\)(?: \+ ')?/g,
        );
        const members = types.get(name[0]?.toUpperCase() + name.slice(1))?.members;
        if (routes.length === 0 || !members) return [];
        const parts = new Set(routes.flatMap(({ path }) => partsOf(path)));
        const own = snakeCase(name);
        return [
          {
            name: own === single ? own : `${single}.${own.slice(single.length + 1)}`,
            routes,
            query: [...members.keys()].filter((key) => key !== 'body' && !parts.has(key)),
          },
        ];
      },
    );
  });
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => part);
}

/** The functions of a client's file, whatever else is in it. */
function functionsIn(code: string): { readonly name: string; readonly text: string }[] {
  const found: { name: string; text: string }[] = [];
  const source = ts.createSourceFile('api.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const visit = (node: ts.Node): void => {
    if ((ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node)) && node.name)
      found.push({ name: node.name.getText(), text: node.getText() });
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Each path in the text of a function, with the methods that are chosen from just before it. */
function routesIn(text: string, path: RegExp, part: RegExp): { path: string; methods: string[] }[] {
  const routes: { path: string; methods: string[] }[] = [];
  let methods: string[] = [];
  for (const line of text.split('\n')) {
    if (/\bmethod = /.test(line)) {
      const named = [...line.matchAll(/'([A-Z]+)'/g)].map(([, method = '']) => method);
      if (named.length > 0) methods = named;
    }
    const written = /\bpath = /.test(line) ? path.exec(line)?.[1] : undefined;
    const plain = written?.replace(part, '{$1}').replaceAll(/^'|'$/g, '');
    if (plain && methods.length > 0) routes.push({ path: plain.startsWith('/') ? plain : `/${plain}`, methods });
  }
  return routes;
}

interface Interface {
  readonly parents: readonly string[];
  readonly members: Members;
}

function interfacesIn(file: string): ReadonlyMap<string, Interface> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
  const found = new Map<string, Interface>();
  for (const statement of source.statements) {
    if (!ts.isInterfaceDeclaration(statement)) continue;
    const parents = (statement.heritageClauses ?? []).flatMap(({ types }) =>
      types.map(({ expression }) => expression.getText(source)),
    );
    found.set(statement.name.text, { parents, members: membersOf(statement.members) });
  }
  return found;
}

function membersOf(members: ts.NodeArray<ts.TypeElement>): Members {
  return new Map(
    members.flatMap((member) =>
      ts.isPropertySignature(member) && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))
        ? [[member.name.text, member.type]]
        : [],
    ),
  );
}

function bodyKeys(type: ts.TypeNode): readonly string[] | 'any' {
  return ts.isTypeLiteralNode(type) ? [...membersOf(type.members).keys()] : 'any';
}
