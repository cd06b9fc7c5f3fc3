import fc from 'fast-check';

/** A secret that stands nowhere by accident: with every kind of character that some encoding changes. */
export const secretArbitrary: fc.Arbitrary<string> = fc
  .tuple(
    fc.stringMatching(/^[A-Za-z0-9]{12}$/),
    fc.string({ unit: fc.constantFrom(...'ab9 "\'\\/<>&%+=$`{}:,;#?!~é✓😀\n\t'), maxLength: 12 }),
  )
  // As a file or a header has it: without space at its ends.
  .map(([plain, odd]) => `${plain}${odd}z`);

/** Every form in which a secret could be read in a text: as it is, escaped, percent-encoded, and in base64 at any place. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    url,
    url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    url.replaceAll('%20', '+'),
    secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
  ];
}

/** What of the secrets can be read in texts: which text, and in which form. */
export function leaksIn(texts: ReadonlyMap<string, string>, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap(formsOf);
  return [...texts].flatMap(([name, text]) => {
    const found = forms.find((form) => text.includes(form));
    if (found === undefined) return [];
    const at = text.indexOf(found);
    return [`${name}: ${found} in …${text.slice(Math.max(0, at - 80), at + found.length + 40)}…`];
  });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const percent = (text: string, kept: RegExp) =>
  [...Buffer.from(text)]
    .map((byte) => (kept.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${hex(byte, 2)}`))
    .join('');
const hex = (code: number, length: number) => code.toString(16).padStart(length, '0').toUpperCase();
const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** The forms that the redactor knows, in a text that begins with so much else. */
export const knownForms: readonly ((before: string, secret: string) => string)[] = [
  (before, secret) => before + secret,
  (before, secret) => before + json(secret),
  (before, secret) => before + json(secret).replaceAll('/', '\\/'),
  (before, secret) =>
    before + json(secret).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (before, secret) => before + percent(secret, /[A-Za-z0-9_.~-]/),
  (before, secret) => before + percent(secret, /[A-Za-z0-9_.!~*'()-]/).replace(/%../g, (code) => code.toLowerCase()),
  (before, secret) => before + encodeURIComponent(secret).replaceAll('%2C', ','),
  (before, secret) => before + encodeURIComponent(secret).replaceAll('%20', '+'),
  (before, secret) => before + secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  (before, secret) => base64(before + secret),
  (before, secret) => base64(`${before}${secret}tail`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
];

/** Pieces of a secret that could be read: any so many characters of it, as it is and in each form. */
const shortest = 8;
export function piecesOf(secret: string): Set<string> {
  const whole = [
    ...knownForms.slice(0, -2).map((form) => form('', secret)),
    // Base64 of bytes that others stand before.
    ...['', 'x', 'xx'].map((before) => {
      const first = Math.ceil((before.length * 8) / 6);
      const last = Math.floor(((before.length + Buffer.byteLength(secret)) * 8) / 6);
      return base64(before + secret).slice(first, last);
    }),
  ];
  return new Set(
    whole.flatMap((form) =>
      Array.from({ length: form.length - shortest + 1 }, (_, index) => form.slice(index, index + shortest)),
    ),
  );
}

/** Where a piece of a secret can be read in a text. */
export function leakIn(texts: ReadonlyMap<string, string>, pieces: ReadonlySet<string>): string | undefined {
  for (const [name, text] of texts)
    for (let at = 0; at + shortest <= text.length; at++)
      if (pieces.has(text.slice(at, at + shortest))) return `${name}: ${text.slice(Math.max(0, at - 80), at + 40)}`;
  return undefined;
}
