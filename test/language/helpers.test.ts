import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { helpers } from '../../src/language/helpers.ts';
import { inOneLine } from '../../src/text/in-one-line.ts';
import type { Json } from '../../src/text/value.ts';

/** What a helper gives, or what it says is wrong. */
function apply(name: string, ...values: Json[]): Json {
  const result = helpers[name]?.apply(values) ?? { problem: () => 'no such helper' };
  return 'value' in result ? result.value : { problem: result.problem(inOneLine) };
}

describe('helpers of templates', () => {
  it.each<[string, Json[], Json]>([
    ['matching', [['kara', 'app-1', 'app-2'], ['app-*']], ['app-1', 'app-2']],
    ['matching', [['a', 'b'], []], []],
    ['matching', [['.kibana_1', 'xkibana_1'], ['.kibana*']], ['.kibana_1']],
    [
      'excluding',
      [
        ['kara', 'app-1', 'app-12'],
        ['app-?', 'k*a'],
      ],
      ['app-12'],
    ],
    ['excluding', [['a', 'b'], []], ['a', 'b']],
    ['excluding', ['a', []], { problem: 'expected a list, found "a"' }],
    ['total', [{ a: 1, b: 2, c: 4 }, ['a', 'c']], 5],
    ['total', [{ a: 1 }, []], 0],
    ['total', [{ a: 1 }, ['b']], { problem: 'no number under "b"' }],
    ['batches', [['aa', 'bb', 'cc'], 2, 100], [['aa', 'bb'], ['cc']]],
    ['batches', [['aa', 'bb', 'c'.repeat(20)], 10, 8], [['aa', 'bb'], ['c'.repeat(20)]]],
    ['batches', [[], 1, 1], []],
    ['matching', [[{ toString: 1 }, 'a'], ['a']], ['a']],
    ['json', ['['.repeat(100_000) + ']'.repeat(100_000)], { problem: 'the text is nested deeper than 1000 levels' }],
    ['ms', ['30d'], 2_592_000_000],
    ['ms', ['90m'], 5_400_000],
    ['ms', ['500ms'], 500],
    ['ms', ['1w'], { problem: 'expected a duration such as "30d", "12h", "90m", "45s" or "500ms", found "1w"' }],
    ['ms', [30], { problem: 'expected a duration such as "30d", "12h", "90m", "45s" or "500ms", found 30' }],
    ['eq', [{ a: [1] }, { a: [1] }], true],
    ['eq', ['recovery', 'restored'], false],
    ['eq', [null, 'recovery'], false],
    ['eq', [1, { $exact: '1.0' }], true],
    ['eq', ['5', 5], { problem: 'a string is never a number: "5" and 5' }],
    ['eq', [[], {}], { problem: 'a list is never a mapping: [] and {}' }],
    ['eq', [true, 'true'], { problem: 'a boolean is never a string: true and "true"' }],
    ['empty', [[]], true],
    ['empty', [{}], true],
    ['empty', [''], true],
    ['empty', [null], true],
    ['empty', [[null]], false],
    ['empty', [{ a: 1 }], false],
    ['empty', ['a'], false],
    ['empty', [0], { problem: 'expected a list, mapping, string or null, found 0' }],
    ['empty', [false], { problem: 'expected a list, mapping, string or null, found false' }],
    ['empty', [{ $exact: '1.0' }], { problem: 'expected a list, mapping, string or null, found 1.0' }],
  ])('%s %j is %j', (name, values, expected) => {
    expect(apply(name, ...values)).toEqual(expected);
  });

  it('batches hold every item once, in its order, within the limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30 })),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (list, items, characters) => {
          const batches = apply('batches', list, items, characters) as string[][];
          expect(batches.flat()).toEqual(list);
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(items);
            const length = batch.reduce((sum, item) => sum + JSON.stringify(item).length, 0);
            if (batch.length > 1) expect(length).toBeLessThanOrEqual(characters);
          }
        },
      ),
    );
  });

  it('wildcards are as a regular expression of the same meaning says', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(text, pattern, (name, wild) => {
        const source = [...wild].map((part) => (part === '*' ? '.*' : part === '?' ? '.' : `\\${part}`)).join('');
        const isMatch = new RegExp(`^${source.replaceAll('\\a', 'a').replaceAll('\\b', 'b')}$`, 's').test(name);
        expect(apply('matching', [name], [wild])).toEqual(isMatch ? [name] : []);
      }),
    );
  });

  it('a pattern of many wildcards takes no time to speak of', () => {
    const [name, wild] = ['a'.repeat(20_000), `${'*a'.repeat(200)}b`];
    expect(apply('matching', [name], [wild])).toEqual([]);
  });
});
