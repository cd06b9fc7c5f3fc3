export { writtenConnections } from './locks.ts';
export { type PlanExtras, planFor } from './plan-for.ts';
