/** A fault: a kind of call, at one cluster or at any, and its effect; or the state of a cluster from the beginning. */
export interface Fault {
  readonly call: string;
  /** `source`, `destination`; any without it. */
  readonly at?: string;
  readonly effect: Effect;
  /** The number of times that it is still to happen. */
  readonly times: number;
}

export type Effect =
  | { readonly kind: 'reset' | 'hang' | 'truncate'; readonly isAccepted: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly isAccepted: boolean }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'lasts'; readonly milliseconds: number }
  | { readonly kind: 'misfortune'; readonly misfortune: 'partial' | 'failed-shard' }
  | { readonly kind: 'state'; readonly state: 'foreign-restore' };

/** The kinds of calls that a fault can name, and which calls they are. The first that fits a call is its kind. */
export const calls: Readonly<Record<string, { readonly about: string; readonly is: RegExp }>> = {
  restore: { about: 'POST /_snapshot/REPOSITORY/SNAPSHOT/_restore', is: /^POST \/_snapshot\/[^/]+\/[^/]+\/_restore$/ },
  verify: { about: 'POST /_snapshot/REPOSITORY/_verify', is: /^POST \/_snapshot\/[^/]+\/_verify$/ },
  snapshot: { about: 'PUT /_snapshot/REPOSITORY/SNAPSHOT', is: /^(PUT|POST) \/_snapshot\/[^/]+\/[^/]+$/ },
  register: { about: 'PUT /_snapshot/REPOSITORY', is: /^(PUT|POST) \/_snapshot\/[^/]+$/ },
  close: { about: 'POST /INDEX/_close', is: /^POST \/[^/]+\/_close$/ },
  open: { about: 'POST /INDEX/_open', is: /^POST \/[^/]+\/_open$/ },
  user: { about: 'PUT /_security/user/NAME', is: /^(PUT|POST) \/_security\/user\/[^_/][^/]*$/ },
  role: { about: 'PUT /_security/role/NAME', is: /^(PUT|POST) \/_security\/role\/[^/]+$/ },
  import: { about: 'POST /api/saved_objects/_import of Kibana', is: /^POST .*\/api\/saved_objects\/_import$/ },
  delete: { about: 'every DELETE', is: /^DELETE / },
  read: { about: 'every GET and HEAD', is: /^(GET|HEAD) / },
};

/** The effects, for people. */
export const effects: readonly (readonly [string, string])[] = [
  ['reset', 'the connection breaks before the call arrives'],
  ['reset-after-accept', 'the call takes effect, and the connection breaks before its answer'],
  ['hang', 'the call never arrives, and nothing is answered'],
  ['hang-after-accept', 'the call takes effect, and nothing is answered'],
  ['truncate', 'the call takes effect, and its answer breaks off'],
  ['503 (any status from 400 on)', 'a proxy answers with it; the call never arrives'],
  ['504-after-accept (any status)', 'the call takes effect, and a proxy answers with it'],
  ['slow=3s', 'the answer comes that much later; every time unless *N says otherwise'],
  ['takes=40s', 'snapshot and restore only: it takes that long; every time unless *N says otherwise'],
  ['partial', 'snapshot only: a shard is missing in it'],
  ['failed-shard', 'restore only: a shard cannot be restored'],
];

/** States that a cluster can be in from the beginning: the destination, unless `@source` follows. */
export const states: readonly (readonly [string, string])[] = [
  ['foreign-restore', "a restore of somebody else's is in progress, and never ends"],
];

/**
 * `restore:reset-after-accept`, `close@destination:503*2`, `*:slow=3s` → a fault, or what is wrong with it. It happens
 * once unless `*N` says how often.
 */
export function faultOf(text: string): Fault | string {
  const state = stateOf(text);
  if (state) return state;
  const [, call = '', at, name = '', times] = /^([a-z]+|\*)(?:@([a-z]+))?:([a-z0-9=-]+?)(?:\*(\d+))?$/.exec(text) ?? [];
  if (call === '')
    return `"${text}" is not a fault; expected CALL:EFFECT, such as restore:reset-after-accept, or a state: ${states.map(([name]) => name).join(', ')}`;
  if (call !== '*' && !Object.hasOwn(calls, call))
    return `unknown call "${call}"; allowed: ${Object.keys(calls).join(', ')}, *`;
  if (at !== undefined && !['source', 'destination'].includes(at))
    return `unknown cluster "${at}"; allowed: source, destination`;
  const effect = effectOf(name);
  if (!effect) return `unknown effect "${name}"; allowed: ${effects.map(([one]) => one).join(', ')}`;
  if (effect.kind === 'misfortune' && call !== (effect.misfortune === 'partial' ? 'snapshot' : 'restore'))
    return `${name} can happen to a ${effect.misfortune === 'partial' ? 'snapshot' : 'restore'} only`;
  if (effect.kind === 'lasts' && call !== 'snapshot' && call !== 'restore')
    return `${name} can happen to a snapshot or a restore only`;
  const often =
    times === undefined
      ? effect.kind === 'slow' || effect.kind === 'lasts'
        ? Number.POSITIVE_INFINITY
        : 1
      : Number(times);
  return { call, ...(at === undefined ? {} : { at }), effect, times: often };
}

/** `foreign-restore`, `foreign-restore@source`. */
function stateOf(text: string): Fault | undefined {
  const [name, at = 'destination'] = text.split('@');
  if (name !== 'foreign-restore' || !['source', 'destination'].includes(at)) return undefined;
  return { call: '', at, effect: { kind: 'state', state: name }, times: 0 };
}

function effectOf(name: string): Effect | undefined {
  const isAccepted = name.endsWith('-after-accept');
  const plain = name.replace(/-after-accept$/, '');
  if (plain === 'reset' || plain === 'hang') return { kind: plain, isAccepted };
  if (/^[45]\d\d$/.test(plain)) return { kind: 'status', status: Number(plain), isAccepted };
  if (name === 'truncate') return { kind: name, isAccepted: true };
  if (name === 'partial' || name === 'failed-shard') return { kind: 'misfortune', misfortune: name };
  const [, kind, number, unit] = /^(slow|takes)=(\d+)(ms|s)$/.exec(name) ?? [];
  if (number === undefined) return undefined;
  const milliseconds = Number(number) * (unit === 's' ? 1_000 : 1);
  return { kind: kind === 'slow' ? 'slow' : 'lasts', milliseconds };
}

/** The fault that a call meets, if any, and the faults that are left. */
export function faultAt(
  faults: readonly Fault[],
  call: string,
  at: string,
): { readonly effect?: Effect; readonly left: readonly Fault[] } {
  const kind = Object.entries(calls).find(([, { is }]) => is.test(call))?.[0];
  const fault = faults.find((one) => one.times > 0 && (one.call === '*' || one.call === kind) && (one.at ?? at) === at);
  if (!fault) return { left: faults };
  return { effect: fault.effect, left: faults.map((one) => (one === fault ? { ...one, times: one.times - 1 } : one)) };
}
