import { isReading } from '../../language/index.ts';
import { nearest } from '../../text/suggestion.ts';
import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

const name = 'wait_for_completion';

/** A write does not wait for its completion; a read polls (docs/how-servers-behave.md, S3). */
export const writesDoNotWait: Lint = {
  code: 'wait-for-completion',
  title: 'this write waits for its completion',
  reason:
    'With wait_for_completion=true, as it is by default for _reindex, _update_by_query, _delete_by_query and _forcemerge, the response comes when all is done, and proxies cut the connection at 60 s: the write goes on, nobody knows how it ends, and the run has to treat it as in doubt.',
  fix: 'Leave wait_for_completion out, or where it is the default say false, and poll with a read: until, every, timeout. What is a task then is read by GET /_tasks/{{steps.ID.task}} until: { completed: true }; assert that it has no error and no response.failures. A write whose own response is the only evidence (a restore that ends the login that sent it) or one that cannot but wait (_forcemerge before 8.1), may wait if it says how to read it back: done_when with a timeout, and on_unknown: suspend.',
  example: {
    wrong: '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  query: { wait_for_completion: true }',
    right:
      "- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n- id: complete\n  on: source\n  call: GET /_snapshot/my_backup/s1\n  until: { 'snapshots[0].state': { not: IN_PROGRESS } }\n  expect: { body: { 'snapshots[0].shards.total': { greater_than: 0 } } }",
  },
  find: (file) =>
    callsIn(file)
      .filter(({ step, method }) => !isReading(method, step.effect))
      .filter((call) => call.kind.pitfalls?.waitsForCompletion(writtenCall(call)))
      // Who has misspelt it has a message about that.
      .filter(({ step }) =>
        Object.keys(step.query ?? {}).every((key) => key === name || nearest(key, [name]) === undefined),
      )
      .filter(({ step }) => step.done_when?.timeout === undefined || step.on_unknown !== 'suspend')
      .map((call) => {
        const isSaid = call.step.query?.wait_for_completion !== undefined;
        return isSaid ? { path: [...call.path, 'query', 'wait_for_completion'], step: call.path } : atCall(call);
      }),
};
