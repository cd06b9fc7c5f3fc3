import { intersects } from '../../language/index.ts';
import { bodyField, callsIn, type Lint } from './lint.ts';

/** `feature_states` is for 8.0 and later (docs/how-servers-behave.md, S1). */
export const featuresNeedEight: Lint = {
  code: 'features-before-8',
  title: 'feature_states before Elasticsearch 8.0',
  reason:
    'On 7.10 a snapshot ignores feature_states without a word (it is SUCCESS and empty), and a restore with it is a 400.',
  fix: 'Name the indices instead: .kibana*,.security*. Or write the runbook for 8.x.',
  example: {
    wrong:
      'elasticsearch: 7.10.x\n…\n- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  body: { indices: "-*", feature_states: [security] }',
    right:
      'elasticsearch: 7.10.x\n…\n- id: snapshot\n  on: source\n  call: PUT /_snapshot/my_backup/s1\n  body: { indices: .security* }',
  },
  find: (file) => {
    if (file.elasticsearch === undefined || !intersects(file.elasticsearch, '<8')) return [];
    return callsIn(file)
      .filter((call) => bodyField(call, 'feature_states') !== undefined)
      .map(({ path }) => ({ path: [...path, 'body', 'feature_states'], step: path }));
  },
};
