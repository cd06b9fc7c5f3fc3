export type * from './event.ts';
export type { Answer, Call, Ports, Question } from './ports.ts';
export { createRedactor, type Redactor, shortestSecret } from './redactor.ts';
export { type RunOptions, run } from './run.ts';
export { isTransient } from './send.ts';
