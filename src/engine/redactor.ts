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
 * A redactor that knows nothing yet. It finds a secret as it is, escaped for JSON or HTML, percent-encoded (wholly, partly
 * or twice), and in base64 at any place of a longer text; of a secret with several lines, each longer line, too.
 */
export function createRedactor(): Redactor {
  const forms: Forms = new Map();
  const add = (secret: Json): void => {
    if (typeof secret === 'object' && secret !== null) {
      for (const item of Object.values(secret)) add(item as Json);
      return;
    }
    const value = String(secret);
    if (value.length < shortestSecret || typeof secret === 'boolean') return;
    for (const form of formsOf(value)) addForm(forms, form);
  };
  const text = (plain: string) => withoutForms(plain, forms);
  const record = <T>(plain: T): T => (forms.size === 0 ? plain : (redacted(plain as Json, text, []) as T));
  const value = (plain: Json) => (forms.size === 0 ? plain : redacted(plain, text, ['value']));
  return { add, text, record, value, inOneLine: showing(value) };
}

/** The forms to look for, by their first characters: one pass over a text finds all of them. */
type Forms = Map<string, Set<string>>;

function addForm(forms: Forms, form: string): void {
  const start = form.slice(0, shortestSecret);
  const others = forms.get(start);
  if (others === undefined) forms.set(start, new Set([form]));
  else others.add(form);
}

type Place = readonly [from: number, to: number];

/**
 * A text with a mark in the place of every form. Forms that overlap are one place: nothing of the second one is left. A
 * mark that is there already stays as it is, though a secret may be part of the word.
 */
function withoutForms(text: string, forms: Forms): string {
  if (forms.size === 0) return text;
  // No pattern is built from secrets: an error about a pattern would print them.
  const found = viewsOf(text).flatMap((view) => placesIn(view, forms));
  if (found.length === 0) return text;
  const places = [...found, ...marksIn(text)].sort(([left], [right]) => left - right);
  let shown = '';
  let end = 0;
  for (const [from, to] of places) {
    if (from >= end) shown += text.slice(end, from) + secretMark;
    end = Math.max(end, to);
  }
  return shown + text.slice(end);
}

function marksIn(text: string): Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(secretMark); at >= 0; at = text.indexOf(secretMark, at + 1)) {
    places.push([at, at + secretMark.length]);
  }
  return places;
}

function placesIn({ text, starts }: View, forms: Forms): Place[] {
  const places: Place[] = [];
  const place = (at: number, form: string) => {
    const end = at + form.length;
    places.push([starts?.[at] ?? at, starts?.[end] ?? end]);
  };
  const long = new Set<string>();
  for (let at = 0; at + shortestSecret <= text.length; at += 1) {
    for (const form of forms.get(text.slice(at, at + shortestSecret)) ?? []) {
      if (form.length > longestCompared) {
        if (!long.has(form) && text.startsWith(form.slice(0, longestCompared), at)) long.add(form);
      } else if (text.startsWith(form, at)) place(at, form);
    }
  }
  for (const form of long) for (const at of occurrencesOf(form, text)) place(at, form);
  return places;
}

/** Longer forms are compared at each place only once: one that repeats itself, in a text that does, would take minutes. */
const longestCompared = 256;

/** Where a form begins in a text, in linear time whatever both repeat (Knuth, Morris and Pratt). */
function occurrencesOf(form: string, text: string): number[] {
  const found: number[] = [];
  const borders = new Int32Array(form.length);
  for (let at = 1, border = 0; at < form.length; at += 1) {
    while (border > 0 && form[at] !== form[border]) border = borders[border - 1] ?? 0;
    if (form[at] === form[border]) border += 1;
    borders[at] = border;
  }
  for (let at = 0, matched = 0; at < text.length; at += 1) {
    while (matched > 0 && text[at] !== form[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === form[matched]) matched += 1;
    if (matched < form.length) continue;
    found.push(at - form.length + 1);
    matched = borders[matched - 1] ?? 0;
  }
  return found;
}

/** A text as someone reads it who decodes it, and where each of its characters (and its end) begins in the raw text. */
interface View {
  readonly text: string;
  readonly starts?: readonly number[];
}

/** What was encoded twice is still found. */
const deepest = 3;

/** Spellings are without number (each character may or may not be escaped): the text is decoded instead of listing them. */
function viewsOf(text: string): View[] {
  const views: View[] = [{ text }];
  for (const spelling of spellings) {
    if (text.search(spelling) < 0) continue;
    for (const isForm of text.includes('+') ? [false, true] : [false]) {
      let view: View = { text };
      for (let depth = 0; depth < deepest; depth += 1) {
        const next = decoded(view, spelling, isForm && depth === 0);
        if (next.text === view.text) break;
        views.push(next);
        view = next;
      }
    }
  }
  return views;
}

const entity = /&#x0*[\da-f]{1,6};|&#0*\d{1,7};|&(?:amp|lt|gt|quot|apos|nbsp);/gi;
const jsonEscape = /\\u[\da-f]{4}|\\["\\/bfnrt]/gi;
const percent = /(?:%[\da-f]{2})+|\+/gi;
/** One kind alone, for a secret that holds what looks like another kind; all, for text encoded by several writers. */
const spellings = [
  entity,
  jsonEscape,
  percent,
  new RegExp([entity, jsonEscape, percent].map(({ source }) => source).join('|'), 'gi'),
];

function decoded(view: View, spelling: RegExp, isForm: boolean): View {
  const starts: number[] = [];
  const startOf = (at: number) => view.starts?.[at] ?? at;
  let text = '';
  let done = 0;
  const keep = (end: number) => {
    text += view.text.slice(done, end);
    for (; done < end; done += 1) starts.push(startOf(done));
  };
  const put = (plain: string, end: number) => {
    for (let unit = 0; unit < plain.length; unit += 1) starts.push(startOf(done));
    text += plain;
    done = end;
  };
  for (const match of view.text.matchAll(spelling)) {
    const [found] = match;
    const end = match.index + found.length;
    keep(match.index);
    if (found.startsWith('%')) {
      while (done < end) {
        const [plain, length] = characterAt(view.text, done, end);
        put(plain, done + length);
      }
    } else if (found !== '+') put(plainOf(found), end);
    else if (isForm) put(' ', end);
  }
  keep(view.text.length);
  starts.push(startOf(view.text.length));
  return { text, starts };
}

/** The character that percent-encoded UTF-8 spells, and the length of its spelling; what is no UTF-8 stays. */
function characterAt(text: string, at: number, end: number): [plain: string, length: number] {
  for (let length = 3; length <= 12 && at + length <= end; length += 3) {
    try {
      return [decodeURIComponent(text.slice(at, at + length)), length];
    } catch {
      // The character needs another byte.
    }
  }
  return [text.slice(at, at + 1), 1];
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

function plainOf(found: string): string {
  if (found.startsWith('\\')) {
    if (found.length > 2) return String.fromCharCode(Number.parseInt(found.slice(2), 16));
    return escapes[found.charAt(1)] ?? found.charAt(1);
  }
  const name = found.slice(1, -1);
  if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? found;
  const isHex = /^#x/i.test(name);
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : found;
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

/** Shorter lines of a secret would be found in texts that have nothing to do with it. */
const shortestLine = 8;

function formsOf(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  const plain = [
    secret,
    ...[secret.trim()].filter(({ length }) => length >= shortestSecret),
    ...lines.filter(({ length }) => length >= shortestLine),
  ];
  // A secret may look encoded itself: where the text around it is decoded, it is decoded with it.
  const read = plain.flatMap((form) => viewsOf(form).map(({ text }) => text));
  const json = JSON.stringify(secret).slice(1, -1);
  const encoded = [...new Set([secret, secret.trim(), json])].flatMap((form) => {
    const bytes = utf8Of(form);
    const pieces = [0, 1, 2].map((offset) => base64At(bytes, offset)).filter(({ length }) => length >= shortestPiece);
    return [
      base64Of(bytes).replace(/=+$/, ''),
      ...pieces,
      ...pieces.map((piece) => piece.replaceAll('+', '-').replaceAll('/', '_')),
    ];
  });
  return [...read, ...encoded].filter(({ length }) => length >= shortestSecret);
}

/** Base64 of bytes with others around them: the characters that belong to them alone. */
function base64At(bytes: Uint8Array, offset: number): string {
  const text = base64Of(new Uint8Array([...new Uint8Array(offset), ...bytes]));
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, last);
}
