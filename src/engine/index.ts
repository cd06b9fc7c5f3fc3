export type * from './event.ts';
export { indexIdIn, isRestored, leftoverText, lockHolder } from './lock.ts';
export type { Answer, Call, Ports, Question } from './ports.ts';
export { createRedactor, type Redactor, shortestSecret } from './redactor.ts';
export { type RunOptions, run, undosOf } from './run.ts';
export { isTransient } from './send.ts';
