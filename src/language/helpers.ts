import { isEqual, isObject, type Json } from './json.ts';
import type { Sentence } from './show.ts';

/** A pure function for templates: arguments → a value, or what is wrong with the arguments. */
export interface Helper {
  /** How it is called, for messages and the reference. */
  readonly usage: string;
  readonly arity: { readonly least: number; readonly most: number };
  readonly apply: (values: readonly Json[]) => { readonly value: Json } | { readonly problem: Sentence };
}

/** Every helper, by name. The language reference lists the same. */
export const helpers: Readonly<Record<string, Helper>> = {
  join: {
    usage: 'join LIST SEPARATOR',
    arity: { least: 2, most: 2 },
    apply: ([list, separator]) =>
      !isList(list)
        ? notAList(list)
        : typeof separator !== 'string'
          ? { problem: (show) => `the separator has to be a text, found ${show(separator)}` }
          : list.some((item) => typeof item === 'object')
            ? { problem: (show) => `the list has an item that is no text or number: ${show(list)}` }
            : { value: list.join(separator) },
  },
  without: {
    usage: 'without LIST OTHER_LIST',
    arity: { least: 2, most: 2 },
    apply: ([list, other]) =>
      !isList(list)
        ? notAList(list)
        : !isList(other)
          ? notAList(other)
          : { value: list.filter((item) => !other.some((one) => isEqual(item, one))) },
  },
  length: {
    usage: 'length VALUE',
    arity: { least: 1, most: 1 },
    apply: ([value]) =>
      isList(value) || typeof value === 'string'
        ? { value: value.length }
        : isObject(value)
          ? { value: Object.keys(value).length }
          : { problem: (show) => `${show(value)} has no length` },
  },
  choose: {
    usage: 'choose CONDITION VALUE OTHER',
    arity: { least: 3, most: 3 },
    apply: ([condition, value = null, other = null]) =>
      typeof condition === 'boolean'
        ? { value: condition ? value : other }
        : { problem: (show) => `the condition has to be true or false, found ${show(condition)}` },
  },
  list: {
    usage: 'list ITEM…',
    arity: { least: 0, most: Number.POSITIVE_INFINITY },
    apply: (items) => ({ value: [...items] }),
  },
  concat: {
    usage: 'concat TEXT…',
    arity: { least: 1, most: Number.POSITIVE_INFINITY },
    apply: (items) =>
      items.some((item) => typeof item === 'object')
        ? { problem: () => 'a list, mapping or null is no text' }
        : { value: items.join('') },
  },
};

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function notAList(value: Json | undefined): { readonly problem: Sentence } {
  return { problem: (show) => `a list is needed, found ${show(value)}` };
}
