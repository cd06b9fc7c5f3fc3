import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/report/markdown.ts';

/** As a reader's program sees the rendered text: references to characters are decoded. */
const rendered = (text: string) =>
  plain(text).replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)));

describe('text in Markdown', () => {
  it.each([
    ['an issue', 'fixes #1 and owner/repo#23', /#\d/],
    ['an issue with GH', 'see GH-12 gh-3', /gh-\d/i],
    ['a merge request of GitLab', 'see !7', /!\d/],
    ['a mention', '@all @org/team', /@\w/],
    ['a mail address', 'a@b.example', /@\w/],
    ['a page', 'www.evil.example WWW.evil.example', /www\./i],
  ])('is not %s, neither in its source nor in what is rendered of it', (_what, text, link) => {
    expect(text).toMatch(link);
    expect(plain(text).replace(/&#\d+;/g, '·')).not.toMatch(link);
    expect(rendered(text)).not.toMatch(link);
    expect(rendered(text).replaceAll('\u200d', '')).toBe(text);
  });

  it('is no link with a scheme, and hides nothing', () => {
    expect(plain('https://evil.example')).not.toContain('://');
    expect(plain('a\u200bb\u202ec')).toBe('a&#92;u200bb&#92;u202ec');
    expect(plain('a < b & c')).toBe('a &#60; b &#38; c');
  });

  it('is looked at as closely where it seems harmless', () => {
    const sign = fc.constantFrom('GH-', 'gh-', '1', '12', '.', 'www', 'a', ' ', '-', '/', ':', '#', ',', '_', 'see');
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 6 }).map((signs) => signs.join('')),
        (text) => {
          // A backtick keeps the text from the short way.
          expect(plain(`${text}\``)).toBe(`${plain(text)}&#96;`);
        },
      ),
    );
  });
});
