import { isEqual, isObject, type Json } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** Returns how many items, keys or characters a value has; undefined where it has none of them. */
export function sizeOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}

/** A list, mapping or text of this length. With a matcher as operand, `index.ts` looks at the length itself. */
export const length: MatcherKind = {
  holds: (actual, operand) => isEqual(sizeOf(actual) ?? null, operand),
  expected: (operand, show) => `a length of ${show(operand)}`,
};
