import { partsOfCall, type Step } from '../../language/index.ts';
import { atCall, callsIn, type Lint } from './lint.ts';

/** A close of indices is in a block whose `always` opens them (docs/how-servers-behave.md, L4). */
export const closedIndicesAreOpened: Lint = {
  code: 'close-without-open',
  title: 'indices are closed, and no "always" around this step opens them',
  reason:
    'When a restore is refused (another shard count, an open index) everything stays closed: Kibana is down, and with .security closed nobody of the native realm can log in.',
  fix: 'Put the close into a block whose always: has a POST /…/_open. Opening what is open changes nothing.',
  example: {
    wrong: '- id: close\n  on: destination\n  call: POST /.kibana*/_close',
    right:
      '- id: replace\n  on: destination\n  steps:\n    - { id: close, call: POST /.kibana*/_close }\n  always:\n    - { id: open, call: POST /.kibana*/_open }',
  },
  find: (file) =>
    callsIn(file)
      .filter(({ method, target }) => method === 'POST' && target.endsWith('/_close'))
      .filter(({ ancestors }) => !ancestors.some((block) => 'steps' in block && (block.always ?? []).some(opens)))
      .map(atCall),
};

function opens(step: Step): boolean {
  if ('steps' in step) return step.steps.some(opens);
  return 'call' in step && partsOfCall(step.call).path.endsWith('/_open');
}
