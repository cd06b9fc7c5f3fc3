import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inert } from '../../src/text/index.ts';

describe('text from somewhere', () => {
  it.each([
    ['an escape sequence', '\u001b[31m', '\\u001b[31m'],
    ['a line break', 'a\nb\u2028c\u0085', 'a\\nb\\u2028c\\u0085'],
    ['a hidden direction', '\u202ea\u2067b\u200fc\u061c', '\\u202ea\\u2067b\\u200fc\\u061c'],
    ['a zero-width character', 'a\u200bb\u200dc\u2060d\ufeffe\u00adf', 'a\\u200bb\\u200dc\\u2060d\\ufeffe\\u00adf'],
    ['an invisible tag', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
    ['a letter without a shape', 'a\u3164b', 'a\\u3164b'],
    ['a workflow command', '::error::x', '\\u003a:error::x'],
    ['a workflow command behind blanks', ' \t\u00a0::set-env name=PATH::x', '  \u00a0\\u003a:set-env name=PATH::x'],
    ['a workflow command of the first kind', 'x ##[add-mask]y ###[group]', 'x \\u0023#[add-mask]y #\\u0023#[group]'],
    ['a command of Azure Pipelines', '##vso[task.setvariable]x', '\\u0023#vso[task.setvariable]x'],
  ])('shows %s and does not do what it says', (_what, text, shown) => {
    expect(inert(text)).toBe(shown);
  });

  it('stays as it is where it does nothing', () => {
    for (const text of ['a::b', '## heading [x]', 'Grüße, 世界 👍', 'a: b', '[::1]:9200'])
      expect(inert(text)).toBe(text);
  });

  it('is the same value in JSON', () => {
    const text = '::a\u200d\u{e0041}##[b]\u202e';
    expect(JSON.parse(inert(JSON.stringify(text)))).toBe(text);
  });
});

describe('a text that is harmless at first sight', () => {
  const sign = fc.constantFrom('#', '##', ':', '::', '[', 'a', ' ', '\t', '\u001b', '\u202e', 'é', '~', 'error');

  it('is looked at as closely as any other', () => {
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 6 }).map((signs) => signs.join('')),
        (text) => {
          // A letter that is not ASCII is no harm, and keeps the text from the short way.
          expect(inert(`${text}é`)).toBe(`${inert(text)}é`);
        },
      ),
    );
  });
});
