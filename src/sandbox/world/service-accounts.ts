import type { Json } from '../../text/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import { hashOf } from './passwords.ts';
import { need } from './privileges.ts';
import { part, type Scene, unchanged } from './scene.ts';
import { documentsOf, kept, removed } from './security-index.ts';
import { idAfter, type Outcome } from './state.ts';

const accounts = [
  'elastic/enterprise-search-server',
  'elastic/fleet-server',
  'elastic/fleet-server-remote',
  'elastic/kibana',
];
const prefix = 'service_account_token-';

const accountOf = (scene: Scene) => `${part(scene, 'namespace')}/${part(scene, 'service')}`;

/** All accounts, those of a namespace, or one. */
export function showServiceAccounts(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/service_account/get', 'manage_service_account');
  const { namespace, service } = scene.parts;
  const shown = accounts.filter(
    (account) =>
      (namespace === undefined || account.startsWith(`${namespace}/`)) &&
      (service === undefined || account === `${namespace}/${service}`),
  );
  return unchanged(scene, ok(Object.fromEntries(shown.map((account) => [account, { role_descriptor: {} }]))));
}

/** Only of one account at a time: a `*` is taken for its name, and has no tokens. */
export function showCredentials(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/service_account/credential/get', 'manage_service_account');
  const account = accountOf(scene);
  const names = [...documentsOf(scene.cluster).keys()]
    .filter((id) => id.startsWith(`${prefix}${account}/`))
    .map((id) => id.slice(`${prefix}${account}/`.length));
  return unchanged(
    scene,
    ok({
      service_account: account,
      count: names.length,
      tokens: Object.fromEntries(names.map((name): [string, Json] => [name, {}])),
      nodes_credentials: { _nodes: { total: 1, successful: 1, failed: 0 }, file_tokens: {} },
    }),
  );
}

export function createToken(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/service_account/token/create', 'manage_service_account');
  const account = accountOf(scene);
  if (!accounts.includes(account)) {
    const reason = `service account [${account}] does not exist`;
    throw new Refusal(refused(400, 'illegal_argument_exception', reason));
  }
  const { world, id } = idAfter(scene.world);
  const name = scene.parts.name ?? `token-${id}`;
  const document = `${prefix}${account}/${name}`;
  if (documentsOf(scene.cluster).has(document)) {
    const reason = `[${document}]: version conflict, document already exists (current version [1])`;
    throw new Refusal(refused(409, 'version_conflict_engine_exception', reason));
  }
  const secret = `secret-of-${id}`;
  const source = {
    doc_type: 'service_account_token',
    username: account,
    name,
    creation_time: scene.request.now,
    enabled: true,
    password: hashOf(secret),
  };
  const value = btoa(`\u0000\u0001\u0000\u0001${account}/${name}:${secret}`).replace(/=+$/, '');
  return kept({ ...scene, world }, { [document]: source }, { created: true, token: { name, value } });
}

export function deleteToken(scene: Scene): Outcome {
  need(scene, 'cluster:admin/xpack/security/service_account/token/delete', 'manage_service_account');
  const id = `${prefix}${accountOf(scene)}/${part(scene, 'name')}`;
  if (!documentsOf(scene.cluster).has(id)) return unchanged(scene, { status: 404, body: { found: false } });
  return removed(scene, [id], { found: true });
}
