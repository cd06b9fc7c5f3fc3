import { isEqual, type Json } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** The value is one of these; of a list, every item is. */
export const isIn: MatcherKind = {
  holds: (actual, operand) => {
    const isOne = (value: Json) =>
      Array.isArray(operand) && (operand as readonly Json[]).some((item) => isEqual(item, value));
    return Array.isArray(actual) ? (actual as readonly Json[]).every(isOne) : isOne(actual ?? null);
  },
  expected: (operand, show) => `one of ${show(operand)}`,
};
