import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** A deletion names what it deletes. */
export const deletionsNameThings: Lint = {
  code: 'delete-of-everything',
  title: 'this deletes all that there is of its kind',
  reason:
    'DELETE /* takes every index of everybody who uses the cluster, and so do _all and a pattern beside which exclusions stand. Since 8.0 a cluster refuses it for indices (400), unless action.destructive_requires_name is false, as it is by default on 7.10; data streams, templates, pipelines, repositories and snapshots are never protected so. Nothing rolls it back.',
  fix: 'Name what is yours. Where the run finds the names, save them in a read before, and put them into the path: DELETE /{{join steps.find.names ","}}.',
  example: {
    wrong: '- id: clean\n  on: destination\n  call: DELETE /*',
    right: '- id: clean\n  on: destination\n  call: DELETE /orders-1,orders-2',
  },
  find: (file) =>
    callsIn(file)
      .filter((call) => call.kind.pitfalls?.removes(writtenCall(call)) === 'everything')
      .map(atCall),
};
