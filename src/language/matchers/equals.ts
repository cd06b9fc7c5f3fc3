import { isEqual } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** The value is this one; a value that is not there is null. */
export const equals: MatcherKind = {
  holds: (actual, operand) => isEqual(actual ?? null, operand),
  expected: (operand, show) => show(operand),
};
