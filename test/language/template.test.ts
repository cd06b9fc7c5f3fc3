import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluateValue,
  knownValue,
  type Lookup,
  literalValue,
  parseTemplate,
  printTemplate,
  resolveTemplate,
  resolveValue,
  TemplateError,
  templateOf,
} from '../../src/language/index.ts';
import { type Json, jsonText } from '../../src/text/index.ts';

const known: Lookup = (path) => {
  const values: Record<string, Json> = {
    list: ['a', 'b'],
    text: 'x',
    number: 3,
    map: { deep: { er: 1 } },
    hostile: '{{steps.a.b}}',
  };
  if (path.root !== 'inputs') return { unresolved: path };
  const value = values[path.segments[0] ?? ''];
  if (value === undefined) throw new TemplateError('unknown');
  return { value };
};

/** Texts in which braces, backslashes and quotes are frequent. */
const awkward = fc
  .array(
    fc.oneof(
      fc.constantFrom('{', '}', '{{', '}}', '\\', '"', "'", '\n', 'a', ' ', '{{{', '~'),
      fc.string({ maxLength: 3 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('templates', () => {
  it('keep the type of a value that stands alone', () => {
    expect(resolveValue('{{inputs.list}}', known)).toEqual(['a', 'b']);
    expect(resolveValue('{{inputs.number}}', known)).toBe(3);
    expect(resolveValue('n = {{inputs.number}}', known)).toBe('n = 3');
  });

  it('leave what only the run knows as a reference', () => {
    expect(resolveValue('{{inputs.text}}-{{run.id}}', known)).toBe('x-{{run.id}}');
    expect(resolveValue('{{without steps.s.names inputs.list}}', known)).toBe(
      '{{without steps.s.names (list "a" "b")}}',
    );
  });

  it('need only the value that a known condition chooses', () => {
    const missing: Lookup = (path) => {
      if (path.root === 'steps') throw new TemplateError('not there');
      return known(path);
    };
    expect(resolveValue('{{choose true inputs.text steps.s.name}}', missing)).toBe('x');
    expect(resolveValue('{{choose (eq inputs.text "y") inputs.text run.id}}', missing)).toBe('{{run.id}}');
    expect(() => resolveValue('{{choose false inputs.text steps.s.name}}', missing)).toThrow('not there');
  });

  it('keep a mapping that is known in part as a mapping, where it stands alone', () => {
    const partly: Lookup = (path) => ({
      unresolved: { kind: 'mapping', members: { a: { kind: 'literal', value: '{{x}}' }, b: path } },
    });
    expect(resolveValue({ whole: '{{inputs.map}}' }, partly)).toEqual({
      whole: { a: '{{"{{"}}x}}', b: '{{inputs.map}}' },
    });
    for (const text of ['x{{inputs.map}}', '{{length inputs.map}}', '{{list inputs.map}}'])
      expect(() => resolveValue(text, partly)).toThrow('must stand alone; name one of its members');
  });

  it('never read a value as a template', () => {
    const planned = resolveValue('{{inputs.hostile}}', known);
    expect(planned).toBe('{{"{{"}}steps.a.b}}');
    expect(evaluateValue(planned, known)).toBe('{{steps.a.b}}');
  });

  it('give a value back as it was, whatever is in it, after any number of passes through a plan', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        const once = literalValue(text);
        expect(evaluateValue(once, known)).toBe(text);
        expect(evaluateValue(resolveValue(once, known), known)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('make of any value a key that is only a key, after any number of passes through a plan', () => {
    const special = fc.constantFrom(
      '$exact',
      '$$exact',
      '__proto__',
      'constructor',
      '{{inputs.key}}',
      '{{"{{"}}',
      '"',
      '0',
    );
    fc.assert(
      fc.property(fc.oneof(awkward, special), (key) => {
        fc.pre(key !== '');
        const lookup: Lookup = () => ({ value: key });
        const once = resolveValue({ a: [{ '{{steps.a.b}}': '1.0' }] }, lookup);
        for (const value of [once, resolveValue(once, lookup)])
          expect(jsonText(evaluateValue(value, lookup))).toBe(`{"a":[{${JSON.stringify(key)}:"1.0"}]}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep the keys of a value that stands in a plan, whatever they look like', () => {
    const value: Json = { '{{inputs.key}}': 1, 'a{{b}}': { '\\{{c}}': null }, $exact2: 2 };
    expect(evaluateValue(literalValue(value), known)).toEqual(value);
    const lookup: Lookup = () => ({ value });
    expect(evaluateValue(resolveValue('{{steps.a.b}}', lookup), known)).toEqual(value);
  });

  it('refuse a key that is no string, is empty, or is there already', () => {
    const keyed = (value: Json) => () => resolveValue({ x: 1, '{{steps.a.b}}': 2 }, () => ({ value }));
    expect(keyed(['y'])).toThrow('as a key');
    expect(keyed(null)).toThrow('as a key');
    expect(keyed('')).toThrow('becomes empty');
    expect(keyed('x')).toThrow('two keys of one mapping');
    expect(keyed(7)()).toEqual({ x: 1, 7: 2 });
  });

  it('print and parse to the same value around references', () => {
    fc.assert(
      fc.property(awkward, awkward, (before, after) => {
        const template = {
          parts: [before, { kind: 'path' as const, root: 'run' as const, segments: ['id'] }, after].filter(
            (part) => part !== '',
          ),
        };
        const again = templateOf(printTemplate(template));
        const value = knownValue(resolveTemplate(again, () => ({ value: 'ID' })));
        expect(value?.value).toBe(`${before}ID${after}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{{#if inputs.a}}x{{/if}}', 'template-syntax'],
    ['{{{inputs.a}}}', 'template-syntax'],
    ['{{> partial}}', 'template-syntax'],
    ['{{inputs.a', 'template-syntax'],
    ['{{this}}', 'template-unknown-name'],
    ['{{../x}}', 'template-unknown-name'],
    ['{{@root}}', 'template-unknown-name'],
    ['{{input.a}}', 'template-unknown-name'],
    ['{{joint inputs.list ","}}', 'template-unknown-helper'],
    ['{{join inputs.list}}', 'template-arguments'],
    ['{{join}}', 'template-arguments'],
    ['{{constructor}}', 'template-unknown-name'],
  ])('refuse %s', (text, code) => {
    const result = parseTemplate(text);
    expect('problems' in result && result.problems.map((problem) => problem.code)).toEqual([code]);
  });

  it('suggest the name that was meant', () => {
    const result = parseTemplate('{{joint inputs.list ","}}');
    expect('problems' in result && result.problems[0]?.message).toContain('did you mean "join"?');
  });

  it.each([
    ['a list inside a text', 'x{{inputs.list}}'],
    ['a mapping inside a text', 'x{{inputs.map}}'],
    ['join of no list', '{{join inputs.text ","}}'],
  ])('refuse %s', (_what, text) => {
    expect(() => resolveValue(text, known)).toThrow(TemplateError);
  });

  it('read own properties only', () => {
    expect(() => evaluateValue('{{steps.s.constructor}}', () => ({ value: {} as Json }))).not.toThrow();
    expect(() => resolveValue('{{length inputs.number}}', known)).toThrow('has no length');
  });
});
