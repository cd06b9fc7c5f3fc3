import { bodyField, callsIn, isRestore, type Lint } from './lint.ts';

/** A restore under another name leaves the aliases where they are (docs/how-servers-behave.md, L6, M1). */
export const renamedRestoresLeaveAliases: Lint = {
  code: 'rename-keeps-aliases',
  title: 'this restore renames indices, and their aliases come along under the same names',
  reason:
    'rename_pattern is for indices only. The copy gets the aliases of the original: a search through one of them finds everything twice, and a call on a single document is a 400, because its alias names two indices. The restore itself is a 200.',
  fix: 'Add include_aliases: false.',
  example: {
    wrong:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders, rename_pattern: (.+), rename_replacement: copy-$1 }',
    right:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders, rename_pattern: (.+), rename_replacement: copy-$1, include_aliases: false }',
  },
  find: (file) =>
    callsIn(file)
      .filter(isRestore)
      .filter((call) => bodyField(call, 'rename_pattern') !== undefined)
      .filter((call) => {
        const aliases = bodyField(call, 'include_aliases');
        return aliases === undefined || aliases === true || aliases === 'true';
      })
      .map(({ path }) => ({ path: [...path, 'body', 'rename_pattern'], step: path })),
};
