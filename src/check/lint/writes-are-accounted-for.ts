import { kinds } from '../../kinds/index.ts';
import { isReading } from '../../language/index.ts';
import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** After a failure each write is rolled back, put right, or kept on purpose. */
export const writesAreAccountedFor: Lint = {
  code: 'left-in-place',
  title: 'when the run fails, nothing rolls this write back, and nothing says that it is to stay',
  reason:
    'What a failed run leaves behind stands in the way of the next one, or is in use before anybody has looked at it. The run lists it as left in place and ends with exit code 3, so that a person has to act.',
  fix: 'Add rollback: with the calls that take it back; undone_by: with the step of an always around it that puts it right; or keep: with the reason why it stays.',
  example: {
    wrong: '- id: create\n  on: destination\n  call: PUT /orders-2',
    right:
      '- id: create\n  on: destination\n  call: PUT /orders-2\n  rollback:\n    - { call: DELETE /orders-2, expect: { status: [200, 404] } }',
  },
  find: (file) => {
    // A fragment is used by steps that nobody knows here: they may roll it back, or keep it.
    if (!('connections' in file.value)) return [];
    if ('rollback' in file.value) return [];
    const { connections } = file.value;
    const calls = callsIn(file);
    const removals = calls.filter(({ step, place }) => place === 'rollback' && !step.when && !step.for_each);
    return calls
      .filter(({ step, method, place }) => place === 'steps' && !isReading(method, step.effect))
      .filter(({ step }) => step.keep === undefined && step.undone_by === undefined)
      .filter(({ step, ancestors }) => ![...ancestors, step].some((one) => 'rollback' in one))
      .filter((visited) => {
        const connection = visited.on ?? '';
        const kind = connections[connection]?.kind;
        const dialect = kind && kinds[kind].http;
        if (!dialect) return true;
        const write = writtenCall(visited);
        const isRemovedWith = removals.some(
          (removal) => removal.on === connection && dialect.takesAlong(writtenCall(removal), write),
        );
        return !isRemovedWith && !dialect.leavesNothing(write);
      })
      .map(atCall);
  },
};
