export { check } from './check.ts';
export { explanations } from './explanations.ts';
export { inputProblem } from './input.ts';
export { lints } from './lint/index.ts';
export { misnamed } from './misnamed.ts';
export { overlaps } from './overlaps.ts';
