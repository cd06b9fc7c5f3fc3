/** Encodes a string in UTF-8; half of a surrogate pair becomes U+FFFD, as `TextEncoder` does it. */
export function utf8Of(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) bytes[length++] = code;
    else for (const byte of encoded(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code)) bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Encodes a code point that is not ASCII. */
function encoded(code: number): number[] {
  const next = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) return [0xc0 | (code >> 6), next(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), next(6), next(0)];
  return [0xf0 | (code >> 18), next(12), next(6), next(0)];
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes bytes in base64, with padding. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const group = (first << 16) | (second << 8) | third;
    for (const shift of [18, 12, 6, 0]) text += digits.charAt((group >> shift) & 0x3f);
  }
  const padding = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - padding) + '='.repeat(padding);
}
