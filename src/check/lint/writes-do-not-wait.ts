import { isReading } from '../../language/index.ts';
import { callsIn, type Lint } from './lint.ts';

/** A write gives its answer at once, and a read polls (field note S3). */
export const writesDoNotWait: Lint = {
  code: 'wait-for-completion',
  title: 'this write waits for its completion',
  reason:
    'With wait_for_completion=true the answer comes when all is done, and proxies cut the connection at 60 s: the write goes on, nobody knows how it ends, and the run has to treat it as in doubt.',
  fix: 'Leave wait_for_completion out and poll with a read: until, every, timeout.',
  example: {
    wrong: '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  query: { wait_for_completion: true }',
    right:
      "- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n- id: complete\n  on: source\n  call: GET /_snapshot/my_backup/s1\n  until: { 'snapshots[0].state': { not: IN_PROGRESS } }\n  expect: { body: { 'snapshots[0].shards.total': { greater_than: 0 } } }",
  },
  find: (file) =>
    callsIn(file)
      .filter(({ step, method }) => !isReading(method, step.effect))
      .filter(({ step }) => String(step.query?.wait_for_completion) === 'true')
      .map(({ path }) => ({ path: [...path, 'query', 'wait_for_completion'], step: path })),
};
