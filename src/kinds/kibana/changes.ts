import type { HttpRequest } from '../../plan/index.ts';
import { type Change, type ChangeRow, changesIn } from '../change.ts';

const objects = 'objects of the same ids';

/** Below a space's own path, too. */
const table: readonly ChangeRow[] = [
  ['POST', '/api/saved_objects/_import', '+~', objects],
  ['POST', '/api/saved_objects/_resolve_import_errors', '+~', objects],
  ['POST', '/api/saved_objects/_bulk_create', '+~', objects],
  ['PUT', '/api/saved_objects/_bulk_update', '~'],
  ['POST', '/api/saved_objects/_bulk_delete', '-'],
  ['POST', '/api/saved_objects/{name}', '+'],
  ['POST', '/api/saved_objects/{name}/{name}', '+~', 'the object'],
  ['PUT', '/api/saved_objects/{name}/{name}', '+~'],
  ['DELETE', '/api/saved_objects/{name}/{name}', '-'],
  ['POST', '/api/sample_data/{name}', '+~', 'the sample data'],
  ['DELETE', '/api/sample_data/{name}', '-'],
  ['POST', '/api/data_views/data_view', '+~', 'the data view'],
  ['POST', '/api/data_views/data_view/{name}', '~'],
  ['DELETE', '/api/data_views/data_view/{name}', '-'],
  ['PUT', '/api/security/role/{name}', '+~', 'the role'],
  ['DELETE', '/api/security/role/{name}', '-'],
  ['POST', '/api/spaces/space', '+'],
  ['PUT', '/api/spaces/space/{name}', '~'],
  ['DELETE', '/api/spaces/space/{name}', '-'],
];

const find = changesIn(table.map(([methods, path, ...rest]) => [methods, `(?:/s/{name})?${path}`, ...rest]));

/** What these overwrite only where the call says so. */
const isAsked = /\/api\/saved_objects\/(_import|_bulk_create|[^/_][^/]*\/[^/]+)$/;

/** Returns what a write may do; undefined where the table does not have it. */
export function changes(request: HttpRequest): Change | undefined {
  const { method, path, query = {} } = request;
  // One that is a template may be on.
  const isOff = query.overwrite === undefined || query.overwrite === false || query.overwrite === 'false';
  const isNew = method === 'POST' && isAsked.test(path) && isOff;
  return isNew && find(request) ? { may: ['create'] } : find(request);
}
