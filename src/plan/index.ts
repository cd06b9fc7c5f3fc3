export { canonicalJson, planId } from './canonical.ts';
export { lockPath, writtenConnections } from './locks.ts';
export type * from './plan.ts';
export { planFor } from './plan-for.ts';
