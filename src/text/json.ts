import { compareNumbers, isExact, isNumber, jsonText } from './exact.ts';
import type { Json, JsonObject } from './value.ts';

/** Returns whether a value is a JSON object: not a list, not null, not a number that only its digits tell. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExact(value);
}

/** A value as text: a string as it is, everything else as JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : jsonText(value);
}

/** How deep lists and mappings from outside may stand in each other: everything that walks through a value calls itself for each level. */
export const mostLevels = 1_000;

/** Returns whether a value is nested deeper. It calls itself for no level. */
export function isTooDeep(value: unknown, levels = mostLevels): boolean {
  let level = [value];
  for (let depth = 0; depth < levels; depth++) {
    const inner: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const item of Array.isArray(one) ? one : Object.values(one))
        if (typeof item === 'object' && item !== null) inner.push(item);
    }
    if (inner.length === 0) return false;
    level = inner;
  }
  return true;
}

/** Deep equality of two JSON values; the order of an object's keys does not count, and numbers are compared as decimals: 1 is 1.0. */
export function isEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right) === 0;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key] as Json, right[key] as Json))
  );
}

/** An object of a type of its own as the mapping that it is: interfaces have no index signature. It holds JSON only. */
export function mappingOf(value: object): JsonObject {
  return value as JsonObject;
}
