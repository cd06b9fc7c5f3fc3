import { kinds } from '../kinds/index.ts';
import type { Plan, PlannedNode, PlannedRequest } from '../plan/index.ts';

/** Something that was rolled back completely. */
export interface RolledBack {
  readonly steps: readonly PlannedNode[];
  /** Which iteration of each loop around it, the outermost first. */
  readonly iterations: readonly number[];
}

/**
 * Returns whether what a write has done went with something that a rollback has removed: a document with its index. The
 * write must have had a response: what was lost on the way may arrive after the removal.
 */
export function wentAlong(
  { request }: PlannedRequest,
  iterations: readonly number[],
  rolledBack: readonly RolledBack[],
  plan: Plan,
): boolean {
  const kind = plan.environment.connections[request.connection]?.kind;
  const dialect = kind && kinds[kind].http;
  if (request.type !== 'http' || !dialect) return false;
  return rolledBack.some(({ steps, iterations: others }) =>
    steps.some((step) => {
      if (!isRemoval(step) || step.request.type !== 'http' || step.request.connection !== request.connection)
        return false;
      // A template means the same in the same iteration only.
      const isPlain = !`${request.path}${step.request.path}`.includes('{{');
      const isSame = iterations.length === others.length && iterations.every((one, at) => one === others[at]);
      return (isPlain || isSame) && dialect.takesAlong(step.request, request);
    }),
  );
}

/** Returns whether a step that succeeded has removed something, or found that it is not there. */
function isRemoval(node: PlannedNode): node is PlannedRequest {
  if (node.kind !== 'request' || node.effect !== 'write' || node.when || node.for_each !== undefined) return false;
  return node.expect.status.every((status) => status === '2xx' || status === 404 || /^2\d\d$/.test(String(status)));
}
