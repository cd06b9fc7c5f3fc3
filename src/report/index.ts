export { planText } from './plan-text.ts';
export { linesOf } from './run-lines.ts';
export { summaryText } from './summary.ts';
