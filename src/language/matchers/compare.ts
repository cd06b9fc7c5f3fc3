import type { Json } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** Elasticsearch's _cat APIs and settings give numbers as texts: both count. */
function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function comparing(words: string, compare: (left: number, right: number) => boolean): MatcherKind {
  return {
    holds: (actual, operand) => {
      const [left, right] = [numberOf(actual), numberOf(operand)];
      return left !== undefined && right !== undefined && compare(left, right);
    },
    expected: (operand, show) => `${words} ${show(operand)}`,
  };
}

export const greaterThan = comparing('more than', (left, right) => left > right);
export const lessThan = comparing('less than', (left, right) => left < right);
export const atLeast = comparing('at least', (left, right) => left >= right);
export const atMost = comparing('at most', (left, right) => left <= right);
