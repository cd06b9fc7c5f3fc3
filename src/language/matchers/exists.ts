import type { MatcherKind } from './matcher.ts';

/** The value is there and not null; with false, it is not. */
export const exists: MatcherKind = {
  holds: (actual, operand) => (actual !== undefined && actual !== null) === operand,
  expected: (operand) => (operand === true ? 'a value' : 'no value'),
};
