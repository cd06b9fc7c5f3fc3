import { type CallStep, stepsIn } from '../../language/index.ts';
import { atCall, callsIn, isRestore, type Lint } from './lint.ts';

/** A restore is checked for shards that failed (docs/how-servers-behave.md, X1). */
export const restoresAreChecked: Lint = {
  code: 'restore-not-checked',
  title: 'nothing in this file checks that every shard was restored',
  reason:
    'A restore responds before it has begun to copy, and one with a failed shard is HTTP 200 as well. Such a shard is in no _recovery, so that a check of the stages alone passes; the index is red, and what was in the shard is missing.',
  fix: 'Wait until the restore is not in progress any more, then count the shards in _recovery or assert that the health of the restored indices is yellow or green. Add evidence: with _cat/shards or _cluster/allocation/explain, so that the failure names the shard and its cause before the rollback removes them.',
  example: {
    wrong:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders }\n  expect: { body: { accepted: true } }',
    right:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders }\n  expect: { body: { accepted: true } }\n- id: healthy\n  on: destination\n  call: GET /_cluster/health/orders\n  until: { status: { in: [yellow, green] } }\n  evidence:\n    - call: GET /_cluster/allocation/explain',
  },
  find: (file) => {
    // What a fragment checks is in another file.
    if (stepsIn(file).some(({ step }) => 'use' in step)) return [];
    const calls = callsIn(file);
    if (calls.some(({ step, method, target }) => method === 'GET' && looksIntoIt(target, step))) return [];
    return calls
      .filter(isRestore)
      .filter(({ place, step }) => place !== 'rollback' && !subjectsOf(step).some((one) => one.includes('shards')))
      .map(atCall);
  },
};

/** A health, or the number of recoveries: their stages say nothing of a shard that failed. */
function looksIntoIt(target: string, step: CallStep): boolean {
  const subjects = subjectsOf(step);
  if (target.startsWith('/_cluster/health')) return subjects.some((subject) => subject.includes('status'));
  if (/^\/_cat\/(indices|shards)\b/.test(target)) return subjects.length > 0;
  return target.endsWith('/_recovery') && subjects.some((subject) => subject.includes('length('));
}

function subjectsOf({ expect, until }: CallStep): string[] {
  return Object.keys({ ...expect?.body, ...until });
}
