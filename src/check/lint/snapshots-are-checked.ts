import type { CallStep } from '../../language/index.ts';
import { atCall, callsIn, isSnapshot, type Lint } from './lint.ts';

/** A snapshot is checked for what it holds (docs/how-servers-behave.md, S1). */
export const snapshotsAreChecked: Lint = {
  code: 'snapshot-not-checked',
  title: 'nothing in this file checks that the snapshot is not empty',
  reason:
    'A snapshot can be SUCCESS with no index and no shard in it: a pattern that matches nothing, a closed index, a mistyped feature, feature_states on 7.10. All of them are HTTP 200.',
  fix: 'Read the snapshot afterwards and assert state SUCCESS, shards.failed 0 and shards.total greater than 0, and that it contains what you want to migrate.',
  example: {
    wrong: '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1',
    right:
      "- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n- id: complete\n  on: source\n  call: GET /_snapshot/my_backup/s1\n  until: { 'snapshots[0].state': { not: IN_PROGRESS } }\n  expect:\n    body:\n      'snapshots[0].state': SUCCESS\n      'snapshots[0].shards.failed': 0\n      'snapshots[0].shards.total': { greater_than: 0 }",
  },
  find: (file) => {
    const calls = callsIn(file);
    if (calls.some(({ step }) => looksIntoIt(step))) return [];
    return calls.filter(isSnapshot).map(atCall);
  },
};

function looksIntoIt({ expect, until }: CallStep): boolean {
  return Object.keys({ ...expect?.body, ...until }).some((subject) => subject.includes('shards.total'));
}
