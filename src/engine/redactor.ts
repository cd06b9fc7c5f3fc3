import { base64Of, isObject, type Json, type Show, showing, utf8Of } from '../text/index.ts';

/** The one place that knows the secret values of a run; every text that leaves the process goes through it. */
export interface Redactor {
  /** Makes a value secret from now on; a list or mapping makes every text in it secret. */
  readonly add: (secret: Json) => void;
  readonly text: (text: string) => string;
  /** Redacts data that the engine has written, such as an event: the engine's own names stay. */
  readonly record: <T>(record: T) => T;
  /** Redacts what a server or a runbook says: everything in it may be secret. */
  readonly value: (value: Json) => Json;
  /** A value in a sentence: redacted, then cut. */
  readonly inOneLine: Show;
}

export const secretMark = '‹secret›';

/** Shorter ones would be found everywhere; the command line refuses to use them. */
export const shortestSecret = 4;

/**
 * A redactor that knows nothing yet. It finds a secret as it is, escaped for JSON or HTML, percent-encoded, and in base64
 * at any place of a longer text.
 */
export function createRedactor(): Redactor {
  let forms: readonly string[] = [];
  const add = (secret: Json): void => {
    if (typeof secret === 'object' && secret !== null) {
      for (const item of Object.values(secret)) add(item as Json);
      return;
    }
    const value = String(secret);
    if (value.length < shortestSecret || typeof secret === 'boolean') return;
    forms = [...new Set([...forms, ...formsOf(value)])];
  };
  const text = (plain: string) => withoutForms(plain, forms);
  const record = <T>(plain: T): T => (forms.length === 0 ? plain : (redacted(plain as Json, text, []) as T));
  const value = (plain: Json) => (forms.length === 0 ? plain : redacted(plain, text, ['value']));
  return { add, text, record, value, inOneLine: showing(value) };
}

/**
 * A text with a mark in the place of every form. Forms that overlap are one place: nothing of the second one is left. A
 * mark that is there already stays as it is, though a secret may be part of the word.
 */
function withoutForms(text: string, forms: readonly string[]): string {
  // No pattern is built from secrets: an error about a pattern would print them.
  const found = forms.filter((form) => text.includes(form)).flatMap((form) => placesOf(form, text));
  if (found.length === 0) return text;
  const places = [...found, ...placesOf(secretMark, text)].sort(([left], [right]) => left - right);
  let shown = '';
  let end = 0;
  for (const [from, to] of places) {
    if (from >= end) shown += text.slice(end, from) + secretMark;
    end = Math.max(end, to);
  }
  return shown + text.slice(end);
}

/** From where to where a form stands in a text. */
function placesOf(form: string, text: string): [from: number, to: number][] {
  const places: [number, number][] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push([at, at + form.length]);
  return places;
}

/** Names that the engine itself gives: replacing inside them would destroy the journal and redact nothing. */
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
  'severity',
  'of',
  'by',
]);

/** Members of an event that the engine fills with data of its own kind: these names inside them are its own, too. */
const engineOwned = new Set([
  ...['reason', 'cause', 'response', 'failure', 'suspended'],
  // Lists of such data, and the places in them.
  ...['failed', 'unmet', 'cleanup_failures', 'locks_left', ''],
]);
const ownedNames = new Set(['kind', 'sent', 'cause', 'effect', 'of', 'by', 'step']);

/** Returns what of an event the engine itself has written: below that everything may be a server's or a runbook's. */
function isStructural(key: string, place: readonly string[]): boolean {
  if (place.length === 0) return structural.has(key);
  if (place.length === 1 && place[0] === 'call') return key === 'effect';
  return ownedNames.has(key) && place.every((part) => engineOwned.has(part));
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
  const bytes = utf8Of(secret);
  const percent = (isUpperCase: boolean, isKept: RegExp) =>
    [...bytes]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        const hex = byte.toString(16).padStart(2, '0');
        return isKept.test(character) ? character : `%${isUpperCase ? hex.toUpperCase() : hex}`;
      })
      .join('');
  const unreserved = /[A-Za-z0-9_.~-]/;
  // The characters that encodeURIComponent keeps.
  const component = /[A-Za-z0-9_.!~*'()-]/;
  // As a path of a call has it.
  const segment = /[A-Za-z0-9_.!~*'(),-]/;
  const json = JSON.stringify(secret).slice(1, -1);
  const pieces = [0, 1, 2].map((offset) => base64At(bytes, offset)).filter(({ length }) => length >= shortestPiece);
  return [
    secret,
    json,
    // As writers of JSON escape that keep to ASCII, or protect what stands in HTML.
    json.replaceAll('/', '\\/'),
    json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    secret.replace(/[&<>"']/g, (character) => entities[character] ?? character),
    ...[unreserved, component, segment].flatMap((kept) => [
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

/** Base64 of bytes with others around them: the characters that belong to them alone. */
function base64At(bytes: Uint8Array, offset: number): string {
  const text = base64Of(new Uint8Array([...new Uint8Array(offset), ...bytes]));
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, last);
}
