import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { invalid, Refusal, refused } from './answer.ts';
import { need } from './privileges.ts';
import { bodyOf, listOf, namesOf, part, type Scene, unchanged } from './scene.ts';
import { documentOf, documentsOf, kept, removed } from './security-index.ts';
import { type Outcome, without } from './state.ts';
import { isSince } from './versions.ts';

const prefix = 'role-mapping_';
// A document of the security index is a body, too.
const fields = ['roles', 'role_templates', 'enabled', 'rules', 'metadata', 'doc_type'];

export function putRoleMapping(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role_mapping/put', 'manage_security');
  const name = part(scene, 'name');
  const body = bodyOf(scene);
  const odd = Object.keys(body).find((field) => !fields.includes(field));
  if (odd !== undefined) throw unparsable(`[role-mapping] unknown field [${odd}]`);
  if (body.roles !== undefined && body.role_templates !== undefined)
    throw invalid('role-mapping cannot have both roles and role-templates');
  for (const field of ['rules', 'enabled', 'roles'])
    if (body[field] === undefined && (field !== 'roles' || body.role_templates === undefined))
      throw unparsable(`failed to parse role-mapping [${name}]. missing field [${field}]`);
  if (Object.keys(body.metadata ?? {}).some((key) => key.startsWith('_')))
    throw invalid('metadata keys may not start with [_]');
  const source = {
    enabled: body.enabled ?? true,
    ...(body.role_templates === undefined
      ? { roles: namesOf(body.roles) }
      : { role_templates: listOf(body.role_templates).map(template) }),
    rules: body.rules ?? {},
    metadata: body.metadata ?? {},
    doc_type: 'role-mapping',
  };
  const created = documentOf(scene.cluster, prefix + name) === undefined;
  return kept(scene, { [prefix + name]: source }, { role_mapping: { created } });
}

function unparsable(reason: string): Refusal {
  return new Refusal(refused(400, 'parsing_exception', reason));
}

/** Templates are kept as text; a text is taken as it is. */
function template(entry: Json): JsonObject {
  const { template: given, format } = isObject(entry) ? entry : {};
  return { template: isObject(given) ? JSON.stringify(given) : (given ?? ''), format: format ?? 'string' };
}

export function showRoleMappings(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role_mapping/get', 'read_security');
  const asked = namesOf(scene.parts.name);
  const { cluster } = scene;
  // 7.10 responses that there are none where it cannot know.
  const documents = isSince(cluster, 8) || cluster.indices['.security-7']?.isOpen ? documentsOf(cluster) : new Map();
  const found = [...documents].flatMap(([id, document]): [string, JsonObject][] => {
    const name = id.slice(prefix.length);
    const isAsked = id.startsWith(prefix) && (asked.length === 0 || asked.includes(name));
    return isAsked ? [[name, without(document, ['doc_type'])]] : [];
  });
  return unchanged(scene, {
    status: found.length === 0 && asked.length > 0 ? 404 : 200,
    body: Object.fromEntries(found),
  });
}

export function deleteRoleMapping(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/role_mapping/delete', 'manage_security');
  const id = prefix + part(scene, 'name');
  if (!documentsOf(scene.cluster).has(id)) return unchanged(scene, { status: 404, body: { found: false } });
  return removed(scene, [id], { found: true });
}
