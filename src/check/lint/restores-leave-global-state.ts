import { bodyField, callsIn, isRestore, type Lint } from './lint.ts';

/** A restore of the global state says which features it replaces (docs/how-servers-behave.md, E5). */
export const restoresLeaveGlobalState: Lint = {
  code: 'restore-of-global-state',
  title: 'this restore replaces the global state of the cluster',
  reason:
    "include_global_state: true brings the snapshot's persistent settings, templates and pipelines. Since 8.0, without feature_states, it also replaces every feature: all users and roles, and what is in Kibana. It is a 200, whatever indices are named.",
  fix: 'Write include_global_state: false. For the users, name the feature: feature_states: [security].',
  example: {
    wrong:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders, include_global_state: true }',
    right:
      '- id: restore\n  on: destination\n  call: POST /_snapshot/my_restore/s1/_restore\n  body: { indices: orders, include_global_state: false }',
  },
  find: (file) =>
    callsIn(file)
      .filter(isRestore)
      .filter((call) => [true, 'true'].some((yes) => bodyField(call, 'include_global_state') === yes))
      .filter((call) => !namesFeatures(bodyField(call, 'feature_states')))
      .map(({ path }) => ({ path: [...path, 'body', 'include_global_state'], step: path })),
};

/** An empty list means all of them. */
function namesFeatures(features: unknown): boolean {
  return features !== undefined && !(Array.isArray(features) && features.length === 0);
}
