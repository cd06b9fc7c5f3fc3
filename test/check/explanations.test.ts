import { describe, expect, it } from 'vitest';
import { explanations, lints } from '../../src/check/index.ts';
import { adviceCodes, problemCodes } from '../../src/text/index.ts';
import { mistakes } from './mistakes.ts';

describe('every code of a message', () => {
  it('is advice, with a lint, or a problem, with an explanation', () => {
    expect(lints.map(({ code }) => code).sort()).toEqual([...adviceCodes].sort());
    expect(Object.keys(explanations).sort()).toEqual([...problemCodes].sort());
    for (const { title, text } of Object.values(explanations)) {
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(text).toMatch(/^\S.*\.$/);
    }
  });

  it('comes with a place, in each typical mistake', () => {
    for (const { says } of mistakes) for (const line of says) expect(line).toMatch(/^\d+:\d+ (error|warning): /);
  });
});
