import { intersects } from '../../language/index.ts';
import { choosesByVersion } from '../versions.ts';
import { callsIn, type Lint, writtenCall } from './lint.ts';

/** Since 8.0 system indices are restored by their feature (docs/how-servers-behave.md, E4). */
export const restoresReachSystemIndices: Lint = {
  code: 'restore-without-system-indices',
  title: 'since Elasticsearch 8.0 this restore leaves out the system indices that its patterns name',
  reason:
    'A restore of .security*, .kibana* or * is a 200 that restores no system index: they come back as a part of their feature only. By its whole name, such as .security-7, it is a 400.',
  fix: 'Name the features: feature_states: [security] with indices: "-*". Where * is meant for everything else, say so: feature_states: [none].',
  example: {
    wrong:
      'elasticsearch: 8.x\n…\n- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: .security* }',
    right:
      'elasticsearch: 8.x\n…\n- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: "-*", feature_states: [security] }',
  },
  find: (file) => {
    if (file.elasticsearch === undefined || !intersects(file.elasticsearch, '>=8')) return [];
    return callsIn(file)
      .filter((call) => call.kind.pitfalls?.leavesOutSystemIndices(writtenCall(call)))
      .filter((call) => !choosesByVersion(call))
      .map(({ path }) => ({ path: [...path, 'body', 'indices'], step: path }));
  },
};
