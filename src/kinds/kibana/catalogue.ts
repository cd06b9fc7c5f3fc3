import { didYouMean } from '../../text/index.ts';
import {
  type CallProblem,
  type Catalogue,
  methodsText,
  unknownCall,
  unknownParameters,
  type WrittenCall,
} from '../catalogue.ts';

/** Methods, path (`{name}`: one segment that does not begin with `_`; `{id}`: any), and its query parameters where they are known. */
type Row = readonly [methods: string, path: string, query?: string];

/** Kibana's APIs for what runbooks do, by hand. Each area is here as a whole. */
const table: readonly Row[] = [
  ['GET', '/api/features', ''],
  ['GET', '/api/sample_data', ''],
  ['POST DELETE', '/api/sample_data/{name}'],
  ['GET', '/api/saved_objects/_find'],
  ['POST', '/api/saved_objects/_bulk_create', 'overwrite'],
  ['POST', '/api/saved_objects/_bulk_delete', 'force'],
  ['POST', '/api/saved_objects/_bulk_get', ''],
  ['POST', '/api/saved_objects/_bulk_resolve', ''],
  ['PUT', '/api/saved_objects/_bulk_update', ''],
  ['POST', '/api/saved_objects/_export', ''],
  ['POST', '/api/saved_objects/_import', 'compatibilityMode createNewCopies overwrite'],
  ['POST', '/api/saved_objects/_resolve_import_errors', 'compatibilityMode createNewCopies'],
  ['GET', '/api/saved_objects/resolve/{name}/{id}', ''],
  ['POST', '/api/saved_objects/{name}', 'overwrite'],
  ['GET', '/api/saved_objects/{name}/{id}', ''],
  ['POST', '/api/saved_objects/{name}/{id}', 'overwrite'],
  ['PUT', '/api/saved_objects/{name}/{id}', ''],
  ['DELETE', '/api/saved_objects/{name}/{id}', 'force'],
  ['POST', '/api/spaces/_copy_saved_objects', ''],
  ['POST', '/api/spaces/_disable_legacy_url_aliases', ''],
  ['POST', '/api/spaces/_get_shareable_references', ''],
  ['POST', '/api/spaces/_resolve_copy_saved_objects_errors', ''],
  ['POST', '/api/spaces/_update_objects_spaces', ''],
  ['GET', '/api/spaces/space', 'include_authorized_purposes purpose'],
  ['POST', '/api/spaces/space', ''],
  ['GET PUT DELETE', '/api/spaces/space/{id}', ''],
  ['GET HEAD', '/api/status', 'v7format v8format'],
];

const rows = table.map(([methods, path, query]) => ({
  path,
  methods: methods.split(' '),
  query: query?.split(' ').filter((name) => name !== ''),
  pattern: new RegExp(`^${path.replaceAll('{name}', '[^/_][^/]*').replaceAll('{id}', '[^/]+')}$`),
}));

/** `saved_objects` of `/api/saved_objects/_find`. */
const areaOf = (path: string) => path.split('/')[2] ?? '';
const areas = new Set(table.map(([, path]) => areaOf(path)));

const unchecked = 'Where the server has it, say so: unchecked: REASON.';

/** Of an area that is not in the table nothing is known, and nothing is said. */
export const catalogue: Catalogue = (call) => {
  // A template stands for one segment or a part of it; a space's own path has the same APIs.
  const path = call.path.replace(/\{\{.*?\}\}/g, '*').replace(/^\/s\/[^/]+/, '');
  if (!path.startsWith('/api/') || !areas.has(areaOf(path))) return [];
  const found = rows.filter(({ pattern, path: known }) => pattern.test(path) || mayBecome(path, known));
  if (found.length === 0) return [refused(call, 'unknown-api', didYouMean(path, near(path)))];
  const fitting = found.filter(({ methods }) => methods.includes(call.method));
  if (fitting.length === 0) {
    return [refused(call, 'unknown-method', methodsText(found.flatMap((row) => row.methods)))];
  }
  if (fitting.some((row) => row.query === undefined)) return [];
  return unknownParameters('Kibana', call, new Set(fitting.flatMap((row) => row.query ?? [])), unchecked);
};

/** A template may become a part of an API's own name. */
function mayBecome(path: string, known: string): boolean {
  const written = path.split('/');
  const segments = known.split('/');
  return (
    path.includes('*') &&
    written.length === segments.length &&
    segments.every((segment, at) => segment === written[at] || written[at]?.includes('*') || segment === '{id}')
  );
}

/** The paths of as many segments, with the names that the call has. */
function near(path: string): string[] {
  const written = path.split('/');
  return rows.flatMap((row) => {
    const segments = row.path.split('/');
    if (segments.length !== written.length) return [];
    const named = segments.map((segment, at) => (segment.startsWith('{') ? (written[at] ?? '') : segment)).join('/');
    return row.pattern.test(named) ? [named] : [];
  });
}

function refused(call: WrittenCall, code: 'unknown-api' | 'unknown-method', rest: string): CallProblem {
  return { ...unknownCall('Kibana', call, code, rest), severity: 'error', help: unchecked };
}
