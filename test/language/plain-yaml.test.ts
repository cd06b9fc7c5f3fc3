import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Path, parseSource, parseWhole } from '../../src/language/document.ts';
import { plainYaml } from '../../src/language/plain-yaml.ts';
import { isExact, type Json } from '../../src/text/index.ts';

const folder = join(import.meta.dirname, '..', '..');
const texts = ['runbooks', 'runbooks/fragments', 'test/real/fixtures'].flatMap((name) =>
  filesIn(join(folder, name)).map((file) => readFileSync(file, 'utf8')),
);
const odd = [
  'a: { "b": \'c\', d: [1.0, 0x1F, 007, .5, 1e3, 9007199254740993, -0, +1, ~, null, True, yes, "1"] }',
  'a: |\n  text\n   more\n\nb: >-\n  folded\n  text\n\n  more\n# a comment\nc: # another\n  - d # of d\n',
  'base: &base { a: 1, __proto__: 2 }\nlist: [*base, *base]\nname: &name n\nsame: *name\n',
  '? a\n: b\n"c": d\n? [e]\n: f\n',
  '%YAML 1.2\n---\na: !!str 1\n...\n---\nb: 2\n',
  'a: 1\r\nb:\r\n  - c\r\n  - d: e\r\n',
  '\ufeffa: b\n',
  '{ a: 1, a: 2, <<: { b: 3 }, "{{c}}": 4, .inf: .nan }',
  'plain text: with: colons\n- and a list\n',
  '',
];
const corpus = [...texts, ...odd];

function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map(({ name }) => join(path, name));
}

function pathsIn(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || isExact(value)) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([key, item]) => pathsIn(item as Json, [...path, key]))];
}

/** Both parsers agree on a text: what is plain to the one has to be right, and the same, to the other. */
function expectTheSame(text: string): boolean {
  const plain = plainYaml(text);
  if (!plain) return false;
  const { value: whole, diagnostics } = parseWhole('a.yaml', text);
  expect([text, diagnostics]).toEqual([text, []]);
  expect(plain.value).toStrictEqual(whole?.value);
  const { value: read } = parseSource('a.yaml', text);
  expect(read?.doubles).toStrictEqual(whole?.doubles);
  for (const path of pathsIn(plain.value))
    expect([path, read?.startOf(path)]).toEqual([path, whole?.rangeOf(path).start]);
  return true;
}

describe('a text that is plain', () => {
  it('is read as the whole parser reads it, and nearly every runbook is', () => {
    const plain = texts.filter(expectTheSame);
    expect(plain.length).toBeGreaterThan(0.9 * texts.length);
    expect(odd.filter(expectTheSame)).toEqual([0, 1, 2, 5, 6].map((index) => odd[index]));
  });

  it('is read as the whole parser reads it, also where somebody has mistyped it', () => {
    const bits = fc.constantFrom(
      ...[
        '\t',
        ' ',
        '\n',
        '\r\n',
        ':',
        ': ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '#',
        ' #',
        '|',
        '>',
        '|-\n',
        '&a ',
        '*a',
        '!x ',
        '? ',
      ],
      ...[
        '%',
        '@',
        '`',
        ',',
        '~',
        'null',
        '1.0',
        '0x1F',
        '.inf',
        '-',
        '...',
        '---',
        'é',
        '\ufeff',
        '  ',
        '\\',
        '1e3',
        'true',
        '<<: ',
      ],
    );
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const change = fc.record({
      place,
      bit: fc.oneof(bits, fc.constant(undefined)),
      length: fc.integer({ min: 0, max: 2 }),
    });
    let count = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...corpus),
        place,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (whole, from, changes) => {
          // A part of a long text: it is parsed twice a case.
          const start = whole.indexOf('\n', Math.floor(from * whole.length)) + 1;
          let text = whole.length > 2_000 ? whole.slice(start, start + 1_200) : whole;
          for (const { place: at, bit = '', length } of changes) {
            const index = Math.floor(at * text.length);
            text = text.slice(0, index) + bit + text.slice(index + length);
          }
          if (expectTheSame(text)) count++;
        },
      ),
      { numRuns: 1_500, seed: 1 },
    );
    expect(count).toBeGreaterThan(300);
  });
});
