import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { invalid, Refusal, refused } from './answer.ts';
import { unknownPrivilege } from './privilege-names.ts';
import { need } from './privileges.ts';
import { reservedRoles } from './reserved.ts';
import { bodyOf, listOf, namesOf, part, type Scene, unchanged } from './scene.ts';
import { documentOf, documentsOf, kept, removed } from './security-index.ts';
import type { Cluster, Outcome } from './state.ts';
import { isSince } from './versions.ts';

const fields = [
  'cluster',
  'indices',
  'index',
  'applications',
  'run_as',
  'metadata',
  'global',
  'transient_metadata',
  'type',
];
/** Fields that later versions write into a role, and earlier ones refuse. */
const laterFields = ['description', 'remote_indices', 'remote_cluster', 'metadata_flattened'];
const indexFields = ['names', 'privileges', 'field_security', 'query', 'allow_restricted_indices'];

const hasLaterFields = (cluster: Pick<Cluster, 'version'>) => isSince(cluster, 8, 15);

export function putRole(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role/put', 'manage_security');
  const { cluster } = scene;
  const name = part(scene, 'name');
  const body = bodyOf(scene);
  refuseOddRole(cluster, name, body);
  const before = documentOf(cluster, `role-${name}`);
  return kept(scene, { [`role-${name}`]: roleDocument(cluster, body) }, { role: { created: before === undefined } });
}

function refuseOddRole(cluster: Cluster, name: string, body: JsonObject): void {
  const known = [...fields, ...(hasLaterFields(cluster) ? laterFields : [])];
  const odd = Object.keys(body).find((field) => !known.includes(field));
  if (odd !== undefined) throw unparsable(`failed to parse role [${name}]. unexpected field [${odd}]`);
  const indices = listOf(body.indices ?? body.index).filter(isObject);
  const oddInIndex = indices.flatMap((entry) => Object.keys(entry)).find((field) => !indexFields.includes(field));
  if (oddInIndex !== undefined)
    throw unparsable(`failed to parse indices privileges for role [${name}]. unexpected field [${oddInIndex}]`);
  if (Object.hasOwn(reservedRoles(cluster), name)) {
    if (isSince(cluster, 8)) throw invalid(`Role [${name}] is reserved and may not be used.`);
    const reason = `role [${name}] is reserved and cannot be modified.`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  if (Object.keys(body.metadata ?? {}).some((key) => key.startsWith('_')))
    throw invalid(`${isSince(cluster, 8) ? 'role descriptor ' : ''}metadata keys may not start with [_]`);
  const unknown = unknownPrivilege(cluster.version, {
    cluster: namesOf(body.cluster),
    index: indices.flatMap(({ privileges }) => namesOf(privileges)),
  });
  if (unknown !== undefined) throw invalid(unknown);
  // The free licence, as a cluster has it that was given no other.
  if (indices.some(({ field_security, query }) => field_security !== undefined || query !== undefined)) {
    const feature = 'field and document level security';
    const reason = `current license is non-compliant for [${feature}]`;
    throw new Refusal(refused(403, 'security_exception', reason, { 'license.expired.feature': feature }));
  }
}

function unparsable(reason: string): Refusal {
  return new Refusal(refused(400, 'parse_exception', reason));
}

/** Returns the document of a role: a server writes down every default. */
export function roleDocument(cluster: Pick<Cluster, 'version'>, body: JsonObject): JsonObject {
  return {
    cluster: namesOf(body.cluster),
    ...(body.global === undefined ? {} : { global: body.global }),
    indices: listOf(body.indices ?? body.index).map(indexPrivileges),
    applications: listOf(body.applications).map(listsOf('application', 'privileges', 'resources')),
    run_as: namesOf(body.run_as),
    metadata: body.metadata ?? {},
    type: 'role',
    ...(hasLaterFields(cluster)
      ? {
          global: body.global ?? {},
          description: body.description ?? '',
          metadata_flattened: body.metadata ?? {},
          remote_indices: listOf(body.remote_indices).map((entry) => ({
            ...indexPrivileges(entry),
            clusters: isObject(entry) ? namesOf(entry.clusters) : [],
          })),
          remote_cluster: listOf(body.remote_cluster).map(listsOf('', 'privileges', 'clusters')),
        }
      : {}),
  };
}

function indexPrivileges(entry: Json): JsonObject {
  const { names, privileges, allow_restricted_indices: isRestricted } = isObject(entry) ? entry : {};
  return { names: namesOf(names), privileges: namesOf(privileges), allow_restricted_indices: isRestricted === true };
}

/** An entry with one text, if it has one, and two lists. */
function listsOf(text: string, ...lists: readonly string[]): (entry: Json) => JsonObject {
  return (entry) => {
    const given = isObject(entry) ? entry : {};
    return {
      ...(text === '' ? {} : { [text]: given[text] ?? '' }),
      ...Object.fromEntries(lists.map((list) => [list, namesOf(given[list])])),
    };
  };
}

/** The role as the API shows it: what is empty and not of 7.10 is left out. */
function shown({ type: _type, metadata_flattened: _flattened, ...role }: JsonObject): JsonObject {
  const isShown = ([field, value]: [string, Json]) =>
    (!laterFields.includes(field) && field !== 'global') || JSON.stringify(value).length > 2;
  return { ...Object.fromEntries(Object.entries(role).filter(isShown)), transient_metadata: { enabled: true } };
}

/** GET of one, several or all roles, the reserved ones included. */
export function showRoles(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role/get', 'read_security');
  const reserved = reservedRoles(scene.cluster);
  const asked = namesOf(scene.parts.name);
  const isAsked = (name: string) => asked.length === 0 || asked.includes(name);
  const builtIn = Object.entries(reserved).filter(([name]) => isAsked(name));
  // Those that are built in can be shown without the index.
  const isEnough = asked.length > 0 && asked.every((name) => Object.hasOwn(reserved, name));
  const native = isEnough
    ? []
    : [...documentsOf(scene.cluster)].flatMap(([id, document]): [string, JsonObject][] => {
        const name = id.slice('role-'.length);
        const isNative = document.type === 'role' && !Object.hasOwn(reserved, name);
        return isNative && isAsked(name) ? [[name, shown(document)]] : [];
      });
  const found = [...builtIn, ...native];
  return unchanged(scene, {
    status: found.length === 0 && asked.length > 0 ? 404 : 200,
    body: Object.fromEntries(found),
  });
}

export function deleteRole(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role/delete', 'manage_security');
  const name = part(scene, 'name');
  if (Object.hasOwn(reservedRoles(scene.cluster), name)) {
    const reason = `role [${name}] is reserved and cannot be deleted`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  if (!documentsOf(scene.cluster).has(`role-${name}`)) return unchanged(scene, { status: 404, body: { found: false } });
  return removed(scene, [`role-${name}`], { found: true });
}
