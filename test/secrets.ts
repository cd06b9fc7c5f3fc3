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
