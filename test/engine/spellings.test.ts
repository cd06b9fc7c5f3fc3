import { expect, it } from 'vitest';
import { readingsOf } from '../../src/engine/spellings.ts';

it.each([
  ['%41', 'A'],
  ['%2541', 'A'],
  ['%C3%A9', 'é'],
  ['%F0%9F%98%80', '😀'],
  ['%u00e9', 'é'],
  ['\\u00E9', 'é'],
  ['\\\\u00e9', 'é'],
  ['\\/', '/'],
  ['&#39;', "'"],
  ['&#x0027;', "'"],
  ['&amp;eacute;', 'é'],
  ['%26%2365%3B', 'A'],
])('%s can be read as %s', (text, spelled) => {
  expect(readingsOf(text)?.get(0)).toContainEqual(expect.objectContaining({ end: text.length, spelled }));
});

it('what is no escape is read as it is only', () => {
  expect(readingsOf('100% \\q &nothing; &#x110000;')?.size).toBe(0);
});
