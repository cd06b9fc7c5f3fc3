import { isObject, type Json } from '../language/index.ts';

/** The one place that knows the secret values of a run; every text that leaves the process goes through it. */
export interface Redactor {
  /** Makes a value secret from now on; a list or mapping makes every text in it secret. */
  readonly add: (secret: Json) => void;
  readonly text: (text: string) => string;
  readonly value: <T>(value: T) => T;
}

export const concealed = '‹secret›';

/** Shorter ones would be found everywhere; the command line refuses to use them. */
export const shortestSecret = 4;

/**
 * A redactor that knows nothing yet. It finds a secret as it is, escaped for JSON or HTML, percent-encoded, and in base64
 * at any place of a longer text.
 */
export function createRedactor(): Redactor {
  // The longest first: a secret may be part of another one.
  let forms: readonly string[] = [];
  const add = (secret: Json): void => {
    if (typeof secret === 'object' && secret !== null) {
      for (const item of Object.values(secret)) add(item as Json);
      return;
    }
    const value = String(secret);
    if (value.length < shortestSecret || typeof secret === 'boolean') return;
    forms = [...new Set([...forms, ...formsOf(value)])].sort((left, right) => right.length - left.length);
  };
  // Plain replacement, no pattern built from secrets: an error about a pattern would print them.
  const text = (plain: string) => forms.reduce((shown, form) => shown.replaceAll(form, () => concealed), plain);
  const value = <T>(plain: T): T => {
    if (forms.length === 0) return plain;
    return redacted(plain as Json, text, []) as T;
  };
  return { add, text, value };
}

/** Names that the engine itself gives: replacing inside them would destroy the record and conceal nothing. */
const structural = new Set([
  'type',
  'at',
  'run',
  'plan',
  'mode',
  'outcome',
  'phase',
  'kind',
  'effect',
  'step',
  'number',
  'depth',
  'purpose',
  'sent',
  'severity',
]);

/** What of an event the engine itself has written: below that everything may be a server's or a runbook's. */
function isStructural(key: string, place: readonly string[]): boolean {
  return place.length === 0 ? structural.has(key) : place.length === 1 && place[0] === 'call' && key === 'effect';
}

function redacted(value: Json, text: (plain: string) => string, place: readonly string[]): Json {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    const shown = text(String(value));
    return shown === String(value) ? value : shown;
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => redacted(item, text, [...place, '']));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      isStructural(key, place) && typeof item !== 'object'
        ? [key, item]
        : [text(key), redacted(item, text, [...place, key])],
    ),
  );
}

/** Shorter pieces of base64 would be found in texts that have nothing to do with the secret. */
const shortestPiece = 5;

function formsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  const percent = (isUpperCase: boolean, isKept: RegExp) =>
    [...bytes]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        const hex = byte.toString(16).padStart(2, '0');
        return isKept.test(character) ? character : `%${isUpperCase ? hex.toUpperCase() : hex}`;
      })
      .join('');
  const unreserved = /[A-Za-z0-9_.~-]/;
  // What encodeURIComponent keeps.
  const component = /[A-Za-z0-9_.!~*'()-]/;
  const json = JSON.stringify(secret).slice(1, -1);
  const pieces = [0, 1, 2].map((offset) => base64At(bytes, offset)).filter(({ length }) => length >= shortestPiece);
  return [
    secret,
    json,
    // As writers of JSON escape that keep to ASCII, or protect what stands in HTML.
    json.replaceAll('/', '\\/'),
    json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    secret.replace(/[&<>"']/g, (character) => entities[character] ?? character),
    ...[unreserved, component].flatMap((kept) => [
      percent(true, kept),
      percent(false, kept),
      percent(true, kept).replaceAll('%20', '+'),
    ]),
    base64Of(bytes).replace(/=+$/, ''),
    ...pieces,
    ...pieces.map((piece) => piece.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Base64 of bytes with others around them: the characters that belong to them alone. */
function base64At(bytes: Uint8Array, offset: number): string {
  const text = base64Of(new Uint8Array([...new Uint8Array(offset), ...bytes]));
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, last);
}
