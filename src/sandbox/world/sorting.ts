import {
  compareNumbers,
  doubleOf,
  type Exact,
  isNumber,
  isObject,
  isWholeNumber,
  type Json,
  type JsonObject,
  literalOf,
  numberIn,
  numberOf,
} from '../../text/index.ts';
import { Refusal, refused } from './answer.ts';
import { matches } from './filter-path.ts';
import { listOf, textOf } from './scene.ts';
import type { Index } from './state.ts';

/** A hit, with what its fields are sorted by. */
export interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly document: JsonObject;
  /** Of the fields of its index. */
  readonly types: Types;
}

/** Field → its type. */
export type Types = Readonly<Record<string, string>>;

interface Key {
  readonly field: string;
  readonly isDescending: boolean;
}

const wholeTypes = ['long', 'integer', 'short', 'byte', 'date'];
const decimalTypes = ['double', 'float', 'half_float'];
const [leastLong, greatestLong] = ['-9223372036854775808', '9223372036854775807'].map(numberOf);

/** Returns the type of each field of an index: as its mappings name it, or as a new field gets it from its first value. */
export function typesIn({ types = {}, documents }: Pick<Index, 'types' | 'documents'>): Types {
  const found: Record<string, string> = {};
  for (const document of documents.values())
    for (const [name, value] of leavesOf(document)) {
      if (value === null || types[name] !== undefined) continue;
      found[name] ??= typeOf(value);
      if (found[name] === 'text') found[`${name}.keyword`] = 'keyword';
    }
  return { ...found, ...types };
}

function typeOf(value: Json): string {
  if (isNumber(value)) return isWholeLiteral(value as number | Exact) ? 'long' : 'float';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

/** Returns the type of each field that the mappings of a new index name. */
export function typesOf(mappings: Json | undefined, before = ''): Types {
  const { properties } = isObject(mappings) ? mappings : {};
  const fields = Object.entries(isObject(properties) ? properties : {});
  return Object.fromEntries(
    fields.flatMap(([name, field]) => {
      const { type, fields } = isObject(field) ? field : {};
      const own: [string, string][] = typeof type === 'string' ? [[before + name, type]] : [];
      const deeper = typesOf(field, `${before}${name}.`);
      return [...own, ...Object.entries({ ...deeper, ...typesOf({ properties: fields ?? {} }, `${before}${name}.`) })];
    }),
  );
}

/**
 * Returns the hits of a search in the order of its `sort`, those after `search_after` only, each with what it is sorted by.
 * Without a `sort`, as they were.
 */
export function sorted(
  hits: readonly Hit[],
  types: readonly Types[],
  sort: Json | undefined,
  after: Json | undefined,
): [Hit, Json[]?][] {
  const keys = keysOf(sort);
  for (const { field } of keys) for (const known of types) refuseUnsortable(field, known[field]);
  if (after !== undefined && listOf(after).length !== keys.length)
    throw allFailed(
      keys.length === 0
        ? 'Sort must contain at least one field.'
        : `search_after has ${listOf(after).length} value(s) but sort has ${keys.length}.`,
    );
  if (keys.length === 0) return hits.map((hit) => [hit]);
  const withValues = hits.map((hit): [Hit, Json[]] => [hit, keys.map((key) => sortValueOf(hit, key))]);
  const last =
    after === undefined ? undefined : listOf(after).map((value, at) => typedAs(withValues[0]?.[1][at], value));
  return withValues
    .filter(([, values]) => last === undefined || compareAll(values, last, keys) > 0)
    .sort(([, left], [, right]) => compareAll(left, right, keys));
}

/** `"n"`, `{ n: "desc" }`, `{ n: { order: "desc" } }`, a list of these, or `n:desc,m` in the query. */
function keysOf(sort: Json | undefined): Key[] {
  return listOf(sort).flatMap((one): Key[] => {
    if (typeof one === 'string')
      return one.split(',').map((part) => {
        const [field = '', order] = part.split(':');
        return { field, isDescending: order === 'desc' };
      });
    return Object.entries(isObject(one) ? one : {}).map(([field, how]) => ({
      field,
      isDescending: textOf(isObject(how) ? how.order : how) === 'desc',
    }));
  });
}

/** Of several values the least, or where it is descending the greatest; without one, what stands last. */
function sortValueOf({ document, types }: Hit, { field, isDescending }: Key): Json {
  const [first, ...others] = typedValues(document, field, types);
  if (first !== undefined)
    return others.reduce((best, one) => (compare(one, best) < 0 === isDescending ? best : one), first);
  const type = types[field] ?? '';
  if (decimalTypes.includes(type)) return isDescending ? '-Infinity' : 'Infinity';
  return (isWhole(type) ? (isDescending ? leastLong : greatestLong) : null) ?? null;
}

function refuseUnsortable(field: string, type: string | undefined): void {
  if (type === undefined)
    throw allFailed(`No mapping found for [${field}] in order to sort on`, 'query_shard_exception');
  if (type === 'text')
    throw allFailed(`Fielddata is disabled on [${field}]: text fields are not optimised for sorting`);
}

function isWhole(type: string | undefined): boolean {
  return wholeTypes.includes(type ?? '');
}

/** The fields of a document that `fields` names, as the mapping has them. */
export function fieldsOf({ document, types }: Hit, wanted: Json): JsonObject {
  const patterns = listOf(wanted).map((one) => textOf(isObject(one) ? one.field : one));
  return Object.fromEntries(
    Object.keys(types)
      .filter((name) => patterns.some((pattern) => matches(pattern, name)))
      .map((name): [string, Json[]] => [name, typedValues(document, name, types)])
      .filter(([, values]) => values.length > 0),
  );
}

/** The fields of a document; of a list, each value on its own. */
function leavesOf(value: Json, name = ''): [name: string, value: Json][] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => leavesOf(item, name));
  if (!isObject(value)) return [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, name === '' ? key : `${name}.${key}`));
}

export function valuesOf(document: JsonObject, field: string): Json[] {
  const value = field
    .replace(/\.keyword$/, '')
    .split('.')
    .reduce((at: Json | undefined, name) => (isObject(at) ? at[name] : undefined), document);
  return listOf(value);
}

/** The values of a field by its type: a long stays one where the document has it in quotes. */
function typedValues(document: JsonObject, field: string, types: Types): Json[] {
  return valuesOf(document, field).flatMap((value) => (value === null ? [] : [typed(value, types[field])]));
}

function typed(value: Json, type: string | undefined): Json {
  if (type === 'date' && typeof value === 'string' && !/^-?\d+$/.test(value)) return Date.parse(value);
  const isDecimal = decimalTypes.includes(type ?? '');
  const number = isNumber(value) ? (value as number | Exact) : numberIn(textOf(value));
  if (number === undefined || (!isWhole(type) && !isDecimal)) return value;
  if (isWhole(type)) return isWholeNumber(number) ? (number as Json) : Math.trunc(doubleOf(number));
  // As Java prints it.
  return isWholeLiteral(number) ? numberOf(`${literalOf(number)}.0`) : (number as Json);
}

function isWholeLiteral(number: number | Exact): boolean {
  return /^-?\d+$/.test(literalOf(number));
}

/** A value of `search_after` may be in quotes. */
function typedAs(like: Json | undefined, value: Json): Json {
  return isNumber(like) && typeof value === 'string' ? (numberIn(value) ?? value) : value;
}

function compareAll(left: readonly Json[], right: readonly Json[], keys: readonly Key[]): number {
  for (const [at, { isDescending }] of keys.entries()) {
    const [a, b] = [left[at] ?? null, right[at] ?? null];
    // What has no value stands last, whatever the order.
    if (a === null || b === null) {
      if (a === b) continue;
      return a === null ? 1 : -1;
    }
    const order = compare(a, b);
    if (order !== 0) return isDescending ? -order : order;
  }
  return 0;
}

function compare(left: Json, right: Json): number {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left as number | Exact, right as number | Exact);
  if (isNumber(left) || isNumber(right)) return Number(textOf(left)) - Number(textOf(right));
  const [a, b] = [textOf(left), textOf(right)];
  return a === b ? 0 : a < b ? -1 : 1;
}

function allFailed(reason: string, type = 'illegal_argument_exception'): Refusal {
  const root_cause = [{ type, reason }];
  return new Refusal(refused(400, 'search_phase_execution_exception', 'all shards failed', { root_cause }));
}
