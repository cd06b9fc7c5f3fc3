import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Json, JsonObject } from '../../src/text/index.ts';

/** A call of one of Elastic's own tests. */
export interface TestedCall {
  /** The file and the case. */
  readonly where: string;
  readonly method: string;
  readonly path: string;
  readonly query: JsonObject;
  readonly body?: Json;
  /** The test wants the server to refuse it. */
  readonly isRefused: boolean;
}

interface Specification {
  readonly url: {
    readonly paths: readonly { readonly path: string; readonly methods: readonly string[]; readonly parts?: object }[];
  };
}

/** The calls of the YAML tests that stand beside a server's specification. `folder` is that of `rest-api-spec`. */
export function testedCalls(folder: string): TestedCall[] {
  const specifications = new Map<string, Specification>();
  for (const file of readdirSync(join(folder, 'api')))
    for (const [name, value] of Object.entries(JSON.parse(readFileSync(join(folder, 'api', file), 'utf8'))))
      specifications.set(name, value as Specification);
  const files = readdirSync(join(folder, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yml'),
  );
  return files
    .sort()
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, 'test', file), 'utf8'), { merge: true, uniqueKeys: false }).flatMap(
        (document) =>
          Object.entries((document.toJS() ?? {}) as Record<string, Json>).flatMap(([name, steps]) =>
            (Array.isArray(steps) ? (steps as JsonObject[]) : []).flatMap((step) =>
              callOf(step, `${file}: ${name}`, specifications),
            ),
          ),
      ),
    );
}

const notAnApi = new Set([
  'catch',
  'warnings',
  'allowed_warnings',
  'headers',
  'node_selector',
  'warnings_regex',
  'allowed_warnings_regex',
]);

function callOf(step: JsonObject, where: string, specifications: ReadonlyMap<string, Specification>): TestedCall[] {
  const wanted = step.do as JsonObject | undefined;
  if (!wanted) return [];
  return Object.entries(wanted).flatMap(([name, value]): TestedCall[] => {
    const specification = notAnApi.has(name) ? undefined : specifications.get(name);
    if (!specification) return [];
    const { body, ignore: _ignore, ...given } = (value ?? {}) as JsonObject;
    // The path that has a place for the most of what is given.
    const fitting = specification.url.paths
      .filter(({ path }) => partsOf(path).every((part) => given[part] !== undefined && given[part] !== null))
      .sort((left, right) => partsOf(right.path).length - partsOf(left.path).length)[0];
    if (!fitting) return [];
    const parts = partsOf(fitting.path);
    const path = fitting.path.replace(/\{(\w+)\}/g, (_all, part: string) => encodeURIComponent(String(given[part])));
    const query = Object.fromEntries(Object.entries(given).filter(([key]) => !parts.includes(key)));
    const [first = 'GET'] = fitting.methods;
    const method = body !== undefined && first === 'GET' && fitting.methods.includes('POST') ? 'POST' : first;
    return [
      { where, method, path, query, ...(body === undefined ? {} : { body }), isRefused: wanted.catch !== undefined },
    ];
  });
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => part);
}
