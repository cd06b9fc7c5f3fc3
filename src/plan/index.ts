export * from './approval.ts';
export { canonicalJson, planId } from './canonical.ts';
export { lockPath, writtenConnections } from './locks.ts';
export type * from './plan.ts';
export { largestPlan, planIn } from './plan-file.ts';
export { type PlanExtras, planFor } from './plan-for.ts';
