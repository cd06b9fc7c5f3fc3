import {
  base64Of,
  isNumber,
  isObject,
  type Json,
  literalOf,
  replaceItems,
  replaceMembers,
  type Show,
  showing,
  utf8Of,
} from '../text/index.ts';
import { createForms, type Place } from './forms.ts';

/** The one place that knows the secret values of a run; every text that leaves the process goes through it. */
export interface Redactor {
  /** Makes a value secret from now on; a list or mapping makes every string and number in it secret. */
  readonly add: (secret: Json | undefined) => void;
  readonly text: (text: string) => string;
  /** Redacts data that the engine has written, such as an event: every name of it stays, and what the program needs to read it. */
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
 * A redactor that knows nothing yet. It finds a secret as it is, percent-encoded or escaped for JSON or HTML (wholly, in
 * part, or several of these one after the other), and in base64 at any place of a longer text; the same without the white
 * space at its ends; and each longer line of it.
 */
export function createRedactor(): Redactor {
  const forms = createForms();
  let isEmpty = true;
  const add = (secret: Json | undefined): void => {
    if (typeof secret === 'object' && secret !== null) {
      for (const item of Object.values(secret)) add(item as Json);
      return;
    }
    if (typeof secret !== 'string' && typeof secret !== 'number') return;
    for (const form of formsOf(String(secret))) {
      forms.add(form);
      isEmpty = false;
    }
  };
  const text = (plain: string) => withoutPlaces(plain, forms.placesIn(plain));
  const record = <T>(plain: T): T => (isEmpty ? plain : (redactedRecord(plain as Json, text) as T));
  const value = (plain: Json) => (isEmpty ? plain : redacted(plain, text));
  return { add, text, record, value, inOneLine: showing(value) };
}

/**
 * A text with a mark in each of some places. Those that overlap are one place: nothing of the second one is left. A mark
 * that is there already stays as it is, though a secret may be part of the word.
 */
function withoutPlaces(text: string, found: readonly Place[]): string {
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
  for (let at = text.indexOf(secretMark); at >= 0; at = text.indexOf(secretMark, at + 1))
    places.push([at, at + secretMark.length]);
  return places;
}

/** Members of a record that hold what a server or a runbook says: every name and value in them may be a secret. */
const foreign = new Set(['body', 'ndjson', 'text', 'query', 'expect', 'actual']);

/** Members with names of this program and words of a server. */
const told = new Set(['error', 'holder']);

/** Members that are kept as they are: the program writes them, or the runbook that holds no secret. Replaying needs them. */
const own = new Set([
  ...['type', 'kind', 'at', 'run', 'plan', 'version', 'origin', 'mode', 'as', 'phase', 'outcome', 'effect', 'sent'],
  ...['purpose', 'severity', 'of', 'by', 'state', 'step', 'number', 'place', 'connection', 'identity', 'opaque_id'],
  ...['depends_on', 'in_doubt', 'can_be_rolled_back', 'output', 'saved_secrets', 'sealed'],
]);

/** Whose words the strings of a record are: some of the program's own, or all told by others. */
type Voice = 'own' | 'told';

/** A record keeps its names, whatever is secret: a journal in which one of them is missing could not be read again. */
function redactedRecord(value: Json, text: (plain: string) => string, voice: Voice = 'own'): Json {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return replaceItems(value, (item) => redactedRecord(item, text, voice));
  if (!isObject(value)) return value;
  return replaceMembers(value, (item, name) => redactedMember(name, item, text, voice));
}

function redactedMember(name: string, value: Json, text: (plain: string) => string, voice: Voice): Json {
  if (voice === 'told' && name !== 'advice') return redactedRecord(value, text, voice);
  if (own.has(name)) return value;
  // A reason is one in words or one as data.
  if (name === 'cause' && typeof value === 'string') return value;
  if (foreign.has(name)) return redacted(value, text);
  if (name === 'saved' && isObject(value)) return replaceMembers(value, (item) => redacted(item, text));
  return redactedRecord(value, text, told.has(name) ? 'told' : 'own');
}

/** What a server or a runbook says. Names that are the same without their secrets are numbered: nothing gets lost. */
function redacted(value: Json, text: (plain: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (isNumber(value)) {
    const literal = literalOf(value);
    const shown = text(literal);
    return shown === literal ? value : shown;
  }
  if (Array.isArray(value)) return replaceItems(value, (item) => redacted(item, text));
  if (!isObject(value)) return value;
  if (Object.keys(value).every((key) => text(key) === key))
    return replaceMembers(value, (item) => redacted(item, text));
  const members = new Map<string, Json>();
  const counts = new Map<string, number>();
  for (const [key, item] of Object.entries(value)) {
    const shown = text(key);
    let name = shown;
    let count = counts.get(shown) ?? 1;
    while (members.has(name) || (name !== key && Object.hasOwn(value, name))) name = `${shown} (${++count})`;
    counts.set(shown, count);
    members.set(name, redacted(item, text));
  }
  return Object.fromEntries(members);
}

/** Shorter pieces of base64 would be found in texts that have nothing to do with the secret. */
const shortestPiece = 5;

/** Shorter lines of a secret would be found in texts that have nothing to do with it. */
const shortestLine = 8;

/** What to look for; the spellings of it are found as such. */
function formsOf(secret: string): string[] {
  if (secret.trim() === '') return [];
  const whole = [...new Set([secret, secret.trim()])];
  const lines = whole.flatMap((one) => one.split(/[\r\n]+/)).map((line) => line.trim());
  return [
    ...whole.filter(({ length }) => length >= shortestSecret),
    ...lines.filter(({ length }) => length >= shortestLine),
    ...whole
      .filter(({ length }) => length >= shortestSecret)
      .flatMap((one) => [...new Set(jsonFormsOf(one))].flatMap(base64FormsOf)),
  ];
}

/** As it is, and as writers of JSON escape it: all that they must, what is not ASCII, what could be HTML, slashes. */
function jsonFormsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [
    ...[secret, json, json.replaceAll('/', '\\/')],
    ...[/[^\x20-\x7e]/g, /[<>&]/g, /[^\x20-\x7e]|[<>&]/g].map((escaped) => json.replace(escaped, unit)),
  ];
}

function base64FormsOf(text: string): string[] {
  const bytes = utf8Of(text);
  const pieces = [0, 1, 2].map((offset) => base64At(bytes, offset)).filter(({ length }) => length >= shortestPiece);
  const forms = [base64Of(bytes).replace(/=+$/, ''), ...pieces];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Base64 of bytes with others around them: the characters that belong to them alone. */
function base64At(bytes: Uint8Array, offset: number): string {
  const shifted = new Uint8Array(offset + bytes.length);
  shifted.set(bytes, offset);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return base64Of(shifted).slice(first, last);
}
