import { describe, expect, it } from 'vitest';
import { maximumBytes, parseSource } from '../../src/language/index.ts';
import { places } from '../support.ts';

const problems = (text: string) => places(parseSource('f.yaml', text).diagnostics);

describe('a YAML file', () => {
  it('is one document of YAML 1.2: yes is a text, 0o10 a number', () => {
    expect(parseSource('f.yaml', 'a: yes\nb: 0o10\nc: 010').value?.value).toEqual({ a: 'yes', b: 8, c: 10 });
  });

  it.each([
    ['a duplicate key', 'a: 1\na: 2', ['duplicate-key 2:1']],
    ['a custom tag', 'a: !secret x', ['custom-tag 1:4']],
    ['a second document', 'a: 1\n---\nb: 2', ['yaml 2:1']],
    ['a key that is no text', '1: a', ['key 1:1']],
    ['a template in a key', '"{{x}}": a', ['template-in-key 1:1']],
    ['a merge key', 'a: &a { x: 1 }\nb: { <<: *a }', ['merge-key 2:6']],
    ['a merge key with a list', 'a: &a { x: 1 }\nb:\n  <<: [*a]', ['merge-key 3:3']],
    ['an infinity', 'a: .inf', ['number 1:4']],
    ['what is not a number in JSON', 'a: .nan', ['number 1:4']],
    ['a tab as indentation', 'a:\n\tb: 1', ['yaml 2:1']],
  ])('with %s is refused at its place', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('may have templates in the keys of what a call carries, and in no other', () => {
    const keys = (text: string) => problems(text).map((one) => one.replace('template-in-key ', ''));
    expect(keys('steps:\n  - body: { a: [{ "{{x}}": 1 }] }\n    rollback: [{ ndjson: [{ "{{x}}": 1 }] }]\n')).toEqual(
      [],
    );
    expect(keys('steps:\n  - done_when: { otherwise: { body: { "{{x}}": 1 } } }\n')).toEqual([]);
    expect(keys('steps:\n  - expect:\n      body:\n        "a.{{x}}": 1\n')).toEqual(['4:9']);
    expect(keys('steps:\n  - with:\n      - body:\n          "{{x}}": 1\n')).toEqual(['4:11']);
    expect(keys('steps:\n  - save:\n      "{{x}}": a\n')).toEqual(['3:7']);
    expect(keys('steps:\n  - "{{x}}": a\n')).toEqual(['2:5']);
    // An alias is as what it stands for would be there.
    expect(keys('steps:\n  - body: &b { "{{x}}": 1 }\n  - body: *b\n  - with: *b\n')).toEqual(['2:16']);
    expect(keys('inputs: { body: { "{{x}}": 1 } }')).toEqual(['1:19']);
  });

  it('may have anchors, aliases, and a key in quotes that is called <<', () => {
    expect(parseSource('f.yaml', 'a: &a { x: 1 }\nb: { "<<": *a }').value?.value).toEqual({
      a: { x: 1 },
      b: { '<<': { x: 1 } },
    });
  });

  it('is refused when its aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let index = 1; index < 9; index++)
      lines.push(`a${index}: &a${index} [${Array.from({ length: 10 }, () => `*a${index - 1}`).join(', ')}]`);
    expect(problems(lines.join('\n'))).toEqual(['aliases 2:10']);
  });

  it('is refused when an alias contains itself', () => {
    expect(parseSource('f.yaml', 'a: &a [*a]').diagnostics.map(({ code }) => code)).toEqual(['aliases']);
  });

  it.each([
    ['brackets', '['.repeat(2_000_000)],
    ['braces', '{a: '.repeat(500_000)],
    ['dashes', '- '.repeat(1_000_000)],
    ['question marks', '? '.repeat(1_000_000)],
    ['lines', Array.from({ length: 2_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ])('is refused when it is nested very deeply, with %s', (_what, text) => {
    expect(problems(text)).toEqual([expect.stringMatching(/^nested-too-deep \d+:\d+$/)]);
  });

  it('is refused when it is too large', () => {
    expect(parseSource('f.yaml', `a: ${'x'.repeat(maximumBytes)}`).diagnostics.map(({ code }) => code)).toEqual([
      'file-too-large',
    ]);
  });

  it('knows the place of a value behind an alias', () => {
    const { value } = parseSource('f.yaml', 'a: &x { deep: 1 }\nb: *x');
    expect(value?.rangeOf(['b', 'deep']).start).toMatchObject({ line: 1, column: 15 });
  });
});
