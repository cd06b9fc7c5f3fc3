export * from './approval.ts';
export { canonicalJson, planId } from './canonical.ts';
export { lockIndex, lockPath, writtenConnections } from './locks.ts';
export type * from './plan.ts';
export { largestPlan, planIn } from './plan-file.ts';
export { type PlanExtras, planFor } from './plan-for.ts';
