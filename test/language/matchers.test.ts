import { describe, expect, it } from 'vitest';
import { expectedOf, holds } from '../../src/language/index.ts';
import { inOneLine } from '../../src/text/in-one-line.ts';
import type { Json } from '../../src/text/index.ts';

describe('an expectation', () => {
  it.each<[Json | undefined, Json, boolean]>([
    ['SUCCESS', 'SUCCESS', true],
    [{ a: 1, b: [2] }, { equals: { b: [2], a: 1 } }, true],
    [undefined, null, true],
    [0, null, false],
    ['PARTIAL', { not: 'SUCCESS' }, true],
    [undefined, { not: { exists: true } }, true],
    ['a', { in: ['a', 'b'] }, true],
    [['a', 'b'], { in: ['a', 'b', 'c'] }, true],
    [['a', 'x'], { in: ['a', 'b', 'c'] }, false],
    [[], { in: ['a'] }, true],
    [undefined, { in: ['a', null] }, true],
    ['a', { one_of: ['a', 'b'] }, true],
    [['a'], { one_of: ['a', 'b'] }, false],
    [[], { one_of: ['a'] }, false],
    [undefined, { one_of: ['a', null] }, true],
    [undefined, { one_of: ['a'] }, false],
    [['a', 'b'], { each: { one_of: ['a', 'b'] } }, true],
    [['a', 'x'], { each: { one_of: ['a', 'b'] } }, false],
    [[1, 1], { each: 1 }, true],
    [[{ n: [3] }], { each: { equals: { n: [3] } } }, true],
    [[1, 5], { each: { at_least: 1, less_than: 5 } }, false],
    [[], { each: 1 }, true],
    [[], { each: 1, empty: false }, false],
    ['a', { each: 'a' }, false],
    [undefined, { each: { exists: false } }, false],
    [['a', 'b'], { contains: 'a' }, true],
    [['a', 'b', 'c'], { contains: ['a', 'c'] }, true],
    [['a'], { contains: ['a', 'c'] }, false],
    ['text', { contains: 'ex' }, true],
    [undefined, { contains: 'a' }, false],
    ['7.10.2', { matches: '^7\\.10\\.' }, true],
    [7, { matches: '7' }, false],
    [`${'a'.repeat(10_000)}!`, { matches: '^(\\w+\\s?)+$' }, false],
    [`${'a'.repeat(10_000)}!`, { not: { matches: '^(\\w+\\s?)+$' } }, true],
    ['9.5.3', { version_in: '>=8.5 <10' }, true],
    ['10.0.0-SNAPSHOT', { version_in: '>=8.5 <10' }, false],
    ['unknown', { version_in: '*' }, false],
    [8.5, { version_in: '8.5.x' }, false],
    [undefined, { version_in: '*' }, false],
    ['8.5.3', { version_in: 'made by a template' }, false],
    [null, { exists: false }, true],
    [0, { exists: true }, true],
    [[], { empty: true }, true],
    [undefined, { empty: true }, true],
    [0, { empty: true }, false],
    [3, { greater_than: 2 }, true],
    ['3', { greater_than: 2 }, true],
    [undefined, { less_than: 2 }, false],
    [2, { at_least: 2, at_most: 2 }, true],
    [2, { at_least: 3, at_most: 4 }, false],
    [['a'], { length: 1 }, true],
    [{ a: 1, b: 2 }, { length: { at_least: 2 } }, true],
    [1, { length: 1 }, false],
    [1, { equals: 1, message: 'a message is no condition' }, true],
  ])('%j against %j: %s', (actual, expectation, expected) => {
    expect(holds(actual, expectation)).toBe(expected);
  });

  it('says in words what it asks for', () => {
    expect(expectedOf({ not: { in: ['a'] } }, inOneLine)).toBe('not one of ["a"]');
    expect(expectedOf({ at_least: 1, at_most: 3, message: 'm' }, inOneLine)).toBe('at least 1 and at most 3');
    expect(expectedOf({ version_in: '>=8.5 <10' }, inOneLine)).toBe('a version in the range >=8.5 <10');
  });
});
