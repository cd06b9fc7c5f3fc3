import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** What belongs to the system is not deleted by name (docs/how-servers-behave.md, E4, X2). */
export const systemIndicesAreNotDeleted: Lint = {
  code: 'delete-of-system-indices',
  title: 'this deletes indices of the system',
  reason:
    'Without .security nobody of the native realm can log in, and without .kibana every dashboard is gone. On 7.10 it is a 200; on 8.x and 9.x a superuser gets a 403 for the security index, and a 400 for a pattern. If a restore follows and is refused, nothing is left that it could fall back on.',
  fix: 'On 7.10 close them, restore over them, and open them in an always. Since 8.0 restore the feature: it replaces its own indices. Take a snapshot of them before.',
  example: {
    wrong: '- id: clean\n  on: destination\n  call: DELETE /.kibana_1',
    right:
      '- id: replace\n  on: destination\n  steps:\n    - { id: close, call: POST /.kibana_1/_close }\n  always:\n    - { id: open, call: POST /.kibana_1/_open }',
  },
  find: (file) =>
    callsIn(file)
      .filter((call) => call.kind.pitfalls?.removes(writtenCall(call)) === 'system-indices')
      .map(atCall),
};
