import { isObject } from '../../../text/index.ts';
import type { WrittenCall } from '../../catalogue.ts';
import type { Switch } from '../../pitfalls.ts';
import { isTrue } from './names.ts';

/** POSTs that stop a part of the cluster, and those that start it. */
const verbs: Readonly<Record<string, Switch>> = {
  '/_ilm/stop': { name: 'ilm', to: 'off' },
  '/_ilm/start': { name: 'ilm', to: 'on' },
  '/_slm/stop': { name: 'slm', to: 'off' },
  '/_slm/start': { name: 'slm', to: 'on' },
  '/_watcher/_stop': { name: 'watcher', to: 'off' },
  '/_watcher/_start': { name: 'watcher', to: 'on' },
};

const upgradeMode = /^\/_(ml|transform)\/set_upgrade_mode$/;

/** Settings with which allocation, or rebalancing, is stopped in whole or in part. */
const stopping = /^(?:cluster|index)\.routing\.(?:allocation|rebalance)\.enable$/;
const stopped = ['none', 'primaries', 'new_primaries', 'replicas'];

/** Returns the parts of the cluster that a write stops or starts. */
export function switches({ method, path, query, body }: WrittenCall): readonly Switch[] {
  if (method === 'POST') {
    const [, mode] = upgradeMode.exec(path) ?? [];
    if (mode !== undefined) return [{ name: mode, to: isTrue(query?.enabled) ? 'off' : 'on' }];
    return verbs[path] === undefined ? [] : [verbs[path]];
  }
  if (method !== 'PUT' || !isObject(body)) return [];
  // What is persistent does not end what is transient.
  if (path === '/_cluster/settings')
    return ['persistent', 'transient'].flatMap((scope) => switchesIn(settingsIn(body[scope]), scope));
  const [, indices] = /^(\/[^/_][^/]*)?\/_settings$/.exec(path) ?? [];
  if (indices === undefined && path !== '/_settings') return [];
  const own = settingsIn(isObject(body.settings) ? body.settings : body);
  const whole = own.map(([name, value]) => [name.startsWith('index.') ? name : `index.${name}`, value] as const);
  return switchesIn(whole, indices ?? '');
}

function switchesIn(settings: readonly (readonly [name: string, value: unknown])[], where: string): Switch[] {
  return settings
    .filter(([name]) => stopping.test(name))
    .map(([name, value]) => ({ name: `${where} ${name}`, to: stopped.includes(String(value)) ? 'off' : 'on' }));
}

/** Settings by their whole names: `{ a: { b: 1 } }` is `a.b`. */
function settingsIn(value: unknown, name = ''): (readonly [name: string, value: unknown])[] {
  if (!isObject(value)) return value === undefined ? [] : [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => settingsIn(inner, name === '' ? key : `${name}.${key}`));
}
