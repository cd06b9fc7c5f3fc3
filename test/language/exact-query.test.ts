import { describe, expect, it } from 'vitest';
import { queryProblem, valueAt } from '../../src/language/query.ts';
import { parseJson } from '../../src/text/index.ts';

const big = '9007199254740993';
const body = parseJson(
  `{"hits":[{"_id":"a","sort":[${big},"a"],"score":1.0},{"_id":"b","sort":[9007199254740992],"score":2.50}],"took":5}`,
);

describe('JMESPath over numbers that a double does not hold', () => {
  it('selects them as they are', () => {
    expect(valueAt(body, 'hits[0].sort')).toEqual([{ $exact: big }, 'a']);
    expect(valueAt(body, 'hits[].score')).toEqual([{ $exact: '1.0' }, { $exact: '2.50' }]);
    expect(valueAt(body, '{first: hits[0].score, took: took}')).toEqual({ first: { $exact: '1.0' }, took: 5 });
    expect(valueAt(body, 'hits[0].score && took')).toBe(5);
    expect(valueAt(body, 'hits[0].score.x')).toBeUndefined();
    expect(valueAt(body, 'reverse(hits[].score)')).toEqual([{ $exact: '2.50' }, { $exact: '1.0' }]);
    expect(valueAt(body, 'length(hits)')).toBe(2);
  });

  it('compares them as decimals, wherever the expression does', () => {
    expect(valueAt(body, 'hits[?score == `1`]._id')).toEqual(['a']);
    expect(valueAt(body, 'hits[?score >= `2`]._id')).toEqual(['b']);
    expect(valueAt(body, 'hits[?sort[0] > `9007199254740992`]._id')).toEqual(['a']);
    expect(valueAt(body, 'hits[?sort[0] != `9007199254740992`]._id')).toEqual(['a']);
    expect(valueAt(body, 'contains(hits[].score, `1`)')).toBe(true);
    expect(valueAt(body, 'hits[0].sort == hits[1].sort')).toBe(false);
    expect(valueAt(body, 'let $one = hits[0].score in hits[?score == $one]._id')).toEqual(['a']);
  });

  it.each([
    'sum(hits[].score)',
    'hits[0].score + `1`',
    '-hits[0].score',
    'to_string(hits[0].score)',
    'max_by(hits, &score)._id',
    'sort(hits[].score)',
    'to_string(hits)',
  ])('refuses to compute with them: %s', (path) => {
    expect(() => valueAt(body, path)).toThrow(/cannot compute with (1\.0|2\.50|9007199254740993) exactly/);
  });

  it('has no literal that it rounds', () => {
    expect(queryProblem(`hits[?n == \`${big}\`]`)).toContain(`rounds the number in \`${big}\``);
    expect(queryProblem('hits[?n == `[1.0, 5]`]')).toBeUndefined();
  });
});
