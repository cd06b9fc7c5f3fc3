import { matchesRegex } from '../regex.ts';
import type { MatcherKind } from './matcher.ts';

/** A text that matches this regular expression, anywhere in it. */
export const matches: MatcherKind = {
  holds: (actual, operand) =>
    typeof actual === 'string' && typeof operand === 'string' && matchesRegex(actual, operand),
  expected: (operand, show) => `a text that matches ${show(operand)}`,
};
