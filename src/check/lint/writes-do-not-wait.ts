import { isReading } from '../../language/index.ts';
import { callsIn, type Lint } from './lint.ts';

/** A write does not wait for its completion; a read polls (docs/how-servers-behave.md, S3). */
export const writesDoNotWait: Lint = {
  code: 'wait-for-completion',
  title: 'this write waits for its completion',
  reason:
    'With wait_for_completion=true the response comes when all is done, and proxies cut the connection at 60 s: the write goes on, nobody knows how it ends, and the run has to treat it as in doubt.',
  fix: 'Leave wait_for_completion out and poll with a read: until, every, timeout. A write whose own response is the only evidence (a restore that ends the login that sent it) may wait if it says how to read it back: done_when with a timeout, and on_unknown: suspend.',
  example: {
    wrong: '- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  query: { wait_for_completion: true }',
    right:
      "- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n- id: complete\n  on: source\n  call: GET /_snapshot/my_backup/s1\n  until: { 'snapshots[0].state': { not: IN_PROGRESS } }\n  expect: { body: { 'snapshots[0].shards.total': { greater_than: 0 } } }",
  },
  find: (file) =>
    callsIn(file)
      .filter(({ step, method }) => !isReading(method, step.effect))
      .filter(({ step }) => String(step.query?.wait_for_completion) === 'true')
      .filter(({ step }) => step.done_when?.timeout === undefined || step.on_unknown !== 'suspend')
      .map(({ path }) => ({ path: [...path, 'query', 'wait_for_completion'], step: path })),
};
