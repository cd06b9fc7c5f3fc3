import { describe, expect, it } from 'vitest';
import { matchesRegex, TemplateError } from '../../src/language/index.ts';
import { diagnosticsOf, head, marked } from '../support.ts';

/** `code: what is marked`, for a pattern in YAML under a key that takes one. */
const found = (key: string, pattern: string) => {
  const entry = `{ ${key}: ${pattern} }`;
  const text =
    key === 'matches'
      ? `${head}  - { id: a, on: es, call: GET /, expect: { body: { x: ${entry}, y: { not: ${entry} } } } }\n`
      : `${head.replace('connections:', () => `  more: { type: string, ${key}: ${pattern} }\nconnections:`)}  - { id: a, on: es, call: GET / }\n`;
  const diagnostics = diagnosticsOf(text);
  return { marked: marked(diagnostics, text), diagnostics };
};

describe('a regular expression', () => {
  it.each([
    [String.raw`^(\w+\s?)+$`, 'a'.repeat(100_000), '!'],
    ['^(a|aa)+$', 'a'.repeat(100_000), '!'],
    ['^(a*)*b', 'a'.repeat(100_000), ''],
    ['(x+x+)+y', 'x'.repeat(100_000), ''],
    [String.raw`\s+$`, ' '.repeat(100_000), '!'],
  ])('%s takes time in proportion to the text', (pattern, text, end) => {
    expect(matchesRegex(text + end, pattern)).toBe(false);
  });

  it.each([
    ['8.5', '^8', true],
    ['x8.5', '^8', false],
    ['a', 'A', false],
    ['a', '(?i)A', true],
    ['ä', String.raw`\w`, false],
    ['ä', String.raw`^\p{L}$`, true],
    ['😀', '^.$', true],
    ['a\n', 'a$', false],
    ['a\rb', 'a.b', true],
    ['\u00a0', String.raw`\s`, false],
    ['a-b', String.raw`^[a\-b]+$`, true],
    ['€', String.raw`\x{20AC}`, true],
    ['', '', true],
  ])('in %j has of %s a match: %s', (text, pattern, expected) => {
    expect(matchesRegex(text, pattern)).toBe(expected);
  });

  it('of a plan from elsewhere that is none fails its step, instead of matching nothing', () => {
    expect(() => matchesRegex('a', '(?!a)')).toThrow(TemplateError);
  });

  it.each([
    ["'^(?!x)y'", 'regular-expression: (?!', 'lookahead ((?!) is not supported'],
    ["'(?=.*a)b'", 'regular-expression: (?=', 'lookahead ((?=) is not supported'],
    ["'(?<!x)y'", 'regular-expression: (?<!', 'lookbehind ((?<!) is not supported'],
    ['"(?<=x)y"', 'regular-expression: (?<=', 'lookbehind ((?<=) is not supported'],
    [String.raw`'(a)\1'`, String.raw`regular-expression: \1`, String.raw`a backreference (\1) is not supported`],
    [String.raw`'(?<n>a)\k<n>'`, String.raw`regular-expression: \k`, 'a backreference'],
    ["'(?>a)'", 'regular-expression: (?>', 'an atomic group'],
    ["'a++'", 'regular-expression: ++', 'a possessive repetition'],
  ])('with what RE2 leaves out is an error at that place: %s', (pattern, place, words) => {
    const instead = { pattern: 'not_pattern', not_pattern: 'under pattern', matches: 'not: { matches: … }' };
    for (const [key, help] of Object.entries(instead)) {
      const { marked: places, diagnostics } = found(key, pattern);
      expect(new Set(places)).toEqual(new Set([place]));
      expect(diagnostics.length).toBe(key === 'matches' ? 2 : 1);
      expect(diagnostics[0]?.message).toContain(words);
      expect(diagnostics[0]?.help).toContain(help);
    }
  });

  it.each([
    [String.raw`'\u00e4'`, String.raw`\x{20AC}`],
    [String.raw`'\p{Letter}'`, String.raw`\p{L}`],
    ["'a{1001}'", 'at most 1000'],
    ["'(a{100}){100}'", 'at most 1000'],
    ["'(a'", 'missing closing )'],
    ["'[z-a]'", 'invalid character class range'],
    ["'^{{inputs.name}}'", 'holds no templates'],
  ])('that is none is an error: %s', (pattern, words) => {
    for (const key of ['pattern', 'not_pattern', 'matches']) {
      const { diagnostics } = found(key, pattern);
      expect(diagnostics[0]?.message).toContain(words);
    }
  });
});

describe('the name of a member', () => {
  it.each(['env', 'file', 'command', 'E'])('is none of %s', (name) => {
    const input = `  more: { type: object, properties: { ${name}: { type: string } } }\nconnections:`;
    const text = `${head.replace('connections:', () => input)}  - { id: a, on: es, call: GET / }\n`;
    expect(marked(diagnosticsOf(text), text)).toEqual([`wrong-form: ${name}`]);
  });
});
