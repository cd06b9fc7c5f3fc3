export { check } from './check.ts';
export { inputProblem } from './input.ts';
export { lints } from './lint/index.ts';
export { overlaps } from './overlaps.ts';
