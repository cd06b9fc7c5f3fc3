import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lookup, resolvePath } from '../../src/language/index.ts';
import type { Json } from '../../src/text/index.ts';

const having =
  (value: Json): Lookup =>
  () => ({ value });

describe('a path', () => {
  it('encodes what is put into it', () => {
    expect(resolvePath('/_snapshot/{{inputs.a}}/x', having('a/b?c#d e'))).toBe('/_snapshot/a%2Fb%3Fc%23d%20e/x');
    expect(resolvePath('/{{inputs.a}}/_close', having('.kibana_1,.security-7'))).toBe('/.kibana_1,.security-7/_close');
  });

  it('is refused when a value leaves a segment empty or leads out of it', () => {
    expect(() => resolvePath('/{{inputs.a}}/_close', having(''))).toThrow('would address something else');
    expect(() => resolvePath('/a/{{inputs.a}}', having('..'))).toThrow('would leave it');
    expect(() => resolvePath('/{{inputs.a}}', having(['x']))).toThrow('use join');
  });

  it('has as many segments as its author wrote, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        fc.pre(value !== '.' && value !== '..');
        const url = new URL(resolvePath('/a/{{inputs.a}}/b', having(value)), 'http://host');
        expect(url.pathname.split('/')).toHaveLength(4);
        expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(value);
        expect(url.search + url.hash).toBe('');
      }),
    );
  });
});
