import type { Privilege } from '../kinds/index.ts';
import type { Plan } from '../plan/index.ts';
import { type LeastRole, leastRoles } from './least-roles.ts';
import { listText } from './live/outages.ts';
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
    const names = places.get(place);
    if (names) names.push(name);
    else places.set(place, [name]);
  }
  // Places where the same is needed stand together: a loop may name thousands.
  const needed = new Map<string, string[]>();
  for (const [place, names] of places) {
    const text = names.join(', ');
    const alike = needed.get(text);
    if (alike) alike.push(place);
    else needed.set(text, [place]);
  }
  const calls = [...new Set(unknown.map((call) => readableText(call, plan, 'short')))];
  const parts = [
    needed.size === 0
      ? 'no privilege that is known'
      : [...needed].map(([names, alike]) => `${names} on ${listText(alike)}`).join('; '),
    ...(calls.length === 0 ? [] : [`not known for ${listText(calls)}`]),
    ...(askedBy === undefined ? [] : [`the runbook asks for privileges itself: ${askedBy}`]),
  ];
  return `${login}: ${parts.join('; ')}`;
}

function placeText(on: Privilege['on']): string {
  if (on === 'cluster') return 'the cluster';
  return on === 'indices of the run' ? 'indices that only the run names' : on.index;
}
