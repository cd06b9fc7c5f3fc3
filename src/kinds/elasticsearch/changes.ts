import type { HttpRequest } from '../../plan/index.ts';
import { isEqual, isObject, type Json } from '../../text/index.ts';
import { type Change, changesIn } from '../change.ts';

const document = 'a document of this id';

const find = changesIn([
  ['PUT', '/{name}', '+'],
  ['DELETE', '/{name}', '-'],
  ['PUT POST', '/{name}/_create/{name}', '+'],
  ['PUT POST', '/{name}/_doc/{name}', '+~', document],
  ['POST', '/{name}/_doc', '+'],
  ['DELETE', '/{name}/_doc/{name}', '-'],
  ['POST', '/{name}/_update/{name}', '+~'],
  // A script may delete what it is called for.
  ['POST', '/{name}/_update_by_query', '~-'],
  ['POST', '/{name}/_delete_by_query', '-'],
  ['PUT POST', '/_bulk', '+~-', 'documents of the same ids'],
  ['PUT POST', '/{name}/_bulk', '+~-', 'documents of the same ids'],
  // Its script may delete, too.
  ['POST', '/_reindex', '+~-', 'documents of the same ids'],
  ['POST', '/{name}/_close', '~'],
  ['POST', '/{name}/_open', '~'],
  ['PUT', '/{name}/_settings', '~'],
  ['PUT', '/_settings', '~'],
  ['PUT POST', '/{name}/_mapping', '~'],
  ['PUT', '/{name}/_block/{name}', '~'],
  ['POST', '/{name}/_forcemerge', '~'],
  ['PUT POST', '/{name}/_(?:clone|shrink|split)/{name}', '+'],
  ['POST', '/{name}/_rollover', '+~'],
  ['POST', '/_aliases', '+~-'],
  ['PUT POST', '/{name}/_alias(?:es)?/{name}', '+~', 'the alias on this index'],
  ['DELETE', '/{name}/_alias(?:es)?/{name}', '-'],
  ['PUT', '/_data_stream/{name}', '+'],
  ['DELETE', '/_data_stream/{name}', '-'],
  ['PUT POST', '/_(?:index_|component_)?template/{name}', '+~', 'the template'],
  ['DELETE', '/_(?:index_|component_)?template/{name}', '-'],
  ['PUT POST', '/_security/user/{name}', '+~', 'the user'],
  ['PUT POST', '/_security/user/{name}/_(?:password|enable|disable)', '~'],
  ['DELETE', '/_security/user/{name}', '-'],
  ['PUT POST', '/_security/role/{name}', '+~', 'the role'],
  ['DELETE', '/_security/role/{name}', '-'],
  ['PUT POST', '/_security/role_mapping/{name}', '+~', 'the role mapping'],
  ['DELETE', '/_security/role_mapping/{name}', '-'],
  ['PUT POST', '/_security/privilege', '+~', 'application privileges of the same names'],
  ['DELETE', '/_security/privilege/{name}/{name}', '-'],
  ['PUT POST', '/_security/api_key', '+'],
  ['DELETE', '/_security/api_key', '-'],
  ['PUT POST', '/_security/service/{name}/{name}/credential/token/{name}', '+'],
  ['DELETE', '/_security/service/{name}/{name}/credential/token/{name}', '-'],
  ['PUT POST', '/_snapshot/{name}', '+~', 'the repository'],
  ['DELETE', '/_snapshot/{name}', '-'],
  ['POST', '/_snapshot/{name}/_cleanup', '-'],
  ['PUT POST', '/_snapshot/{name}/{name}', '+'],
  ['DELETE', '/_snapshot/{name}/{name}', '-'],
  ['PUT', '/_snapshot/{name}/{name}/_clone/{name}', '+'],
  ['POST', '/_snapshot/{name}/{name}/_restore', '+~', 'indices of the same names'],
  ['PUT', '/_ingest/pipeline/{name}', '+~', 'the pipeline'],
  ['DELETE', '/_ingest/pipeline/{name}', '-'],
  ['PUT', '/_ilm/policy/{name}', '+~', 'the policy'],
  ['DELETE', '/_ilm/policy/{name}', '-'],
  ['PUT', '/_slm/policy/{name}', '+~', 'the policy'],
  ['DELETE', '/_slm/policy/{name}', '-'],
  ['PUT POST', '/_scripts/{name}', '+~', 'the script'],
  ['DELETE', '/_scripts/{name}', '-'],
  ['PUT', '/_cluster/settings', '~'],
  ['POST', '/_(?:ilm|slm)/(?:start|stop)', '~'],
]);

/** Returns what a write may do; undefined where the table does not have it. */
export function changes(request: HttpRequest): Change | undefined {
  const found = find(request);
  if (!found) return undefined;
  if (request.path.endsWith('/_restore')) return restoreOf(request, found);
  // Where there is one already, these fail.
  const { path, query = {} } = request;
  const isNew = path.includes('/_doc/')
    ? query.op_type === 'create'
    : path.includes('template/') && isTrue(query.create);
  return isNew && found.overwrites !== undefined ? { may: ['create'] } : found;
}

/** A feature's own indices are removed before those of the snapshot take their place. */
function restoreOf({ body }: HttpRequest, found: Change): Change {
  const written = isObject(body) ? body : {};
  // A key that only the run knows may be any of them.
  const isAnything = Object.keys(written).some((key) => key.includes('{{'));
  const { include_global_state: isGlobal = isAnything, feature_states: features = isGlobal } = written;
  const hasGlobal = isGlobal !== false;
  const hasFeatures = features !== false && !isEqual(features, ['none']) && !isEqual(features, []);
  return {
    may: hasFeatures ? [...found.may, 'delete'] : found.may,
    overwrites: [
      found.overwrites,
      ...(hasGlobal ? ['settings, templates and policies of the cluster'] : []),
      ...(hasFeatures ? ['all indices of the features that it restores'] : []),
    ].join('; '),
  };
}

function isTrue(value: Json | undefined): boolean {
  return value === true || value === 'true';
}
