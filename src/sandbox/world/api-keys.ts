import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { invalid, ok, Refusal, refused } from './answer.ts';
import { descriptorsOf, realmOf } from './authentication.ts';
import { hashOf } from './passwords.ts';
import { need } from './privileges.ts';
import { bodyOf, isTrue, namesOf, type Scene, textOf, unchanged } from './scene.ts';
import { documentsOf, kept } from './security-index.ts';
import { idAfter, type Outcome } from './state.ts';
import { isSince } from './versions.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function expirationIn(body: JsonObject, now: number): number | null {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(textOf(body.expiration)) ?? [];
  return count === undefined ? null : now + Number(count) * (units[unit] ?? 0);
}

export function createApiKey(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/api_key/create', 'manage_own_api_key');
  const { user, cluster, request } = scene;
  const body = bodyOf(scene);
  const name = textOf(body.name);
  if (name === '') throw invalid('api key name is required');
  if (user.realm === 'api_key') {
    const reason = 'creating derived api keys requires an explicit role descriptor that is empty (has no privileges)';
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  const { world, id } = idAfter(scene.world);
  const api_key = `key-of-${id}`;
  const expiration_time = expirationIn(body, request.now);
  const isEight = isSince(cluster, 8);
  const source = {
    doc_type: 'api_key',
    ...(isEight ? { type: 'rest' } : {}),
    creation_time: request.now,
    expiration_time,
    api_key_invalidated: false,
    api_key_hash: hashOf(api_key),
    role_descriptors: body.role_descriptors ?? {},
    limited_by_role_descriptors: descriptorsOf(user),
    name,
    metadata_flattened: body.metadata ?? null,
    creator: { principal: user.username, realm: realmOf(user).name, realm_type: realmOf(user).type },
  };
  const answer = {
    id,
    name,
    ...(expiration_time === null ? {} : { expiration: expiration_time }),
    api_key,
    ...(isEight ? { encoded: btoa(`${id}:${api_key}`) } : {}),
  };
  return kept({ ...scene, world }, { [id]: source }, answer);
}

/** The keys that a query names: by id, by name, by the user, or one's own. */
function keysFor(scene: Scene, wanted: JsonObject): [string, JsonObject][] {
  return [...documentsOf(scene.cluster)].filter(([id, document]) => {
    const creator = isObject(document.creator) ? textOf(document.creator.principal) : '';
    const ids = namesOf(wanted.ids ?? wanted.id);
    return (
      document.doc_type === 'api_key' &&
      (ids.length === 0 || ids.includes(id)) &&
      (wanted.name === undefined || wanted.name === document.name) &&
      (wanted.username === undefined || wanted.username === creator) &&
      (!isTrue(wanted.owner ?? false) || creator === scene.user.username)
    );
  });
}

export function showApiKeys(scene: Scene): Outcome {
  const { request, cluster } = scene;
  const isOwn = isTrue(request.query.owner ?? 'false');
  need(scene, 'cluster:admin/xpack/security/api_key/get', isOwn ? 'manage_own_api_key' : 'read_api_keys');
  const isEight = isSince(cluster, 8);
  if (!isEight && request.query.active_only !== undefined) {
    const reason = `request [${request.path}] contains unrecognized parameter: [active_only]`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  const isActive = (key: JsonObject) => key.api_key_invalidated !== true;
  const found = keysFor(scene, request.query).filter(
    ([, key]) => !isTrue(request.query.active_only ?? 'false') || isActive(key),
  );
  const api_keys = found.map(([id, key]): Json => {
    const creator = isObject(key.creator) ? key.creator : {};
    return {
      id,
      name: key.name ?? null,
      ...(isEight ? { type: 'rest' } : {}),
      creation: key.creation_time ?? 0,
      ...(key.expiration_time === null ? {} : { expiration: key.expiration_time ?? 0 }),
      invalidated: !isActive(key),
      username: creator.principal ?? null,
      realm: creator.realm ?? null,
      ...(isEight
        ? {
            realm_type: creator.realm_type ?? null,
            metadata: key.metadata_flattened ?? {},
            role_descriptors: key.role_descriptors ?? {},
          }
        : {}),
    };
  });
  const isMissing = request.query.id !== undefined && found.length === 0;
  return unchanged(scene, { status: isMissing ? 404 : 200, body: { api_keys } });
}

export function invalidateApiKeys(scene: Scene): Outcome {
  const wanted = bodyOf(scene);
  const isOwn = isTrue(wanted.owner ?? false);
  need(scene, 'cluster:admin/xpack/security/api_key/invalidate', isOwn ? 'manage_own_api_key' : 'manage_api_key');
  const found = keysFor(scene, wanted);
  const valid = found.filter(([, key]) => key.api_key_invalidated !== true);
  const documents = Object.fromEntries(valid.map(([id, key]) => [id, { ...key, api_key_invalidated: true }]));
  const answer = {
    invalidated_api_keys: valid.map(([id]) => id),
    previously_invalidated_api_keys: found.filter((one) => !valid.includes(one)).map(([id]) => id),
    error_count: 0,
  };
  return valid.length === 0 ? unchanged(scene, ok(answer)) : kept(scene, documents, answer);
}
