import { atCall, callsIn, goesByRead, isSnapshot, type Lint, writtenCall } from './lint.ts';

/** A run deletes the snapshots that it has made. */
export const deletedSnapshotsAreOwn: Lint = {
  code: 'delete-of-foreign-snapshot',
  title: 'this deletes a snapshot that nothing in this file has made',
  reason:
    "A snapshot may be the only copy of what it holds. One of this name may be somebody else's, and a repository has no undelete.",
  fix: 'Delete it in the rollback of the step that makes it; or read it first, and go by what is in it: when: { steps.find.run: "{{run.id}}" }, where find saves snapshots[0].metadata.runbook_run. Where old snapshots are deleted on purpose, silence this with the reason.',
  example: {
    wrong: '- id: clean\n  on: source\n  call: DELETE /_snapshot/my_backup/s1',
    right:
      "- id: find\n  on: source\n  call: GET /_snapshot/my_backup/s1\n  save: { run: 'snapshots[0].metadata.runbook_run' }\n- id: clean\n  on: source\n  when: { steps.find.run: '{{run.id}}' }\n  call: DELETE /_snapshot/my_backup/s1",
  },
  find: (file) => {
    const calls = callsIn(file);
    const made = new Set(calls.filter(isSnapshot).map(({ target }) => target));
    return calls
      .filter((call) => call.kind.pitfalls?.removes(writtenCall(call)) === 'snapshot')
      .filter(({ target }) => !made.has(target) && !/\{\{\s*run\.id\s*\}\}/.test(target))
      .filter((call) => !goesByRead(call))
      .map(atCall);
  },
};
