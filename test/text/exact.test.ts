import { describe, expect, it } from 'vitest';
import {
  compareNumbers,
  isEqual,
  isWholeNumber,
  jsonText,
  numberIn,
  numberOf,
  parseJson,
} from '../../src/text/index.ts';

/** Mulberry32: the same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function literalFrom(random: () => number): string {
  const digits = (most: number) =>
    Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * 10)).join('');
  const whole = random() < 0.3 ? '0' : `${1 + Math.floor(random() * 9)}${digits(25)}`;
  const fraction = random() < 0.5 ? '' : `.${Math.floor(random() * 10)}${digits(20)}`;
  const exponent =
    random() < 0.7
      ? ''
      : `${random() < 0.5 ? 'e' : 'E'}${['', '+', '-'][Math.floor(random() * 3)]}${Math.floor(random() * 400)}`;
  return `${random() < 0.3 ? '-' : ''}${whole}${fraction}${exponent}`;
}

describe('numbers of JSON', () => {
  it('come out as they went in, whatever their size and spelling', () => {
    const random = randomFrom(7);
    for (let count = 0; count < 20_000; count++) {
      const text = `{"a":${literalFrom(random)},"b":["\\"1.0",{"c d":${literalFrom(random)}}]}`;
      expect(jsonText(parseJson(text))).toBe(text);
    }
  });

  it('are doubles where a double prints the same', () => {
    expect(parseJson('[0,1,-1,1.5,1e+21,9007199254740991,72057594037927940]')).toEqual([
      0,
      1,
      -1,
      1.5,
      1e21,
      2 ** 53 - 1,
      2 ** 56,
    ]);
    expect(parseJson('[1.0,9007199254740993,-0,1e3,0.10]')).toEqual(
      ['1.0', '9007199254740993', '-0', '1e3', '0.10'].map(($exact) => ({ $exact })),
    );
  });

  it('stand apart from somebody else’s mappings that look like them', () => {
    for (const text of [
      '{"$exact":"1.0"}',
      '{"$$exact":{"$exact":1.0}}',
      '[{"$exact":"1.0","b":2}]',
      '{"a":"{\\"$exact\\":\\"1.0\\"}"}',
    ])
      expect(jsonText(parseJson(text))).toBe(text);
    expect(jsonText(parseJson('{"\\u0024exact": "1.0"}'))).toBe('{"$exact":"1.0"}');
    expect(isEqual(parseJson('{"$exact":"1"}'), 1)).toBe(false);
  });

  it('are no reason to take for JSON what is none', () => {
    for (const text of ['1.0.0', '01.0', '[1.0', '1.0e', '--1.0', '{1.0:2}', '"1.0', '[1.0 2.0]'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('have a length in which long strings of backslashes and quotation marks are read at once', () => {
    const text = JSON.stringify(['\\'.repeat(200_000), '"'.repeat(200_000)]);
    expect(jsonText(parseJson(text))).toBe(text);
  });

  it.each([
    ['1', '1.0', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['-9007199254740993', '-9007199254740992', -1],
    ['1e400', '9e399', 1],
    ['0.001', '1E-3', 0],
    ['-0', '0.0', 0],
    ['1e99999999999999999999', '1e99999999999999999998', 1],
    ['-1', '1.0', -1],
    ['123.456', '123.46', -1],
  ])('are compared as decimals: %s with %s', (left, right, order) => {
    expect(Math.sign(compareNumbers(numberOf(left), numberOf(right)))).toBe(order);
    expect(Math.sign(compareNumbers(numberOf(right), numberOf(left)))).toBe(order === 0 ? 0 : -order);
  });

  it('are whole whatever their spelling', () => {
    expect(
      ['1', '1.0', '1e3', '1.5e1', '0.0', '9007199254740993'].filter((one) => !isWholeNumber(numberOf(one))),
    ).toEqual([]);
    expect(['1.5', '1e-3', '0.10'].filter((one) => isWholeNumber(numberOf(one)))).toEqual([]);
  });

  it('may be written as YAML and people write them', () => {
    expect(['007', '+1', '.5', '0x1F', '0o17', '1.'].map(numberIn)).toEqual([7, 1, 0.5, 31, 15, 1]);
    expect(['', '.', '-', 'abc', '1_000', '.inf', '.nan'].map(numberIn)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
    expect(numberIn('0xFFFFFFFFFFFFFFFF')).toEqual({ $exact: '18446744073709551615' });
  });
});
