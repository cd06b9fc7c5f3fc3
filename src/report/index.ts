export { planText, undoText } from './plan-text.ts';
export { linesOf, plainView } from './run-lines.ts';
export { summaryText } from './summary.ts';
