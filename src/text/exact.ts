import type { Json } from './value.ts';

/**
 * A number that a double does not reprint, such as 9007199254740993 or 1.0: its literal, as JSON has it. It is a value like any
 * other in plans, journals and reports: `{"$exact": "1.0"}`. It is made by `numberOf` and `parseJson`, and printed by `jsonText`.
 * A key of somebody else's data that looks like it gets another `$` for as long as it is inside.
 */
export interface Exact {
  readonly $exact: string;
}

/** Returns whether a value is such a number, and nothing else. */
export function isExact(value: unknown): value is Exact {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '$exact')) return false;
  const { $exact } = value as Partial<Exact>;
  return Object.keys(value).length === 1 && typeof $exact === 'string' && /^-?\d[\d.eE+-]*$/.test($exact);
}

/** Returns whether a value is a number, whatever its size. */
export function isNumber(value: unknown): value is number | Exact {
  return typeof value === 'number' || isExact(value);
}

/** Returns a number of JSON by its literal: as a double where that prints as the same literal. */
export function numberOf(literal: string): number | (Exact & { readonly [key: string]: Json }) {
  const double = Number(literal);
  return String(double) === literal ? double : { $exact: literal };
}

/**
 * Returns a number by a literal as YAML and the command line have it: `007`, `+1`, `.5`, `0x1F`. Undefined where it is no
 * number that JSON could have.
 */
export function numberIn(text: string): ReturnType<typeof numberOf> | undefined {
  if (/^0(?:x[0-9a-f]+|o[0-7]+)$/i.test(text)) return numberOf(String(BigInt(text)));
  const [, minus = '', whole = '', fraction, exponent = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$/.exec(text) ?? [];
  if (whole === '' && (fraction ?? '') === '') return undefined;
  const decimals = fraction === undefined || fraction === '' ? '' : `.${fraction}`;
  return numberOf(`${minus === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '') || '0'}${decimals}${exponent}`);
}

/** Returns a value with the double that each of its numbers is nearest to. */
export function withDoubles(value: Json): Json {
  if (isExact(value)) return doubleOf(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(withDoubles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDoubles(item as Json)]));
}

/** The literal of a number. */
export function literalOf(value: number | Exact): string {
  return typeof value === 'number' ? String(value) : value.$exact;
}

/** Returns the double that a number is nearest to. */
export function doubleOf(value: number | Exact): number {
  return typeof value === 'number' ? value : Number(value.$exact);
}

/** Returns whether a number is a whole one, whatever its size and however it is written: 1.0 is. */
export function isWholeNumber(value: number | Exact): boolean {
  const { digits, point } = partsOf(literalOf(value));
  return BigInt(digits.length) <= point || digits === '';
}

/** Compares two numbers as decimals: negative where the left one is less, 0 where they are equal. */
export function compareNumbers(left: number | Exact, right: number | Exact): number {
  if (typeof left === 'number' && typeof right === 'number') return left === right ? 0 : left < right ? -1 : 1;
  const [a, b] = [partsOf(literalOf(left)), partsOf(literalOf(right))];
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.point !== b.point) return a.point < b.point ? -a.sign : a.sign;
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign;
}

/** A decimal as ±0.DIGITS × 10^point, without zeros around the digits; 0 has none, and no sign. */
interface Parts {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly point: bigint;
}

function partsOf(literal: string): Parts {
  const [, minus = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { sign: 0, digits, point: 0n };
  return { sign: minus === '' ? 1 : -1, digits, point: BigInt(whole.length - leading) + BigInt(exponent) };
}

/**
 * Reads JSON. Its numbers stay what they are: one that a double does not reprint is an `Exact`.
 * @throws `SyntaxError` where the text is not valid JSON.
 */
export function parseJson(text: string): Json {
  return JSON.parse(marked(text)) as Json;
}

const [quote, backslash, colon, minus, zero, nine, dot] = [...'"\\:-09.'].map((one) => one.charCodeAt(0)) as [
  ...[number, number, number, number, number, number, number],
];

/**
 * A text of JSON in which each number that a double does not reprint is a mapping of its literal. What is not valid stays so.
 * It walks once through what is outside of strings; most texts come back as they are.
 */
function marked(text: string): string {
  const hasEscapes = text.includes('\\u00');
  let parts: string[] | undefined;
  let copied = 0;
  const replace = (start: number, end: number, by: string) => {
    parts ??= [];
    parts.push(text.slice(copied, start), by);
    copied = end;
  };
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (text.startsWith('exact', end - 6) || hasEscapes) escapeKey(text, at, end, replace);
      at = end;
    } else if (code === minus || (code >= zero && code <= nine)) {
      const end = endOfNumber(text, at);
      const literal = inexactIn(text, at, end);
      if (literal !== undefined) replace(at, end, `{"$exact":"${literal}"}`);
      at = end;
    } else at++;
  }
  return parts ? parts.join('') + text.slice(copied) : text;
}

/** Returns where a string ends that begins at a quotation mark. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Returns where what looks like a number ends: digits, and any of `.`, `e`, `E`, `+`, `-`. */
function endOfNumber(text: string, start: number): number {
  for (let end = start + 1; ; end++) {
    const code = text.charCodeAt(end);
    const isPart =
      (code >= zero && code <= nine) || code === dot || code === minus || code === 43 || (code | 32) === 101;
    if (!isPart) return end;
  }
}

/** Returns the literal of a number that a double does not reprint; undefined of any other, and of what is no number. */
function inexactIn(text: string, start: number, end: number): string | undefined {
  // A short whole number is what it is, which most are.
  const first = text.charCodeAt(start);
  if (end - start < 16 && first !== minus && first !== zero && isDigits(text, start, end)) return undefined;
  const literal = text.slice(start, end);
  if (String(Number(literal)) === literal) return undefined;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(literal) ? literal : undefined;
}

function isDigits(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return true;
}

/** A key that looks like one of ours gets another `$`. */
function escapeKey(
  text: string,
  start: number,
  end: number,
  replace: (start: number, end: number, by: string) => void,
): void {
  let at = end;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  if (text.charCodeAt(at) !== colon) return;
  try {
    const key: unknown = JSON.parse(text.slice(start, end));
    if (typeof key === 'string' && looksLikeOurs(key)) replace(start, end, JSON.stringify(`$${key}`));
  } catch {
    // Not valid JSON: whoever parses the text says so.
  }
}

function looksLikeOurs(key: string): boolean {
  return /^\$+exact$/.test(key);
}

/** Returns a key of data that was not read by `parseJson` as it is inside. */
export function keyInside(key: string): string {
  return looksLikeOurs(key) ? `$${key}` : key;
}

/** Returns a key as its owner wrote it. */
export function keyOutside(key: string): string {
  return key !== '$exact' && looksLikeOurs(key) ? key.slice(1) : key;
}

/** JSON as it is sent and shown: every number by its literal, every key as it came. */
export function jsonText(value: Json, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  if (!text.includes('$exact"')) return text;
  // Inside of a string of JSON these quotation marks have backslashes before them.
  return text.replace(/\{\s*"\$exact":\s*"(-?\d[\d.eE+-]*)"\s*\}/g, '$1').replace(/"\$(\$+exact)":/g, '"$1":');
}
