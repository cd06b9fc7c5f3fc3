import type { Privilege } from '../kinds/index.ts';
import type { Plan } from '../plan/index.ts';
import { type LeastRole, leastRoles } from './least-roles.ts';
import { readableText } from './readable.ts';

/** Returns what each login of a plan must be allowed for its calls, for people. */
export function roleTexts(plan: Plan): string[] {
  return leastRoles(plan).map((role) => roleText(role, plan));
}

function roleText({ connection, identity, privileges, unknown, askedBy }: LeastRole, plan: Plan): string {
  const login = identity === undefined ? connection : `${connection} as ${identity}`;
  const places = new Map<string, string[]>();
  for (const { name, on } of privileges) {
    const place = placeText(on);
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  const parts = [
    places.size === 0
      ? 'no privilege that is known'
      : [...places].map(([place, names]) => `${names.join(', ')} on ${place}`).join('; '),
    ...(unknown.length === 0
      ? []
      : [`not known for ${[...new Set(unknown.map((call) => readableText(call, plan, 'short')))].join(', ')}`]),
    ...(askedBy === undefined ? [] : [`the runbook asks for privileges itself: ${askedBy}`]),
  ];
  return `${login}: ${parts.join('; ')}`;
}

function placeText(on: Privilege['on']): string {
  if (on === 'cluster') return 'the cluster';
  return on === 'indices of the run' ? 'indices that only the run names' : on.index;
}
