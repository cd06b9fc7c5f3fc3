import { describe, expect, it } from 'vitest';
import { isTooDeep, mostLevels, textOf } from '../../src/text/json.ts';

const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

describe('a value', () => {
  it('is too deep from a level on, however deep it is', () => {
    expect([nested(mostLevels), { a: nested(mostLevels - 1) }, 1, null].map((value) => isTooDeep(value))).toEqual([
      ...[false, false, false, false],
    ]);
    expect(
      [nested(mostLevels + 1), [1, { a: nested(mostLevels - 1) }], nested(200_000)].map((value) => isTooDeep(value)),
    ).toEqual([...[true, true, true]]);
  });

  it('has a text, whatever its keys are called', () => {
    expect([textOf('a'), textOf({ toString: 1 }), textOf([null])]).toEqual(['a', '{"toString":1}', '[null]']);
  });
});
