import { inOneLine } from '../json.ts';
import type { MatcherKind } from './matcher.ts';

/** A text that matches this regular expression, anywhere in it. */
export const matches: MatcherKind = {
  holds: (actual, operand) =>
    typeof actual === 'string' && typeof operand === 'string' && new RegExp(operand, 'u').test(actual),
  expected: (operand) => `a text that matches ${inOneLine(operand)}`,
};
