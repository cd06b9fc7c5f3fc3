import fc from 'fast-check';
import satisfies from 'semver/functions/satisfies.js';
import { describe, expect, it } from 'vitest';
import { holdsVersion, intersects, lowestCommonVersion, rangeProblem, releaseOf } from '../../src/language/index.ts';

describe('a range', () => {
  it.each(['7.10.x', '8.x', '8.5.3', '>=8.5 <10', '7.10.x || >=8.5 <10', '8.5 - 9.x', '^8.5', '~8.5.3', '8', '*'])(
    'can be %s',
    (range) => {
      expect(rangeProblem(range)).toBeUndefined();
    },
  );

  it.each([
    ['latest', 'expected a range of versions: 7.10.x, 8.x, 8.5.3, ">=8.5 <10" or "7.10.x || >=8.5 <10"'],
    ['>=8.5, <10', 'expected a range of versions'],
    ['8.5.3.1', 'expected a range of versions'],
    ['8.x ||', 'expected a range of versions'],
    ['', 'expected a range of versions'],
    ['8.5-9.x', 'a hyphen between two versions has a space on both sides'],
    ['8.5.0-9.0.0', 'a hyphen between two versions has a space on both sides'],
    ['>=10 <8', 'no version is in >=10 <8'],
    ['8.x || >9.0.0 <9.0.1', 'no version is in >9.0.0 <9.0.1'],
  ])('cannot be %s', (range, problem) => {
    expect(rangeProblem(range)).toContain(problem);
  });
});

describe('holdsVersion', () => {
  it.each([
    ['7.10.x', '7.10.2', true],
    ['7.10.x', '7.1.0', false],
    ['8.x', '8.5.3', true],
    ['8.x', '18.5.3', false],
    ['8.5.3', '8.5.30', false],
    ['>=8.5 <10', '9.5.3', true],
    ['>=8.5 <10', '8.4.3', false],
    ['>=8.5 <10', '10.0.0', false],
    ['7.10.x || >=8.5 <10', '7.10.2', true],
    ['7.10.x || >=8.5 <10', '7.17.0', false],
  ])('%s holds %s: %s', (range, version, expected) => {
    expect(holdsVersion(range, version)).toBe(expected);
  });

  it.each([
    ['8.5.3', '8.5.3-SNAPSHOT', true],
    ['>=8.5 <10', '10.0.0-SNAPSHOT', false],
    ['9.x', '9.0.0-beta1', true],
    // A template may put a server's own words into a range.
    ['<=9.5.3-SNAPSHOT', '9.5.3', true],
    // A snapshot's: the releases that write it so.
    ['>=8.5 <10', '8.19.9-8.19.21', true],
    ['<=8.19.9-8.19.21', '8.19.9', true],
    ['>=9.5', '9.5.4-snapshot[9112000]', true],
  ])('does not look at suffixes: %s holds %s: %s', (range, version, expected) => {
    expect(holdsVersion(range, version)).toBe(expected);
  });

  it.each([
    ['7.10.x', '7.10', true],
    ['8.5.3', '8.5', true],
    ['8.5.x', '8', true],
    ['>=8.5 <10', '8', true],
    ['>=8.5 <10', '8.4', false],
    ['>=8.5 <10', '10', false],
  ])('takes a version with fewer parts for any that begins so: %s holds %s: %s', (range, version, expected) => {
    expect(holdsVersion(range, version)).toBe(expected);
  });

  it.each(['latest', '', '8.5.3.1', '8.x', '08.5', 'v8', '99999999999999999999.1'])(
    'says no to what is not a version: %j',
    (version) => {
      expect(releaseOf(version)).toBeUndefined();
      expect(holdsVersion('*', version)).toBe(false);
    },
  );

  it('says no where the range is not one', () => {
    expect(holdsVersion('latest', '8.5.3')).toBe(false);
  });
});

describe('two ranges', () => {
  it.each([
    ['8.x', '>=8.5 <10', '8.5.0'],
    ['8.5.3', '>=8.5 <10', '8.5.3'],
    ['7.x || 9.x', '7.10.x || >=8.5 <10', '7.10.0'],
    ['*', '>=9.2', '9.2.0'],
    ['7.10.x', '>=8.5 <10', undefined],
    ['>=8.5 <9', '>=9 <10', undefined],
    // No release is between the two.
    ['<8.5.4', '>8.5.3', undefined],
  ])('%s and %s have %s in common', (one, other, lowest) => {
    expect(lowestCommonVersion(one, other)).toBe(lowest);
    expect(lowestCommonVersion(other, one)).toBe(lowest);
    expect(intersects(one, other)).toBe(lowest !== undefined);
  });

  it('have a version in common where some version is in both, and the lowest is in both', () => {
    const part = fc.nat(2);
    const full = fc.tuple(part, part, part).map((parts) => parts.join('.'));
    const partial = fc.oneof(
      full,
      fc.tuple(part, part).map((parts) => parts.join('.')),
      part.map(String),
    );
    const comparator = fc
      .tuple(fc.constantFrom('', '>=', '<', '<=', '>', '^', '~'), partial)
      .map((parts) => parts.join(''));
    const conjunction = fc.array(comparator, { minLength: 1, maxLength: 2 }).map((all) => all.join(' '));
    const ranges = fc.array(conjunction, { minLength: 1, maxLength: 2 }).map((all) => all.join(' || '));
    const digits = [0, 1, 2, 3];
    const versions = digits.flatMap((a) => digits.flatMap((b) => digits.map((c) => `${a}.${b}.${c}`)));
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const inBoth = versions.filter((version) => satisfies(version, one) && satisfies(version, other));
        expect(lowestCommonVersion(one, other)).toBe(inBoth[0]);
        for (const version of versions) expect(holdsVersion(one, version)).toBe(satisfies(version, one));
      }),
    );
  });
});
