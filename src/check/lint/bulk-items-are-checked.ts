import { kinds } from '../../kinds/index.ts';
import { connectionOf } from '../templates.ts';
import { atCall, callsIn, type Lint } from './lint.ts';

/** A `_bulk` is checked for items that failed. */
export const bulkItemsAreChecked: Lint = {
  code: 'bulk-errors-not-checked',
  title: 'nothing checks that every item of this _bulk succeeded',
  reason:
    'A _bulk is HTTP 200 where each of its items was refused: a mapping that does not fit, a document that exists already, an index that is read-only. What failed is in the body only: errors, and items[].*.error.',
  fix: 'Assert it: expect: { body: { errors: false } }.',
  example: {
    wrong: '- id: load\n  on: destination\n  call: POST /orders/_bulk\n  ndjson: [{ index: { _id: 1 } }, { n: 1 }]',
    right:
      '- id: load\n  on: destination\n  call: POST /orders/_bulk\n  ndjson: [{ index: { _id: 1 } }, { n: 1 }]\n  expect: { body: { errors: false } }',
  },
  find: (file) => {
    const connections = 'connections' in file.value ? file.value.connections : {};
    return callsIn(file)
      .filter(({ method, target }) => method !== 'GET' && /^(\/[^/]+)?\/_bulk$/.test(target))
      .filter((visited) => {
        const kind = connections[connectionOf(visited, file) ?? '']?.kind;
        return kind === undefined || kinds[kind].http?.consolePrefix === '';
      })
      .filter(({ step }) => !Object.keys(step.expect?.body ?? {}).some((subject) => /errors?\b|items/.test(subject)))
      .map(atCall);
  },
};
