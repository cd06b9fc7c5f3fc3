import type { MatcherKind } from './matcher.ts';

/** A text that matches this regular expression, anywhere in it. */
export const matches: MatcherKind = {
  holds: (actual, operand) => typeof actual === 'string' && typeof operand === 'string' && isMatch(actual, operand),
  expected: (operand, show) => `a text that matches ${show(operand)}`,
};

/** A pattern that a template has made may be none. */
function isMatch(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}
