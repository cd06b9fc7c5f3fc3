import { isEqual, type Json } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** The value is one of these, and no list; a value that is not there is null. */
export const oneOf: MatcherKind = {
  holds: (actual = null, operand) =>
    !Array.isArray(actual) &&
    Array.isArray(operand) &&
    (operand as readonly Json[]).some((item) => isEqual(item, actual)),
  expected: (operand, show) => `one of ${show(operand)}`,
};
