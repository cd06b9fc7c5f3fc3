import { callsIn, type Lint, writtenCall } from './lint.ts';

/** No snapshot and no restore goes without some of its shards. */
export const shardsAreAllThere: Lint = {
  code: 'partial',
  title: 'with partial: true this succeeds without some of its shards',
  reason:
    'A snapshot leaves out the shards that are not available, and a restore makes those that the snapshot lacks empty ones: the index is green, and the documents are gone. Both are a 200.',
  fix: 'Leave partial out: then the snapshot is FAILED, or the restore is refused. Where a part is better than nothing, silence this with the reason, and assert how many shards there are.',
  example: {
    wrong:
      '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  body: { indices: orders, partial: true }',
    right: '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  body: { indices: orders }',
  },
  find: (file) =>
    callsIn(file).flatMap((call) => {
      const place = call.kind.pitfalls?.acceptsMissingShards(writtenCall(call));
      return place ? [{ path: [...call.path, ...place], step: call.path }] : [];
    }),
};
