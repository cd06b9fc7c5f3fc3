import { bodyField, callsIn, isRestore, type Lint } from './lint.ts';

/** A restore of features has no `rename_pattern` (docs/how-servers-behave.md, X3). */
export const featuresKeepTheirNames: Lint = {
  code: 'rename-of-features',
  title: 'rename_pattern has no effect on feature_states',
  reason:
    'It is silently ignored for features: a "rehearsal under another name" deletes and overwrites the production indices of the feature.',
  fix: 'Leave one of the two out. To look at the content without touching anything, restore into another cluster.',
  example: {
    wrong:
      '- id: rehearse\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { feature_states: [kibana], indices: "-*", rename_pattern: (.+), rename_replacement: copy-$1 }',
    right:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { feature_states: [kibana], indices: "-*" }',
  },
  find: (file) =>
    callsIn(file)
      .filter(isRestore)
      .filter(
        (call) => bodyField(call, 'feature_states') !== undefined && bodyField(call, 'rename_pattern') !== undefined,
      )
      .map(({ path }) => ({ path: [...path, 'body', 'rename_pattern'], step: path })),
};
