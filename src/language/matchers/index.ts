import { isObject, type Json, type JsonObject, type Show } from '../../text/index.ts';
import type { Matcher } from '../runbook.types.ts';
import { atLeast, atMost, greaterThan, lessThan } from './compare.ts';
import { contains } from './contains.ts';
import { empty } from './empty.ts';
import { equals } from './equals.ts';
import { exists } from './exists.ts';
import { isIn } from './in.ts';
import { length, sizeOf } from './length.ts';
import type { MatcherKind } from './matcher.ts';
import { matches } from './matches.ts';
import { oneOf } from './one-of.ts';
import { versionIn } from './version-in.ts';

/** The matchers of the schema; `not`, `each` and `message` are no kinds of their own. */
type MatcherName = Exclude<keyof Matcher, 'not' | 'each' | 'message'>;

const kinds: Readonly<Record<MatcherName, MatcherKind>> = {
  equals,
  in: isIn,
  one_of: oneOf,
  contains,
  matches,
  version_in: versionIn,
  exists,
  empty,
  length,
  greater_than: greaterThan,
  less_than: lessThan,
  at_least: atLeast,
  at_most: atMost,
};

/** Returns whether an expectation is a matcher: a mapping. Everything else is a literal that the value must equal. */
export function isMatcher(expectation: Json): expectation is JsonObject {
  return isObject(expectation);
}

/**
 * Returns whether a value is as an expectation says: a literal, or a matcher all of whose parts hold.
 * `undefined` is a value that is not there. The expectation holds no templates any more.
 */
export function holds(actual: Json | undefined, expectation: Json): boolean {
  if (!isMatcher(expectation)) return equals.holds(actual, expectation);
  return partsOf(expectation).every(([name, operand]) => {
    if (name === 'not') return !holds(actual, operand);
    if (name === 'each')
      return Array.isArray(actual) && (actual as readonly Json[]).every((item) => holds(item, operand));
    if (name === 'length' && isMatcher(operand)) return holds(sizeOf(actual), operand);
    return kindOf(name).holds(actual, operand);
  });
}

/** Returns what an expectation asks for, in words that follow "expected". */
export function expectedOf(expectation: Json, show: Show): string {
  if (!isMatcher(expectation)) return equals.expected(expectation, show);
  return partsOf(expectation)
    .map(([name, operand]) => {
      if (name === 'not') return `not ${expectedOf(operand, show)}`;
      if (name === 'each') return `a list in which each item is ${expectedOf(operand, show)}`;
      if (name === 'length' && isMatcher(operand)) return `a length of ${expectedOf(operand, show)}`;
      return kindOf(name).expected(operand, show);
    })
    .join(' and ');
}

/** The author's own words for the case that it fails. */
export function messageOf(expectation: Json): string | undefined {
  const message = isMatcher(expectation) ? expectation.message : undefined;
  return typeof message === 'string' ? message : undefined;
}

/** @throws where the schema does not know the matcher: it has been checked before. */
function kindOf(name: string): MatcherKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name as MatcherName] : undefined;
  if (!kind) throw new TypeError(`no matcher "${name}"`);
  return kind;
}

function partsOf(matcher: JsonObject): [string, Json][] {
  return Object.entries(matcher).filter(([name]) => name !== 'message');
}
