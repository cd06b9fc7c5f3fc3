import type { Event } from '../../src/engine/index.ts';
import { planId } from '../../src/plan/index.ts';
import type { Subject } from '../../src/report/index.ts';
import { ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { runSubject } from './bad-day.ts';

const rest = `
    title: Copy the users
    on: es
    call: PUT /user/{{item}}
    body: { source: '{{item}}', key: '{{inputs.key}}' }
    unchanged_when: { call: 'GET /user/{{item}}', expect: { body: { source: '{{item}}' } } }
    rollback: [{ id: remove, title: 'Remove the user {{item}}', call: 'DELETE /user/{{item}}' }]
`;

/** A loop over a list that only the run knows, and one that planning unrolls. */
const loops = {
  'at run time': (_names: readonly string[]) =>
    `  - { id: find, on: es, call: GET /find, save: { users: users } }\n  - id: users\n    for_each: '{{steps.find.users}}'${rest}`,
  'while planning': (names: readonly string[]) => `  - id: users\n    for_each: ${JSON.stringify(names)}${rest}`,
} as const;

export type Known = keyof typeof loops;

const namesTo = (count: number) => Array.from({ length: count }, (_, index) => `user-${index + 1}`);

/**
 * A run of many writes in a loop: the last one fails, the one before is unchanged, and the rollback of the first one fails where
 * `isLeft`. Its events are those of a run of four, those of its first item once for each of the others.
 */
export async function manyWrites(known: Known, count: number, isLeft = false): Promise<Subject> {
  const small = planOf(loops[known](namesTo(4)));
  const made = new Set(['user-3']);
  const { events } = await runIn(small, {
    answer: (call) => {
      if (call === 'GET /find') return ok({ users: namesTo(4) });
      const [method, path = ''] = call.split(' ');
      const name = path.slice('/user/'.length);
      if (method === 'GET') return made.has(name) ? ok({ source: name }) : ok({}, 404);
      if (call === 'PUT /user/user-4')
        return ok({ error: { type: 'illegal_argument', reason: 'role not known' } }, 400);
      if (call === 'DELETE /user/user-1' && isLeft) return ok({ error: { type: 'busy', reason: 'later' } }, 400);
      made[method === 'PUT' ? 'add' : 'delete'](name);
      return ok();
    },
  });
  const plan = planOf(loops[known](namesTo(count)));
  const id = planId(plan);
  const many = manyOf(events, count).map((event) => (event.type === 'run-started' ? { ...event, plan: id } : event));
  return runSubject(plan, { events: many });
}

/** Of item 2 there are as many as are needed; items 3 and 4 become the last ones. */
function manyOf(events: readonly Event[], count: number): Event[] {
  const about = (event: Event, item: number) =>
    JSON.stringify(event).includes(`user-${item}"`) || idOf(event).endsWith(`#${item}`);
  const begin = events.findIndex((event) => about(event, 2));
  const middle = events.filter((event) => about(event, 2));
  const isUndo = (event: Event) => /remove#2$/.test(idOf(event)) || event.type === 'step-rolled-back';
  const [forward, back] = [middle.filter((event) => !isUndo(event)), middle.filter(isUndo)];
  const others = Array.from({ length: count - 3 }, (_, index) => index + 2);
  const undone = events.findIndex((event) => about(event, 2) && isUndo(event));
  const renamed = (event: Event, from: number, to: number) =>
    JSON.parse(
      JSON.stringify(event)
        .replaceAll(`#${from}"`, `#${to}"`)
        .replaceAll(`#${from}/`, `#${to}/`)
        .replaceAll(`user-${from}`, `user-${to}`)
        .replace(new RegExp(`("number":"\\d+\\.)${from}(?=[".])`), `$1${to}`),
    ) as Event;
  const last = (event: Event) => renamed(renamed(event, 4, count), 3, count - 1);
  const before = events.slice(0, begin);
  const between = events.slice(begin, undone).filter((event) => !middle.includes(event));
  const after = events.slice(undone).filter((event) => !middle.includes(event));
  return [
    ...before,
    ...others.flatMap((item) => forward.map((event) => renamed(event, 2, item))),
    ...between.map(last),
    ...[...others].reverse().flatMap((item) => back.map((event) => renamed(event, 2, item))),
    ...after.map(last),
  ];
}

function idOf(event: Event): string {
  return 'step' in event && event.step !== undefined ? event.step : '';
}
