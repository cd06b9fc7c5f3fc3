import { isObject, type JsonObject } from '../../text/index.ts';
import { invalid, Refusal, refused, validationFailed } from './answer.ts';
import { hashOf, hashRefusal } from './passwords.ts';
import { need } from './privileges.ts';
import { isReservedUser, reservedUsers } from './reserved.ts';
import { bodyOf, namesOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { documentOf, documentsOf, forgotten, kept, removed } from './security-index.ts';
import type { Cluster, Outcome } from './state.ts';
import { isSince } from './versions.ts';

const idOf = (username: string) => `${isReservedUser(username) ? 'reserved-user' : 'user'}-${username}`;

/** The user as the API shows it; undefined where there is none. */
function shown(username: string, found: JsonObject | undefined): JsonObject | undefined {
  const isReserved = isReservedUser(username);
  if (!found && !isReserved) return undefined;
  return {
    username,
    roles: isReserved ? [...(reservedUsers[username] ?? [])] : (found?.roles ?? []),
    full_name: found?.full_name ?? null,
    email: found?.email ?? null,
    metadata: isReserved ? { _reserved: true } : (found?.metadata ?? {}),
    enabled: found?.enabled ?? true,
  };
}

/** GET of one, several or all users, the reserved ones included. */
export function showUsers(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/user/get', 'read_security');
  const documents = documentsOf(scene.cluster);
  const native = [...documents.keys()].filter((id) => id.startsWith('user-')).map((id) => id.slice('user-'.length));
  const asked = namesOf(scene.parts.name);
  const names = asked.length > 0 ? asked : [...Object.keys(reservedUsers), ...native];
  const found = names.flatMap((name): [string, JsonObject][] => {
    const user = shown(name, documents.get(idOf(name)));
    return user ? [[name, user]] : [];
  });
  return unchanged(scene, {
    status: found.length === 0 && asked.length > 0 ? 404 : 200,
    body: Object.fromEntries(found),
  });
}

const fields = ['username', 'password', 'password_hash', 'roles', 'full_name', 'email', 'metadata', 'enabled'];

export function putUser(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/user/put', 'manage_security');
  const name = part(scene, 'name');
  const body = bodyOf(scene);
  refuseOddUser(name, body);
  const before = documentOf(scene.cluster, `user-${name}`);
  const password = newHash(scene.cluster, body) ?? before?.password;
  if (password === undefined) throw validation('password must be specified unless you are updating an existing user');
  const source = {
    username: name,
    password,
    roles: body.roles ?? [],
    full_name: body.full_name ?? null,
    email: body.email ?? null,
    metadata: body.metadata ?? null,
    enabled: body.enabled ?? true,
    type: 'user',
  };
  return kept(scene, { [`user-${name}`]: source }, { created: before === undefined });
}

/** A document of the security index is no body of this call: it has fields of its own, and nulls. */
function refuseOddUser(name: string, body: JsonObject): void {
  const odd = Object.keys(body).find((field) => !fields.includes(field));
  if (odd !== undefined) throw unparsable(`failed to parse add user request. unexpected field [${odd}]`);
  if (body.metadata !== undefined && !isObject(body.metadata))
    throw unparsable('expected field [metadata] to be of type object, but found [VALUE_NULL] instead');
  if (body.username !== undefined && body.username !== name) {
    const reason = `[username] in source does not match the username provided [${name}]`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  if (body.password !== undefined && body.password_hash !== undefined)
    throw validation('password_hash has already been set');
  if (body.roles === undefined) throw invalid('roles are missing');
  if (Object.keys(body.metadata ?? {}).some((key) => key.startsWith('_')))
    throw invalid('metadata keys may not start with [_]');
  if (isReservedUser(name)) throw invalid(`user [${name}] is reserved and only the password can be changed`);
}

function unparsable(reason: string): Refusal {
  return new Refusal(refused(400, 'parse_exception', reason));
}

function validation(reason: string): Refusal {
  return new Refusal(refused(400, 'validation_exception', validationFailed([reason])));
}

/** The hash that a body brings, as it is or of its password. */
function newHash(cluster: Cluster, { password, password_hash: hash }: JsonObject): string | undefined {
  if (hash !== undefined) {
    const refusal = hashRefusal(cluster.version, textOf(hash));
    if (refusal !== undefined) throw new Refusal(refused(400, 'illegal_argument_exception', refusal));
    return textOf(hash);
  }
  if (password === undefined) return undefined;
  if (textOf(password).length < 6) throw validation('passwords must be at least [6] characters long');
  return hashOf(textOf(password));
}

/** Everybody may change their own password. */
export function changePassword(scene: Scene): Outcome {
  const name = scene.parts.name ?? scene.user.username;
  const isOwn = name === scene.user.username && ['native', 'reserved'].includes(scene.user.realm);
  if (!isOwn) need(scene, 'cluster:admin/xpack/security/user/change_password', 'manage_security');
  const { cluster } = scene;
  const body = bodyOf(scene);
  const known = isSince(cluster, 8) ? ['password', 'password_hash'] : ['password'];
  const odd = Object.keys(body).find((field) => !known.includes(field));
  if (odd !== undefined) throw unparsable(`failed to parse change password request. unexpected field [${odd}]`);
  const password = newHash(cluster, body);
  if (password === undefined) throw invalid('password is missing');
  const before = documentOf(cluster, idOf(name));
  if (!before && !isReservedUser(name)) throw validation('user must exist in order to change password');
  const source = { enabled: true, type: 'reserved-user', ...before, password };
  return kept({ ...scene, cluster: forgotten(cluster, name) }, { [idOf(name)]: source }, {});
}

export function setEnabled(enabled: boolean): (scene: Scene) => Outcome {
  return (scene) => {
    need(scene, 'cluster:admin/xpack/security/user/set_enabled', 'manage_security');
    const name = part(scene, 'name');
    const before = documentOf(scene.cluster, idOf(name));
    if (!before) throw validation('only existing users can be enabled or disabled');
    const cluster = forgotten(scene.cluster, name);
    return kept({ ...scene, cluster }, { [idOf(name)]: { ...before, enabled } }, {});
  };
}

export function deleteUser(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/user/delete', 'manage_security');
  const name = part(scene, 'name');
  if (isReservedUser(name)) {
    const reason = `user [${name}] is reserved and cannot be deleted`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  if (!documentsOf(scene.cluster).has(`user-${name}`)) return unchanged(scene, { status: 404, body: { found: false } });
  return removed(scene, [`user-${name}`], { found: true });
}
