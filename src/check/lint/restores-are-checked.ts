import { isReading, stepsIn } from '../../language/index.ts';
import { type CallBehind, callsBehind, isOperation, mayBeOne } from './calls-behind.ts';
import { atCall, callsIn, isRestore, type Lint, writtenCall } from './lint.ts';

/** A restore is checked for shards that failed (docs/how-servers-behave.md, X1). */
export const restoresAreChecked: Lint = {
  code: 'restore-not-checked',
  title: 'nothing after this restore checks that every shard was restored',
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
    const restores = callsIn(file).filter((call) => isRestore(call) && isOperation(call));
    if (restores.length === 0) return [];
    const sent = callsBehind(stepsIn(file).filter(isOperation), file);
    return restores
      .filter((restore) => {
        const { on, kind } = restore;
        const own = sent.findIndex(({ step }) => step === restore.step);
        // A health that was asked before says nothing of it.
        return !sent
          .slice(own)
          .filter((one, index) => index === 0 || isReading(one.method, one.step.effect))
          .some((one) => mayBeOne(on, one.on) && kind.pitfalls?.showsMissingShards(writtenCall(one), assertedBy(one)));
      })
      .map(atCall);
  },
};

function assertedBy({ step: { expect, until } }: CallBehind) {
  return { ...expect?.body, ...until };
}
