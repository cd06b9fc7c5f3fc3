export { check } from './check.ts';
export { inputProblem } from './input.ts';
