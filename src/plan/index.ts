export * from './approval.ts';
export { canonicalJson, planId } from './canonical.ts';
export { conditionsIn, mapConditions } from './conditions.ts';
export type * from './plan.ts';
export { largestPlan, parsePlan } from './plan-file.ts';
export { skipReasonText } from './skip-reason.ts';
export * from './visit.ts';
