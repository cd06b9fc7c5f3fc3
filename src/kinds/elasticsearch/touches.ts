import { contentKeys } from '../../language/index.ts';
import type { HttpRequest, Request } from '../../plan/index.ts';
import { isObject } from '../../text/index.ts';
import { isPlain } from '../apis.ts';
import type { Family, Touch } from '../touch.ts';

/**
 * What calls touch: methods, path (`{name}`: one segment, which names things of the family; `{part}`: one that does not), family.
 * It has only calls of which all effects are known. Missing for that reason: index templates (an index gets aliases from them),
 * settings of the cluster as a write, restores, aliases, whatever has queries in its body.
 */
const table: readonly (readonly [methods: string, path: string, family: Family])[] = [
  ['GET HEAD', '/{name}', 'indices'],
  ['GET HEAD', '/{name}/_alias', 'indices'],
  ['GET HEAD', '/{name}/_count', 'indices'],
  ['GET HEAD', '/{name}/_doc/{part}', 'indices'],
  ['GET HEAD', '/{name}/_mapping', 'indices'],
  ['GET HEAD', '/{name}/_recovery', 'indices'],
  ['GET HEAD', '/{name}/_search', 'indices'],
  ['GET HEAD', '/{name}/_settings', 'indices'],
  ['GET HEAD', '/{name}/_settings/{part}', 'indices'],
  ['GET HEAD', '/{name}/_source/{part}', 'indices'],
  ['GET HEAD', '/{name}/_stats', 'indices'],
  ['GET HEAD', '/_cat/count/{name}', 'indices'],
  ['GET HEAD', '/_cat/indices', 'indices'],
  ['GET HEAD', '/_cat/indices/{name}', 'indices'],
  ['GET HEAD', '/_cat/shards/{name}', 'indices'],
  ['GET HEAD', '/_cluster/health', 'indices'],
  ['GET HEAD', '/_cluster/health/{name}', 'indices'],
  ['PUT DELETE', '/{name}', 'indices'],
  ['PUT POST DELETE', '/{name}/_doc/{part}', 'indices'],
  ['PUT POST', '/{name}/_create/{part}', 'indices'],
  ['POST', '/{name}/_doc', 'indices'],
  ['POST', '/{name}/_update/{part}', 'indices'],
  ['POST', '/{name}/_close', 'indices'],
  ['POST', '/{name}/_open', 'indices'],
  ['POST', '/{name}/_refresh', 'indices'],
  ['POST', '/{name}/_flush', 'indices'],
  ['PUT', '/{name}/_settings', 'indices'],
  ['PUT', '/{name}/_mapping', 'indices'],
  ['GET HEAD', '/_security/user', 'users'],
  ['GET HEAD PUT POST DELETE', '/_security/user/{name}', 'users'],
  ['PUT POST', '/_security/user/{name}/_password', 'users'],
  ['PUT POST', '/_security/user/{name}/_enable', 'users'],
  ['PUT POST', '/_security/user/{name}/_disable', 'users'],
  ['GET HEAD', '/_security/role', 'roles'],
  ['GET HEAD PUT POST DELETE', '/_security/role/{name}', 'roles'],
  ['GET HEAD', '/_security/role_mapping', 'role-mappings'],
  ['GET HEAD PUT POST DELETE', '/_security/role_mapping/{name}', 'role-mappings'],
  ['GET HEAD PUT POST', '/_security/privilege', 'privileges'],
  ['GET HEAD', '/_security/privilege/{name}', 'privileges'],
  ['GET HEAD DELETE', '/_security/privilege/{name}/{part}', 'privileges'],
  ['GET HEAD', '/_cat/repositories', 'snapshots'],
  ['GET HEAD', '/_cat/snapshots', 'snapshots'],
  ['GET HEAD', '/_cat/snapshots/{part}', 'snapshots'],
  ['GET HEAD', '/_snapshot', 'snapshots'],
  ['GET HEAD', '/_snapshot/_status', 'snapshots'],
  ['GET HEAD PUT POST DELETE', '/_snapshot/{part}', 'snapshots'],
  ['POST', '/_snapshot/{part}/_cleanup', 'snapshots'],
  ['POST', '/_snapshot/{part}/_verify', 'snapshots'],
  ['GET HEAD PUT POST DELETE', '/_snapshot/{part}/{part}', 'snapshots'],
  ['GET HEAD', '/_snapshot/{part}/{part}/_status', 'snapshots'],
  ['PUT', '/_snapshot/{part}/{part}/_clone/{part}', 'snapshots'],
  ['GET HEAD', '/_ingest/pipeline', 'pipelines'],
  ['GET HEAD PUT DELETE', '/_ingest/pipeline/{name}', 'pipelines'],
  ['GET HEAD', '/_cluster/settings', 'cluster-settings'],
  ['GET HEAD', '/', 'cluster-facts'],
  ['GET HEAD', '/_cat/plugins', 'cluster-facts'],
  ['GET HEAD', '/_license', 'cluster-facts'],
  ['GET HEAD', '/_nodes/plugins', 'cluster-facts'],
];

const rows = table.map(([methods, path, family]) => ({
  methods: methods.split(' '),
  // No index begins with an underscore but _all, and no name of this table does where an API could be meant.
  pattern: new RegExp(
    `^${path.replaceAll('{name}', '(_all|[^/_][^/]*)').replaceAll('{part}', '(?:_all|[^/_][^/]*)')}$`,
  ),
  family,
}));

/** Returns all that a call touches; undefined where the table does not have it. */
export function touches(request: Request, isWrite: boolean): readonly Touch[] | undefined {
  if (request.type !== 'http' || !request.path.split('/').every(isPlain)) return undefined;
  const row = rows.find(({ methods, pattern }) => methods.includes(request.method) && pattern.test(request.path));
  if (!row) return undefined;
  const { family, pattern } = row;
  const named = pattern.exec(request.path)?.[1];
  const names = named === undefined ? undefined : decodeURIComponent(named).split(',');
  if (family === 'indices') return isWrite ? writtenIndices(request, names ?? []) : readIndices(request, names);
  const own: Touch = { family, ...(names ? { names } : {}) };
  // What these APIs write is in an index, which can be read as well.
  return request.path.startsWith('/_security/') && isWrite
    ? [own, { family: 'indices', names: ['.security*'] }]
    : [own];
}

/** A query may look values up in other indices. */
function readIndices(request: HttpRequest, names: readonly string[] | undefined): readonly Touch[] | undefined {
  if (contentKeys.some((key) => request[key] !== undefined)) return undefined;
  return [{ family: 'indices', ...(names ? { names: names.map(patternOf) } : {}) }];
}

/** Of an index that is created, the names are known. Everything else may go through an alias, or be seen through one. */
function writtenIndices(
  { method, path, body, text }: HttpRequest,
  names: readonly string[],
): readonly Touch[] | undefined {
  // Those of the system hold users, roles and what Kibana has.
  if (names.some((name) => name.startsWith('.') || patternOf(name).includes('*'))) return undefined;
  const isCreation = method === 'PUT' && path.split('/').length === 2;
  if (!isCreation) return [{ family: 'indices' }];
  // Nobody has read what it says of aliases.
  if (text !== undefined) return undefined;
  const aliases = isObject(body) && isObject(body.aliases) ? Object.keys(body.aliases) : [];
  // What a template gives, only who sends it knows.
  if (aliases.some((name) => name.includes('{{'))) return undefined;
  return [{ family: 'indices', names: [...names, ...aliases.map(patternOf)] }];
}

/** An expression for indices as a pattern with `*`. Date math, `_all` and another cluster's may be anything. */
function patternOf(name: string): string {
  return name === '_all' || /[<:?]/.test(name) ? '*' : name;
}
