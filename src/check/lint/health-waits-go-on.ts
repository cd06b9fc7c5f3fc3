import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** A wait for health goes on at 408 (docs/how-servers-behave.md, M2). */
export const healthWaitsGoOn: Lint = {
  code: 'health-wait-ends',
  title: 'this wait for health fails with status 408 when its own time is over',
  reason:
    'GET /_cluster/health with wait_for_… responds after 30 s (or its timeout) at the latest: with 408 where the cluster is not as far by then, although it may be a minute later. The step fails, and what it did before is rolled back.',
  fix: 'Poll instead: until: { status: { in: [yellow, green] } } with a timeout. A poll goes on at 408. Where the health at one moment is meant, expect the status: [200, 408], and assert what the body says.',
  example: {
    wrong:
      '- id: green\n  on: destination\n  call: GET /_cluster/health\n  query: { wait_for_status: green, timeout: 5s }\n  expect: { body: { status: green } }',
    right: '- id: green\n  on: destination\n  call: GET /_cluster/health\n  until: { status: green }\n  timeout: 10m',
  },
  find: (file) =>
    callsIn(file)
      .filter(({ step, place }) => place !== 'evidence' && step.until === undefined)
      .filter((call) => call.kind.pitfalls?.waitsUntil408(writtenCall(call)))
      .filter(({ step }) => ![step.expect?.status].flat().some((status) => status === 408 || status === '4xx'))
      .map(atCall),
};
