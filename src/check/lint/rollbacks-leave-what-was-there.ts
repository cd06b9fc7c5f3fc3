import { isReading, type Step } from '../../language/index.ts';
import type { CheckedFile } from '../rule.ts';
import { connectionOf } from '../templates.ts';
import { callsBehind, mayBeOne, stepsFor } from './calls-behind.ts';
import { atCall, callsIn, kindFor, type Lint, type VisitedCall, writtenCall } from './lint.ts';

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
    const calls = callsIn(file);
    return calls
      .filter(({ step, method, place }) => place === 'steps' && !isReading(method, step.effect))
      .filter(({ step }) => step.done_when === undefined)
      .filter(
        (call) =>
          kindFor(call, file).http?.changes({ type: 'http', connection: '', ...writtenCall(call) })?.overwrites !==
          undefined,
      )
      .filter((call) => isDeleted(call, file))
      .filter((call) => ![...call.ancestors, call.step].some(goesByRead))
      .filter((call) => !calls.slice(0, calls.indexOf(call)).some((earlier) => provesAbsence(earlier, call, file)))
      .map(atCall);
  },
};

function isDeleted(call: VisitedCall, file: CheckedFile): boolean {
  const on = connectionOf(call, file);
  return (['rollback', 'always'] as const)
    .flatMap((list) => callsBehind(stepsFor(list, call, file), file))
    .some(({ method, target, step, on: other }) => {
      const isSame = method === 'DELETE' && target === call.target && mayBeOne(on, other);
      return isSame && !step.when && !step.for_each;
    });
}

/** Returns whether a step runs only where an earlier one has found what it should. */
function goesByRead({ when }: Step): boolean {
  return Object.keys(when ?? {}).some((subject) => subject.includes('steps.'));
}

/** An earlier call that finds nothing of this name, or makes the index in which it is. */
function provesAbsence(earlier: VisitedCall, call: VisitedCall, file: CheckedFile): boolean {
  if (!mayBeOne(connectionOf(earlier, file), connectionOf(call, file))) return false;
  const { method, target, step } = earlier;
  if (target === call.target && isReading(method, step.effect))
    return [step.expect?.status].flat().every((status) => status === 404);
  const http = kindFor(call, file).http;
  const isMade = method === 'PUT' && target !== call.target && step.done_when === undefined;
  return isMade && http?.takesAlong({ method: 'DELETE', path: target }, writtenCall(call)) === true;
}
