import { isEqual, type Json } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** A text contains this text; a list contains this item, or every item of this list. */
export const contains: MatcherKind = {
  holds: (actual, operand) => {
    const wanted = Array.isArray(operand) ? (operand as readonly Json[]) : [operand];
    if (typeof actual === 'string') return wanted.every((part) => typeof part === 'string' && actual.includes(part));
    if (!Array.isArray(actual)) return false;
    return wanted.every((item) => (actual as readonly Json[]).some((value) => isEqual(value, item)));
  },
  expected: (operand, show) => `something that contains ${show(operand)}`,
};
