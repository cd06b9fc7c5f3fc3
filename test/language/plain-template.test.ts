import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainTemplate } from '../../src/language/plain-template.ts';
import { parseByHandlebars } from '../../src/language/template.ts';

const folder = join(import.meta.dirname, '..', '..', 'runbooks');
const templates = ['.', 'fragments'].flatMap((name) =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => readFileSync(join(folder, name, file), 'utf8').match(/\{\{.*?\}\}/g) ?? []),
);

/** Both parsers agree on a text: what is plain to the one has to be right, and the same, to the other. */
function expectTheSame(text: string): boolean {
  const plain = plainTemplate(text);
  if (!plain) return false;
  expect([text, parseByHandlebars(text)]).toStrictEqual([text, { template: { parts: plain } }]);
  return true;
}

const word = fc.constantFrom(
  ...['inputs', 'steps', 'item', 'run', 'connections', 'join', 'list', 'length', 'equal', 'choose', 'concat'],
  ...['a', 'names', 'a-b', '_x', 'true', 'false', 'null', 'undefined', 'as', 'else', 'this', '0', '7', '007', '1.5'],
);
const sign = fc.constantFrom(
  ...['.', '.', ' ', ' ', '{{', '}}', '{', '}', '(', ')', '"', '"', "'", '\\', '\n', ',', '~', '-', '=', '|', '[', ']'],
  ...[
    '/',
    '@',
    '&',
    '!',
    '#',
    '>',
    '^',
    '..',
    '\0',
    'é',
    '"text"',
    '"}}"',
    '{{inputs.a}}',
    '(list 1 item)',
    'join item',
  ],
);
const mistyped = fc.array(fc.oneof(word, sign), { maxLength: 12 }).map((parts) => parts.join(''));

describe('a plain template', () => {
  it('is read as Handlebars reads it, and all of the bundled runbooks are', () => {
    expect(templates.length).toBeGreaterThan(500);
    expect(templates.filter((text) => !expectTheSame(text))).toEqual([]);
  });

  it('is read as Handlebars reads it, also where somebody has mistyped it', () => {
    const texts = fc.oneof(
      mistyped,
      mistyped.map((text) => `{{${text}}}`),
      fc.tuple(fc.constantFrom(...templates), fc.nat(60), mistyped).map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (at % 3));
      }),
    );
    fc.assert(
      fc.property(texts, (text) => void expectTheSame(text)),
      { numRuns: 3_000 },
    );
  });

  it.each([
    '{{inputs.true}}',
    '{{inputs.this}}',
    '{{inputs.0}}',
    '{{inputs.[a b]}}',
    '{{{inputs.a}}}',
    '{{inputs.a}}}',
    '{{~inputs.a}}',
    '\\{{inputs.a}}',
    '{{join inputs.a}}',
    '{{unknown inputs.a}}',
    '{{list true}}',
    '{{list "a\\"b"}}',
    '{{list "a""b"}}',
    '{{join}}',
    '{{"text"}}',
    '{{}}',
    '{{inputs.a',
    `{{length ${'(list '.repeat(30)}1${')'.repeat(30)}}}`,
  ])('is left to Handlebars where it is not: %s', (text) => {
    expect(plainTemplate(text)).toBeUndefined();
  });
});
