import { compareNumbers, type Exact, isNumber, type Json, numberIn } from '../../text/index.ts';
import type { MatcherKind } from './matcher.ts';

/** Elasticsearch's _cat APIs and settings give numbers as texts: both count. */
function numberOf(value: Json | undefined): number | Exact | undefined {
  if (isNumber(value)) return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? numberIn(value) : undefined;
}

/** @param isMet Takes what `compareNumbers` says of the value and the operand. */
function comparing(words: string, isMet: (order: number) => boolean): MatcherKind {
  return {
    holds: (actual, operand) => {
      const [left, right] = [numberOf(actual), numberOf(operand)];
      return left !== undefined && right !== undefined && isMet(compareNumbers(left, right));
    },
    expected: (operand, show) => `${words} ${show(operand)}`,
  };
}

export const greaterThan = comparing('more than', (order) => order > 0);
export const lessThan = comparing('less than', (order) => order < 0);
export const atLeast = comparing('at least', (order) => order >= 0);
export const atMost = comparing('at most', (order) => order <= 0);
