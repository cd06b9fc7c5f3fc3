import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, secretMark } from '../../src/engine/index.ts';

/** Text around a secret, with what could be the beginning or the end of an escape. */
const around = fc.string({ maxLength: 8, unit: fc.constantFrom(...'%&\\+;#xu0412ab"/ é\n') });

const hexOf = (code: number, length: number) => code.toString(16).padStart(length, '0');
const percentOf = (text: string) => [...Buffer.from(text)].map((byte) => `%${hexOf(byte, 2)}`).join('');
const jsonOf = (text: string) =>
  text
    .split('')
    .map((unit) => `\\u${hexOf(unit.charCodeAt(0), 4)}`)
    .join('');
const code = (character: string) => character.codePointAt(0) ?? 0;
const isPaired = (character: string) => character.length === 2 || !/[\ud800-\udfff]/.test(character);

/** Spellings of one character. */
const spellings: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => character,
  (character) => (isPaired(character) ? percentOf(character) : character),
  (character) => (isPaired(character) ? percentOf(character).toUpperCase() : character),
  (character) => (isPaired(character) ? percentOf(percentOf(character)) : character),
  (character) => (character === ' ' ? '+' : character),
  jsonOf,
  (character) => jsonOf(character).toUpperCase().replaceAll('U', 'u'),
  (character) => JSON.stringify(character).slice(1, -1),
  (character) => JSON.stringify(JSON.stringify(character).slice(1, -1)).slice(1, -1),
  (character) => `&#${code(character)};`,
  (character) => `&#x${hexOf(code(character), 2)};`,
  (character) => `&#X0${hexOf(code(character), 2).toUpperCase()};`,
  (character) => `&amp;#${code(character)};`,
  (character) => ({ '&': '&amp;', '"': '&quot;', "'": '&apos;', '/': '&sol;', é: '&eacute;' })[character] ?? character,
  (character) => percentOf(`&#${code(character)};`),
];

/** A text in which each character is spelled in one of all ways. */
function spelledAnyhow(text: string, choice: () => number): string {
  return [...text].map((character) => spellings[choice() % spellings.length]?.(character) ?? character).join('');
}

const escapedJson = (text: string) => JSON.stringify(text).slice(1, -1);
const escapedHtml = (text: string) => text.replace(/[&<>"'`=/]/g, (character) => `&#${character.charCodeAt(0)};`);
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '');
const onceEach: readonly ((text: string) => string)[] = [
  (text) => text,
  escapedJson,
  (text) => escapedJson(text).replaceAll('/', '\\/'),
  (text) => escapedJson(text).replace(/[^ -~]/g, jsonOf),
  encodeURIComponent,
  (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  (text) => new URLSearchParams([['', text]]).toString().slice(1),
  percentOf,
  escapedHtml,
  (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  base64,
  (text) => Buffer.from(text).toString('base64url'),
  (text) => base64(escapedJson(text)),
];
/** Each way to encode a text, and one after another. */
const writers = onceEach.flatMap((first) =>
  [onceEach[0], escapedJson, encodeURIComponent, escapedHtml].map(
    (second) => (text: string) => second?.(first(text)) ?? '',
  ),
);

describe('the redactor', () => {
  it('finds a secret in any spelling of each of its characters, whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 4, maxLength: 20, unit: 'grapheme' }),
          // What looks encoded itself.
          fc.string({ minLength: 4, maxLength: 20, unit: fc.constantFrom(...'%&\\+;#u0412ax"/ é😀') }),
        ),
        around,
        around,
        fc.infiniteStream(fc.nat({ max: 1_000_000 })),
        (secret, before, after, choices) => {
          fc.pre(secret.trim() !== '' && !'‹secret›'.includes(secret.trim()));
          const redactor = createRedactor();
          redactor.add(secret);
          const form = spelledAnyhow(secret, () => choices.next().value ?? 0);
          const shown = redactor.text(`${before}${form}${after}`);
          // The mark stands where the form was, or reaches farther where it meets another one.
          const [start = '', ...rest] = shown.split(secretMark);
          expect(rest.length).toBeGreaterThan(0);
          expect(before.startsWith(start)).toBe(true);
          expect(after.endsWith(rest.at(-1) ?? '')).toBe(true);
        },
      ),
      { numRuns: 5_000, seed: 1 },
    );
  });

  it('finds a secret as each of the usual writers encodes it, after anything that an escape may begin with', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), around, around, (secret, before, after) => {
        fc.pre(secret.trim() !== '' && !'‹secret›'.includes(secret.trim()));
        const redactor = createRedactor();
        redactor.add(secret);
        for (const write of writers) {
          const form = write(secret);
          const [start = '', ...rest] = redactor.text(before + form + after).split(secretMark);
          expect(rest.length).toBeGreaterThan(0);
          expect(before.startsWith(start)).toBe(true);
          expect(after.endsWith(rest.at(-1) ?? '')).toBe(true);
        }
      }),
      { numRuns: 400, seed: 2 },
    );
  });

  it.each([
    ['0    ', '%0', '0%20%20%20%20', '%0‹secret›'],
    ['n"abc', '\\', 'n\\"abc', '\\‹secret›'],
    ['\\\\\\n', '', '\\&#92;\\n', '‹secret›'],
  ])('is not misled by what stands before: %j after %j', (secret, before, form, shown) => {
    const redactor = createRedactor();
    redactor.add(secret);
    expect(redactor.text(before + form)).toBe(shown);
  });

  it('finds the forms that servers, proxies and libraries write', () => {
    const redactor = createRedactor();
    redactor.add('p"a/s\'s <é&+ 1>');
    for (const form of [
      'p\\"a/s\'s <\\u00e9&+ 1>',
      'p\\"a/s\'s \\u003C\\u00E9\\u0026+ 1\\u003E',
      'p\\"a\\/s\\u0027s \\u003cé\\u0026\\u002b 1\\u003e',
      'p\\\\\\"a/s\'s <é&+ 1>',
      'p&quot;a/s&#39;s &lt;é&amp;+ 1&gt;',
      'p&#34;a/s&#x27;s &lt;&eacute;&amp;+ 1&gt;',
      'p&QUOT;a&sol;s&apos;s &LT;&#xE9;&AMP;&plus; 1&GT;',
      'p%22a%2Fs%27s%20%3C%C3%A9%26%2B%201%3E',
      'p%22a/s%27s+%3c%c3%a9%26%2b+1%3e',
      'p%2522a%252Fs%2527s%2520%253C%25C3%25A9%2526%252B%25201%253E',
      '%70%22%61%2F%73%27%73%20%3C%E9%26%2B%20%31%3E',
    ])
      expect(redactor.value({ [form]: `<${form}>` })).toEqual({ '‹secret›': '<‹secret›>' });
  });

  it('leaves nothing in base64 that could be read, whatever stands around the secret', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{6,40}$/), fc.string(), fc.string(), (secret, before, after) => {
        const redactor = createRedactor();
        redactor.add(secret);
        const shown = redactor.text(Buffer.from(before + secret + after).toString('base64'));

        expect(shown).toContain('‹secret›');
        const rest = shown.split('‹secret›').map((part) => Buffer.from(part, 'base64').toString('latin1'));
        for (const part of rest) expect(part).not.toContain(secret.slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every name of a record, and what the program needs to read it again', () => {
    const redactor = createRedactor();
    for (const word of ['call', 'reason', 'failure', 'message', 'body', 'done', 'read', 'hunter22']) redactor.add(word);
    expect(
      redactor.record({
        type: 'step-finished',
        outcome: 'done',
        failure: { step: 'call', reason: { kind: 'template-error', message: 'no message' } },
        call: { effect: 'read', body: { body: 'hunter22', type: 'hunter22' } },
        error: { type: 'hunter22', reason: 'call' },
        saved: { reason: { reason: 'hunter22' } },
      }),
    ).toEqual({
      type: 'step-finished',
      outcome: 'done',
      failure: { step: 'call', reason: { kind: 'template-error', message: 'no ‹secret›' } },
      call: { effect: 'read', body: { '‹secret›': '‹secret›', type: '‹secret›' } },
      error: { type: '‹secret›', reason: '‹secret›' },
      saved: { reason: { '‹secret›': '‹secret›' } },
    });
  });

  it('loses no member of a mapping whose names are the same without their secrets', () => {
    const redactor = createRedactor();
    redactor.add(['hunter22', 'hunter33']);
    expect(redactor.value({ hunter22: 1, hunter33: 2, '‹secret› (2)': 3 })).toEqual({
      '‹secret›': 1,
      '‹secret› (3)': 2,
      '‹secret› (2)': 3,
    });
  });

  it('takes nothing for a secret that says nothing', () => {
    const redactor = createRedactor();
    redactor.add([null, '', '      ', true, false, undefined as unknown as string]);
    redactor.add(undefined);
    expect(redactor.value(['null', 'undefined', 'true', 'false', '      '])).toEqual([
      ...['null', 'undefined', 'true', 'false', '      '],
    ]);
  });

  it('finds each longer line of a secret, and a secret without the white space at its ends', () => {
    const redactor = createRedactor();
    redactor.add('-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n');
    redactor.add('  hunter2  \n');
    expect(redactor.text('line 2 is MIIEvQIBADANBg, ab, the word is hunter2.')).toBe(
      'line 2 is ‹secret›, ab, the word is ‹secret›.',
    );
    expect(redactor.text(`x ${Buffer.from('u:hunter2').toString('base64')}`)).not.toContain('aHVudGVy');
  });

  it('finds what is wrapped, or has the line breaks of another system', () => {
    const redactor = createRedactor();
    redactor.add('first line\nsecond line');
    expect(redactor.text('<first line\r\nsecond line>')).toBe('<‹secret›>');
    const wrapped = Buffer.from('first line\nsecond line').toString('base64').replace(/.{10}/g, '$&\r\n');
    expect(redactor.text(`<${wrapped}>`)).toMatch(/^<‹secret›=*>$/);
  });

  it('finds a long secret that repeats itself, and hides all of a text that repeats it without end', () => {
    const redactor = createRedactor();
    const secret = '0123456789abcdef'.repeat(12_000);
    redactor.add(secret);
    expect(redactor.text(`<${secret}>`)).toBe('<‹secret›>');
    expect(redactor.text(secret.slice(1))).toBe(secret.slice(1));
    expect(redactor.text(`<${secret}${secret}>`)).not.toContain('0123');
  });

  it('hides all of a text that has more escapes than it can read', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    for (const text of ['%', '\\', '&amp;', '\\u0041%41']) expect(redactor.text(text.repeat(100_001))).toBe(secretMark);
  });

  it('leaves nothing of two secrets that overlap, or of one that overlaps itself', () => {
    const redactor = createRedactor();
    redactor.add(['hunter22-and', '22-and-hunter', 'abcdabcd']);
    expect(redactor.text('x hunter22-and-hunter y')).toBe('x ‹secret› y');
    expect(redactor.text('x abcdabcdabcd y')).toBe('x ‹secret› y');
  });

  it('leaves what is redacted as it is, though a secret may be part of the mark', () => {
    const redactor = createRedactor();
    redactor.add(['secret', 'hunter22']);
    const once = redactor.text('a secret, hunter22');
    expect(once).toBe('a ‹secret›, ‹secret›');
    expect(redactor.text(once)).toBe(once);
  });

  it('takes every name in a server’s value for the server’s own', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    expect(redactor.value({ type: 'hunter22', step: 'hunter22' })).toEqual({ type: '‹secret›', step: '‹secret›' });
  });

  it('shows a value in a sentence without its secrets, and cuts it then', () => {
    const redactor = createRedactor();
    redactor.add('hunter22hunter22');
    expect(redactor.inOneLine({ type: 'xx hunter22hunter22 xx' }, 15)).toBe('{"type":"xx ‹se… (25 characters)');
  });

  it('conceals numbers and every text of a structure', () => {
    const redactor = createRedactor();
    redactor.add({ pin: 123456, list: ['hunter22'] });
    expect(redactor.value({ a: 123456, b: 'x hunter22' })).toEqual({ a: '‹secret›', b: 'x ‹secret›' });
  });
});

it('finds a secret in the digits of a number that a double does not hold', () => {
  const redactor = createRedactor();
  redactor.add({ $exact: '9007199254740993' });
  expect(redactor.value([{ $exact: '9007199254740993' }, { $exact: '1.0' }])).toEqual([secretMark, { $exact: '1.0' }]);
  expect(redactor.text('n=9007199254740993')).toBe(`n=${secretMark}`);
});
