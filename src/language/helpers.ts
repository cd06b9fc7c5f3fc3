import {
  isEqual,
  isExact,
  isNumber,
  isObject,
  isTooDeep,
  type Json,
  jsonText,
  mostLevels,
  parseJson,
  type Sentence,
  spanOf,
  textOf,
} from '../text/index.ts';

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
          ? { problem: (show) => `the separator must be a string, found ${show(separator)}` }
          : list.some((item) => typeof item === 'object' && !isExact(item))
            ? { problem: (show) => `the list has an item that is not a string or a number: ${show(list)}` }
            : { value: list.map(textOf).join(separator) },
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
  matching: {
    usage: 'matching LIST PATTERNS',
    arity: { least: 2, most: 2 },
    apply: (values) => filtered(values, (isMatch) => isMatch),
  },
  excluding: {
    usage: 'excluding LIST PATTERNS',
    arity: { least: 2, most: 2 },
    apply: (values) => filtered(values, (isMatch) => !isMatch),
  },
  total: {
    usage: 'total MAPPING KEYS',
    arity: { least: 2, most: 2 },
    apply: ([mapping, keys]) => {
      if (!isObject(mapping)) return { problem: (show) => `expected a mapping, found ${show(mapping)}` };
      if (!isList(keys)) return notAList(keys);
      const missing = keys.find((key) => typeof mapping[textOf(key)] !== 'number');
      if (missing !== undefined) return { problem: (show) => `no number under ${show(missing)}` };
      return { value: keys.reduce<number>((sum, key) => sum + (mapping[textOf(key)] as number), 0) };
    },
  },
  batches: {
    usage: 'batches LIST MOST_ITEMS MOST_CHARACTERS',
    arity: { least: 3, most: 3 },
    apply: ([list, items, characters]) =>
      !isList(list)
        ? notAList(list)
        : typeof items !== 'number' || typeof characters !== 'number' || items < 1 || characters < 1
          ? {
              problem: (show) =>
                `the limits must be numbers of at least 1, found ${show(items)} and ${show(characters)}`,
            }
          : { value: inBatches(list, items, characters) },
  },
  ms: {
    usage: 'ms DURATION',
    arity: { least: 1, most: 1 },
    apply: ([text]) => {
      const value = typeof text === 'string' ? spanOf(text) : undefined;
      return value !== undefined && Number.isSafeInteger(value)
        ? { value }
        : {
            problem: (show) => `expected a duration such as "30d", "12h", "90m", "45s" or "500ms", found ${show(text)}`,
          };
    },
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
  eq: {
    usage: 'eq VALUE OTHER',
    arity: { least: 2, most: 2 },
    apply: ([value = null, other = null]) => {
      const [one, two] = [typeOf(value), typeOf(other)];
      return one === two || value === null || other === null
        ? { value: isEqual(value, other) }
        : { problem: (show) => `a ${one} is never a ${two}: ${show(value)} and ${show(other)}` };
    },
  },
  empty: {
    usage: 'empty VALUE',
    arity: { least: 1, most: 1 },
    apply: ([value = null]) => {
      if (value === null || value === '') return { value: true };
      if (isList(value) || isObject(value)) return { value: Object.keys(value).length === 0 };
      return typeof value === 'string'
        ? { value: false }
        : { problem: (show) => `expected a list, mapping, string or null, found ${show(value)}` };
    },
  },
  choose: {
    usage: 'choose CONDITION VALUE OTHER',
    arity: { least: 3, most: 3 },
    apply: ([condition, value = null, other = null]) =>
      typeof condition === 'boolean'
        ? { value: condition ? value : other }
        : { problem: (show) => `the condition must be true or false, found ${show(condition)}` },
  },
  list: {
    usage: 'list ITEM…',
    arity: { least: 0, most: Number.POSITIVE_INFINITY },
    apply: (items) => ({ value: [...items] }),
  },
  json: {
    usage: 'json TEXT',
    arity: { least: 1, most: 1 },
    apply: ([text]) => {
      if (typeof text !== 'string') return { problem: (show) => `expected a string, found ${show(text)}` };
      try {
        const value = parseJson(text);
        return isTooDeep(value) ? { problem: () => `the text is nested deeper than ${mostLevels} levels` } : { value };
      } catch {
        return { problem: (show) => `${show(text)} is not valid JSON` };
      }
    },
  },
  concat: {
    usage: 'concat TEXT…',
    arity: { least: 1, most: Number.POSITIVE_INFINITY },
    apply: (items) =>
      items.some((item) => typeof item === 'object' && !isExact(item))
        ? { problem: () => 'a list, mapping or null is not a string' }
        : { value: items.map(textOf).join('') },
  },
};

/** The items that match one of the patterns, or that match none. */
function filtered(
  [list, patterns]: readonly (Json | undefined)[],
  isKept: (isMatch: boolean) => boolean,
): ReturnType<Helper['apply']> {
  if (!isList(list)) return notAList(list);
  if (!isList(patterns)) return notAList(patterns);
  return {
    value: list.filter((item) => isKept(patterns.some((pattern) => matchesWildcards(textOf(item), textOf(pattern))))),
  };
}

/** Returns whether a text is as a pattern says, in which `*` is any text and `?` any character. Takes linear time for each `*`. */
function matchesWildcards(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  /** Where the newest `*` stands, and up to where in the text it reaches so far. */
  let star = -1;
  let reach = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      reach = at;
    } else if (wanted === '?' || wanted === text[at]) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      at = ++reach;
      inPattern = star + 1;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** A list in its order as lists of at most so many items and characters of JSON; an item that is longer stands alone. */
function inBatches(list: readonly Json[], items: number, characters: number): Json[] {
  const batches: Json[][] = [];
  let length = 0;
  for (const item of list) {
    const own = jsonText(item).length;
    const last = batches.at(-1);
    if (last && last.length < items && length + own <= characters) {
      last.push(item);
      length += own;
    } else {
      batches.push([item]);
      length = own;
    }
  }
  return batches;
}

function typeOf(value: Json): string {
  if (isList(value)) return 'list';
  if (isNumber(value)) return 'number';
  return isObject(value) ? 'mapping' : typeof value;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function notAList(value: Json | undefined): { readonly problem: Sentence } {
  return { problem: (show) => `expected a list, found ${show(value)}` };
}
