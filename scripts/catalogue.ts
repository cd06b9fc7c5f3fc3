// Writes src/kinds/elasticsearch/catalogue/data.ts and summaries.ts: which calls each version of Elasticsearch knows, from Elastic's own
// specifications and clients. `--check` writes nothing and fails when a file is not what they give. They are fetched by npm and Maven.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from './catalogue/api.ts';
import { readClient } from './catalogue/client.ts';
import { earlier, needsOf, newPrivileges } from './catalogue/privileges.ts';
import { readingApis } from './catalogue/reads.ts';
import { readSchema } from './catalogue/schema.ts';
import { readSpecification } from './catalogue/specification.ts';

const cache = 'node_modules/.cache/catalogue';
const target = 'src/kinds/elasticsearch/catalogue';

/** Where the catalogue is from; all of it is under the Apache License 2.0. */
const client = (version: string) => npmPackage('@elastic/elasticsearch', version);
const specification = (version: string) =>
  readSpecification(join(mavenJar('org.elasticsearch', 'rest-api-spec', version), 'rest-api-spec', 'api'));
const schema = readSchema(join(npmPackage('@elastic/request-converter', '9.5.0'), 'dist', 'schema.json'));
const newest = specification('9.5.3');
const oldest = specification('7.10.2');

// The specification of 7.10 has nothing of X-Pack; what its client has beside it is added.
const known = new Set(oldest.apis.map(({ name }) => name));
const sources: readonly Source[] = [
  { version: '7.10', hasAllMethods: true, apis: oldest.apis },
  { version: '7.10', hasAllMethods: false, apis: readClient(client('7.10.0')).filter(({ name }) => !known.has(name)) },
  { version: '8.5', hasAllMethods: false, apis: readClient(client('8.5.0')) },
  { version: '8.19', hasAllMethods: false, apis: readClient(client('8.19.2')) },
  { version: '9.5', hasAllMethods: true, apis: newest.apis },
  { version: '9.5', hasAllMethods: true, apis: schema.apis },
];
const versions = [...new Set(sources.map(({ version }) => version))];

interface Merged {
  readonly methods: Map<string, number>;
  readonly query: Set<string>;
  body: Set<string> | 'any' | undefined;
  path: string;
  /** Method → the names of the APIs that are called by it. */
  readonly names: Map<string, Set<string>>;
  /** Method, or query parameter → the note about its deprecation. */
  readonly deprecated: Map<string, string>;
}

/** Paths are the same, whatever their parts are called. */
const shapeOf = (path: string) => path.replace(/\{\w+\}/g, '{}').replace(/(.)\/$/, '$1');

function have({ methods, names }: Merged, method: string, version: number, name: string): void {
  methods.set(method, (methods.get(method) ?? 0) | version);
  names.set(method, new Set([...(names.get(method) ?? []), name]));
}

const merged = new Map<string, Merged>();
for (const { version, apis } of sources) {
  const bit = 1 << versions.indexOf(version);
  for (const { name, routes, query = [], deprecatedQuery = [], body } of apis)
    for (const { path, methods, deprecated } of routes) {
      const shape = shapeOf(path);
      const one: Merged = merged.get(shape) ?? {
        methods: new Map(),
        query: new Set(),
        body: undefined,
        path,
        names: new Map(),
        deprecated: new Map(),
      };
      merged.set(shape, one);
      for (const method of methods) have(one, method, bit, name);
      for (const parameter of query) one.query.add(parameter);
      if (deprecated) for (const method of methods) one.deprecated.set(method, deprecated);
      for (const [parameter, note] of deprecatedQuery) one.deprecated.set(parameter, note);
      if (body === 'any') one.body = 'any';
      else if (body && one.body !== 'any') one.body = new Set([...(one.body ?? []), ...body]);
      // The newest one has the last word.
      one.path = path;
    }
}
// A client sends one of the methods that an API has at a path: a version that has the API has the others as well.
const exact = new Map<string, Set<string>>();
for (const { hasAllMethods, apis } of sources)
  for (const { name, routes } of hasAllMethods ? apis : [])
    for (const { path, methods } of routes)
      for (const key of [`${name} ${shapeOf(path)}`, name])
        exact.set(key, new Set([...(exact.get(key) ?? []), ...methods]));
for (const { version, hasAllMethods, apis } of sources) {
  if (hasAllMethods) continue;
  const bit = 1 << versions.indexOf(version);
  for (const { name, routes } of apis)
    for (const { path } of routes) {
      const one = merged.get(shapeOf(path)) as Merged;
      // One that has another name by now has whatever its path has.
      const others = exact.get(`${name} ${shapeOf(path)}`) ?? (exact.has(name) ? [] : one.methods.keys());
      for (const method of others) have(one, method, bit, name);
    }
}
const allApis = sources.flatMap(({ apis }) => apis);
const reads = readingApis(allApis);
const needs = needsOf(allApis);

/** Methods that came later than their path, as real servers say: method, path, the versions that lack it. */
const later = [
  ['POST', '/_cat/count', ['8.5', '8.19']],
  ['POST', '/_cat/count/{index}', ['8.5', '8.19']],
  ['POST', '/_resolve/index/{name}', ['8.5', '8.19']],
  ['PUT', '/_inference/{task_type}/{inference_id}/_update', ['8.19']],
] as const;
for (const [method, path, lacking] of later) {
  const { methods } = merged.get(shapeOf(path)) as Merged;
  for (const version of lacking) methods.set(method, (methods.get(method) ?? 0) & ~(1 << versions.indexOf(version)));
}

const bits = (mask: number) => versions.map((_, index) => (mask & (1 << index) ? '1' : '0')).join('');
const sorted = (names: Iterable<string>) => [...new Set(names)].sort().join(' ');
const listed: string[] = [];
const notes: string[] = [];
/** What is needed, by its place in a list: there are few, and many calls. Known where all APIs of a method and a path need the same. */
const privilegesOf = ({ path, names }: Merged): [method: string, at: number][] =>
  [...names].sort().flatMap(([method, called]): [string, number][] => {
    const [first, ...others] = new Set([...called].map((name) => needs(name, method, path)));
    if (first === undefined || others.length > 0) return [];
    return [[method, placeIn(listed, first)]];
  });
function placeIn(list: string[], text: string): number {
  if (!list.includes(text)) list.push(text);
  return list.indexOf(text);
}
const entries = [...merged.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
const privileges = new Map(entries.map((one) => [one, privilegesOf(one)]));
const deprecations = new Map(
  entries.map(({ path, deprecated }) => [
    path,
    Object.fromEntries([...deprecated].sort().map(([what, note]) => [what, placeIn(notes, note)])),
  ]),
);
const catalogue = {
  versions,
  privileges: listed,
  newPrivileges: newPrivileges(listed, versions),
  earlier,
  deprecations: notes,
  common: sorted([...oldest.common, ...newest.common, ...schema.common, 'format', 'source_content_type']),
  apis: entries.map((one) => {
    const { path, methods, names, query, body } = one;
    const posts = [...(names.get('POST') ?? [])];
    const needed = privileges.get(one) ?? [];
    return {
      path,
      methods: Object.fromEntries([...methods].sort().map(([method, mask]) => [method, bits(mask)])),
      ...(query.size > 0 ? { query: sorted(query) } : {}),
      ...(body instanceof Set ? { body: sorted(body) } : {}),
      // Beside a type, which may be _doc, a name may be an id: /an-index/_doc/_search writes.
      ...(posts.length > 0 && !path.includes('{type}') && posts.every(reads) ? { reads: true } : {}),
      ...(needed.length > 0 ? { needs: Object.fromEntries(needed) } : {}),
      ...(one.deprecated.size > 0 ? { deprecated: deprecations.get(path) } : {}),
    };
  }),
};

// The schema comes last and has the best words.
const summaryOf = new Map(allApis.flatMap(({ name, summary }) => (summary ? [[name, summary]] : [])));
const summaries: string[] = [];
const summarized = entries.flatMap(({ path, names }) => {
  const known = [...names].sort().flatMap(([method, called]): [string, number][] => {
    const [summary] = [...called].flatMap((name) => summaryOf.get(name) ?? []);
    return summary === undefined ? [] : [[method, placeIn(summaries, summary)]];
  });
  return known.length === 0 ? [] : [[path, Object.fromEntries(known)] as const];
});

write('data.ts', 'catalogueText', 'A text, for it is read only where a call is checked.', catalogue);
write('summaries.ts', 'summariesText', 'In a file of its own, for it is read only for people.', {
  summaries,
  apis: Object.fromEntries(summarized),
});

function write(name: string, constant: string, reason: string, value: object): void {
  const file = join(target, name);
  const output = `// Generated by \`npm run catalogue\` from Elastic's own specifications and clients (Apache License 2.0): change scripts/catalogue, not this file.
// ${reason}
export const ${constant} =
  '${JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}';
`;
  if (!process.argv.includes('--check')) writeFileSync(file, output);
  else if (readFileSync(file, 'utf8') !== output) {
    console.error(`${file} is not what its sources give: run \`npm run catalogue\`.`);
    process.exitCode = 1;
  }
}

function npmPackage(name: string, version: string): string {
  const folder = join(cache, `${name.replace('/', '-')}-${version}`);
  if (!existsSync(join(folder, 'package'))) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder]);
    for (const archive of readdirSync(folder)) execFileSync('tar', ['xzf', archive], { cwd: folder });
  }
  return join(folder, 'package');
}

function mavenJar(group: string, artifact: string, version: string): string {
  const folder = join(cache, `${artifact}-${version}`);
  if (!existsSync(join(folder, 'rest-api-spec'))) {
    mkdirSync(folder, { recursive: true });
    const dependency = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    const project =
      '<modelVersion>4.0.0</modelVersion><groupId>runbook</groupId><artifactId>catalogue</artifactId><version>1</version>';
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project>${project}<dependencies><dependency>${dependency}</dependency></dependencies></project>`,
    );
    const goal = ['dependency:copy-dependencies', '-DoutputDirectory=.', '-DexcludeTransitive=true'];
    execFileSync('mvn', ['-q', '-B', '-f', 'pom.xml', ...goal], { cwd: folder });
    execFileSync('jar', ['xf', `${artifact}-${version}.jar`], { cwd: folder });
  }
  return folder;
}
