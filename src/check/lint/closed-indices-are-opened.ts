import { callsBehind, mayBeOne, stepsFor } from './calls-behind.ts';
import { atCall, callsIn, type Lint, writtenCall } from './lint.ts';

/** A close of indices is in a block whose `always` opens the same ones (docs/how-servers-behave.md, L4). */
export const closedIndicesAreOpened: Lint = {
  code: 'close-without-open',
  title: 'indices are closed, and no "always" around this step opens them',
  reason:
    'When a restore is refused (another shard count, an open index) everything stays closed: Kibana is down, and with .security closed nobody of the native realm can log in. An open on another connection, or of other indices, opens nothing of it.',
  fix: 'Put the close into a block whose always: has a POST /…/_open of the same indices on the same connection. Opening what is open changes nothing.',
  example: {
    wrong: '- id: close\n  on: destination\n  call: POST /.kibana*/_close',
    right:
      '- id: replace\n  on: destination\n  steps:\n    - { id: close, call: POST /.kibana*/_close }\n  always:\n    - { id: open, call: POST /.kibana*/_open }',
  },
  find: (file) =>
    callsIn(file)
      .filter((call) => {
        const { on, kind } = call;
        if (kind.http?.closing?.(call.method, call.target)?.to !== 'closed') return false;
        return !callsBehind(stepsFor('always', call, file), file).some(
          (one) => mayBeOne(on, one.on) && kind.pitfalls?.mayOpen(writtenCall(one), writtenCall(call)),
        );
      })
      .map(atCall),
};
