import type { ItemsFlag } from '../../kinds/index.ts';
import { isObject, type Json } from '../../text/index.ts';
import { atCall, callsIn, type Lint, type VisitedCall, writtenCall } from './lint.ts';

/** A request with many items is checked for those that failed. */
export const bulkItemsAreChecked: Lint = {
  code: 'bulk-errors-not-checked',
  title: 'nothing checks that every item of this request succeeded',
  reason:
    'A _bulk is HTTP 200 where each of its items was refused: a mapping that does not fit, a document that exists already, an index that is read-only. What failed is in the body only: errors, and items[].*.error. An import to Kibana is a 200 as well, with success: false.',
  fix: 'Assert it: expect: { body: { errors: false } }, or for an import success: true.',
  example: {
    wrong: '- id: load\n  on: destination\n  call: POST /orders/_bulk\n  ndjson: [{ index: { _id: 1 } }, { n: 1 }]',
    right:
      '- id: load\n  on: destination\n  call: POST /orders/_bulk\n  ndjson: [{ index: { _id: 1 } }, { n: 1 }]\n  expect: { body: { errors: false } }',
  },
  find: (file) =>
    callsIn(file)
      .filter((call) => {
        const flag = call.kind.http?.itemsFlag?.(writtenCall(call));
        return flag !== undefined && !isAsserted(flag, call);
      })
      .map(atCall),
};

/** The flag itself, or what an expression finds among the items. */
function isAsserted({ name, passing }: ItemsFlag, { step }: VisitedCall) {
  const { expect, save } = step;
  const asserted = Object.entries(expect?.body ?? {}).some(([subject, expected]) =>
    subject === name ? isMeant(expected as Json, passing) : /error|items|success/.test(subject),
  );
  // Whoever saves it asks later.
  return asserted || Object.values(save ?? {}).some((value) => (isObject(value) ? value.path : value) === name);
}

function isMeant(expected: Json, passing: boolean): boolean {
  if (!isObject(expected)) return expected === passing;
  return expected.equals === passing || expected.not === !passing;
}
