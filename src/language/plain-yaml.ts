import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  SCALAR_STYLE_PLAIN,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml';
import { type Json, keyInside, numberIn } from '../text/index.ts';

/** A text that has nothing but mappings with keys that are strings, lists, scalars and aliases of what has none in it. */
export interface PlainYaml {
  readonly value: Json;
  /** There is a number that a double does not reprint. */
  readonly hasExact: boolean;
  /** There is a key that may be a template. */
  readonly hasTemplateKeys: boolean;
  /** Where each mapping and each list begins in the text. */
  readonly starts: ReadonlyMap<object, number>;
  /** Where each alias stands, by the mapping or list that it is a member of, and the key. */
  readonly aliases: ReadonlyMap<object, ReadonlyMap<string | number, number>>;
}

/** What is nested deeper is for the other parser: it tells where that is too deep. */
const mostLevels = 50;

/**
 * Reads a YAML text that is plain and right, which nearly every one is, in a small part of the time and the memory that a parser takes
 * which keeps all of it for messages.
 * @returns Undefined where the text has tags, directives, several documents, keys that are no strings or stand there twice, numbers
 * that JSON does not have, more than simple aliases, or is wrong: then `yaml` reads it and says what there is to say.
 */
export function plainYaml(text: string): PlainYaml | undefined {
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error instanceof NotPlain || error instanceof YAMLException) return undefined;
    throw error;
  }
}

/** So many are never too many to the other parser, which counts those in what is repeated as well. */
const mostAliases = 100;

class NotPlain extends Error {}

class Reader {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #starts = new Map<object, number>();
  readonly #aliases = new Map<object, Map<string | number, number>>();
  readonly #anchors = new Map<string, Json>();
  #count = 0;
  #at = 0;
  #hasExact = false;
  #hasTemplateKeys = false;

  constructor(text: string) {
    this.#text = text;
    this.#events = parseEvents(text, { maxDepth: mostLevels });
  }

  document(): PlainYaml {
    const first = this.#next();
    if (first.type !== EVENT_DOCUMENT || first.directives.length > 0 || first.explicitEnd) throw new NotPlain();
    const value = this.#node(this.#next());
    if (this.#next().type !== EVENT_POP || this.#at !== this.#events.length) throw new NotPlain();
    return {
      value,
      hasExact: this.#hasExact,
      hasTemplateKeys: this.#hasTemplateKeys,
      starts: this.#starts,
      aliases: this.#aliases,
    };
  }

  #next(): Event {
    const event = this.#events[this.#at++];
    if (!event) throw new NotPlain();
    return event;
  }

  /** A member of a mapping or a list. */
  #member(parent: object, key: string | number, event: Event): Json {
    if (event.type !== EVENT_ALIAS) return this.#node(event);
    const value = this.#anchors.get(this.#text.slice(event.anchorStart, event.anchorEnd));
    if (value === undefined || ++this.#count > mostAliases) throw new NotPlain();
    const places = this.#aliases.get(parent) ?? new Map<string | number, number>();
    // The name stands behind its sign.
    this.#aliases.set(parent, places.set(key, event.anchorStart - 1));
    return value;
  }

  #node(event: Event): Json {
    if (event.type === EVENT_POP || event.type === EVENT_DOCUMENT || event.type === EVENT_ALIAS) throw new NotPlain();
    if (event.tagStart >= 0) throw new NotPlain();
    const aliases = this.#count;
    const value = this.#content(event);
    if (event.anchorStart >= 0) {
      const name = this.#text.slice(event.anchorStart, event.anchorEnd);
      if (this.#anchors.has(name) || this.#count > aliases) throw new NotPlain();
      this.#anchors.set(name, value);
    }
    return value;
  }

  #content(event: ScalarEvent | SequenceEvent | MappingEvent): Json {
    switch (event.type) {
      case EVENT_SCALAR:
        return this.#scalar(event);
      case EVENT_SEQUENCE:
        return this.#list(event.start);
      case EVENT_MAPPING:
        return this.#mapping(event.start);
    }
  }

  #list(start: number): Json {
    const list: Json[] = [];
    this.#starts.set(list, start);
    for (let event = this.#next(); event.type !== EVENT_POP; event = this.#next())
      list.push(this.#member(list, list.length, event));
    return list;
  }

  #mapping(start: number): Json {
    const mapping: Record<string, Json> = {};
    this.#starts.set(mapping, start);
    for (let event = this.#next(); event.type !== EVENT_POP; event = this.#next()) {
      const key = this.#key(event);
      if (Object.hasOwn(mapping, key)) throw new NotPlain();
      const value = this.#member(mapping, key, this.#next());
      // Of __proto__, too, there is a key of its own.
      if (key in mapping)
        Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
      else mapping[key] = value;
    }
    return mapping;
  }

  #key(event: Event): string {
    // The two parsers differ about where a mapping begins that begins with an anchor.
    if (event.type !== EVENT_SCALAR || event.anchorStart >= 0) throw new NotPlain();
    const key = this.#node(event);
    const isPlain = event.style === SCALAR_STYLE_PLAIN;
    if (typeof key !== 'string' || (isPlain && key === '<<')) throw new NotPlain();
    this.#hasTemplateKeys ||= key.includes('{{');
    return keyInside(key);
  }

  #scalar(event: ScalarEvent): Json {
    const text = getScalarValue(this.#text, event);
    if (event.style !== SCALAR_STYLE_PLAIN) return text;
    if (nulls.has(text)) return null;
    const truth = truths.get(text);
    if (truth !== undefined) return truth;
    if (!number.test(text)) return text;
    const value = numberIn(text);
    if (value === undefined) throw new NotPlain();
    this.#hasExact ||= typeof value !== 'number';
    return value;
  }
}

/** The core schema of YAML 1.2 (10.3.2). */
const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
const number =
  /^(?:[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
