import { atCall, bodyField, callsIn, isRestore, type Lint } from './lint.ts';

/** A restore names indices or features. */
export const restoresSayWhat: Lint = {
  code: 'restore-of-everything',
  title: 'this restore names neither indices nor feature_states',
  reason:
    'Without indices a restore takes every index that the snapshot holds, and on 8.x without feature_states none of the system ones: it overwrites more than was meant, or is a 200 with zero shards.',
  fix: 'Name the indices, or for system indices since 8.0 the feature_states with indices: "-*".',
  example: {
    wrong: '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore',
    right:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: "-*", feature_states: [kibana], include_global_state: false }',
  },
  find: (file) =>
    callsIn(file)
      .filter(isRestore)
      .filter((call) => typeof call.step.body !== 'string')
      .filter((call) => bodyField(call, 'indices') === undefined && bodyField(call, 'feature_states') === undefined)
      .map(atCall),
};
