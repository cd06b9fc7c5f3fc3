import { isReading } from '../../language/index.ts';
import type { CheckedFile } from '../rule.ts';
import { callsBehind, mayBeOne, stepsFor } from './calls-behind.ts';
import { atCall, callsIn, goesByRead, type Lint, type VisitedCall, writtenCall } from './lint.ts';

/** What undoes a write deletes nothing that was there before it. */
export const rollbacksLeaveWhatWasThere: Lint = {
  code: 'rollback-of-overwrite',
  title: 'this may overwrite what is there already, and undoing it deletes that',
  reason:
    'The PUT is a 200 whether something of this name was there or not. If it was, it is overwritten, and the DELETE removes it: the run ends as "rolled back", and what somebody else had is gone.',
  fix: 'Add done_when: with a read of the same path. Where it is there already, nothing is sent, and nothing is rolled back. Or ask the server to create only: op_type: create for a document, create: true for a template.',
  example: {
    wrong:
      '- id: pipeline\n  on: destination\n  call: PUT /_ingest/pipeline/orders\n  body: { processors: [] }\n  rollback:\n    - { call: DELETE /_ingest/pipeline/orders }',
    right:
      '- id: pipeline\n  on: destination\n  call: PUT /_ingest/pipeline/orders\n  body: { processors: [] }\n  done_when: { call: GET /_ingest/pipeline/orders, expect: { status: 200 } }\n  rollback:\n    - { call: DELETE /_ingest/pipeline/orders }',
  },
  find: (file) => {
    const earlier = new Map<string, VisitedCall[]>();
    return callsIn(file).flatMap((call) => {
      const { target } = call;
      const isFound = mayOverwrite(call) && isDeleted(call, file) && !goesByRead(call) && !isNew(call, earlier);
      earlier.set(target, [...(earlier.get(target) ?? []), call]);
      return isFound ? [atCall(call)] : [];
    });
  },
};

function mayOverwrite(call: VisitedCall): boolean {
  const { step, method, place, kind } = call;
  if (place !== 'steps' || isReading(method, step.effect) || step.done_when !== undefined) return false;
  return kind.http?.changes({ type: 'http', connection: '', ...writtenCall(call) })?.overwrites !== undefined;
}

function isDeleted(call: VisitedCall, file: CheckedFile): boolean {
  return (['rollback', 'always'] as const)
    .flatMap((list) => callsBehind(stepsFor(list, call, file), file))
    .some(({ method, target, step, on }) => {
      const isSame = method === 'DELETE' && target === call.target && mayBeOne(on, call.on);
      return isSame && !step.when && !step.for_each;
    });
}

/** Returns whether an earlier call asserts that nothing of this name is there, or makes the index in which it is. */
function isNew(call: VisitedCall, earlier: ReadonlyMap<string, readonly VisitedCall[]>): boolean {
  const before = (target: string) => (earlier.get(target) ?? []).filter(({ on }) => mayBeOne(on, call.on));
  const isAsserted = before(call.target).some(
    ({ method, step }) =>
      isReading(method, step.effect) && [step.expect?.status].flat().every((status) => status === 404),
  );
  const around = [...call.target.matchAll(/\//g)].map(({ index }) => call.target.slice(0, index));
  return (
    isAsserted ||
    around.some(
      (path) =>
        call.kind.http?.takesAlong({ method: 'DELETE', path }, writtenCall(call)) === true &&
        before(path).some(({ method, step }) => method === 'PUT' && step.done_when === undefined),
    )
  );
}
