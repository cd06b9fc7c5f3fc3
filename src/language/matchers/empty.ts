import { sizeOf } from './length.ts';
import type { MatcherKind } from './matcher.ts';

/** Nothing at all, or a list, mapping or text of length 0; with false, something. */
export const empty: MatcherKind = {
  holds: (actual, operand) => (actual === undefined || actual === null || sizeOf(actual) === 0) === operand,
  expected: (operand) => (operand === true ? 'nothing in it' : 'something in it'),
};
