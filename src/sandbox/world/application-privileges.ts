import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { invalid, ok, Refusal, refused } from './answer.ts';
import { need } from './privileges.ts';
import { bodyOf, namesOf, part, type Scene, unchanged } from './scene.ts';
import { documentsOf, kept, removed } from './security-index.ts';
import { type Outcome, without } from './state.ts';

const idOf = (application: string, name: string) => `application-privilege_${application}:${name}`;

/** A body is application → name → privilege. */
export function putPrivileges(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/privilege/put', 'manage_security');
  const before = documentsOf(scene.cluster);
  const documents: Record<string, JsonObject> = {};
  const answer: Record<string, Record<string, JsonObject>> = {};
  for (const [application, privileges] of Object.entries(bodyOf(scene)))
    for (const [name, given] of Object.entries(isObject(privileges) ? privileges : {})) {
      const id = idOf(application, name);
      documents[id] = documentFor(application, name, isObject(given) ? given : {});
      answer[application] = { ...answer[application], [name]: { created: !before.has(id) } };
    }
  return kept(scene, documents, answer);
}

function documentFor(application: string, name: string, given: JsonObject): JsonObject {
  const { actions, metadata = {} } = given;
  if (given.type !== undefined) throw unparsable('[application-privilege] failed to parse field [type]');
  const odd = Object.keys(given).find((field) => !['application', 'name', 'actions', 'metadata'].includes(field));
  if (odd !== undefined) throw unparsable(`[application-privilege] unknown field [${odd}]`);
  if (!/^[a-z][A-Za-z0-9]*($|[-_])/.test(application))
    throw invalid(`An application name prefix must match the pattern ^[a-z][A-Za-z0-9]*$ (found '${application}')`);
  if (!/^[a-z][a-zA-Z0-9_.-]*$/.test(name))
    throw invalid(`Application privilege names must match the pattern ^[a-z][a-zA-Z0-9_.-]*$ (found '${name}')`);
  if (namesOf(actions).length === 0) throw invalid('Application privileges must have at least one action');
  if (Object.keys(metadata ?? {}).some((key) => key.startsWith('_')))
    throw invalid(`metadata keys may not start with [_] (in privilege ${application} ${name})`);
  return { application, name, actions: namesOf(actions), metadata, type: 'application-privilege' };
}

function unparsable(reason: string): Refusal {
  return new Refusal(refused(400, 'x_content_parse_exception', reason));
}

/** Answers with an empty object where nothing matches: that is not an error. */
export function showPrivileges(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/privilege/get', 'read_security');
  const names = namesOf(scene.parts.name);
  const found: Record<string, Record<string, Json>> = {};
  for (const document of documentsOf(scene.cluster).values()) {
    const { application, name, type } = document;
    if (type !== 'application-privilege') continue;
    if (scene.parts.application !== undefined && scene.parts.application !== application) continue;
    if (names.length > 0 && !names.includes(String(name))) continue;
    found[String(application)] = { ...found[String(application)], [String(name)]: without(document, ['type']) };
  }
  return unchanged(scene, ok(found));
}

export function deletePrivileges(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/privilege/delete', 'manage_security');
  const application = part(scene, 'application');
  const documents = documentsOf(scene.cluster);
  const found = namesOf(part(scene, 'name')).map((name): [string, boolean] => [
    name,
    documents.has(idOf(application, name)),
  ]);
  const answer = { [application]: Object.fromEntries(found.map(([name, isThere]) => [name, { found: isThere }])) };
  if (!found.some(([, isThere]) => isThere)) return unchanged(scene, { status: 404, body: answer });
  return removed(
    scene,
    found.map(([name]) => idOf(application, name)),
    answer,
  );
}
