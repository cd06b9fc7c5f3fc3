/** One way to read a text from one of its places. */
export interface Reading {
  /** Where what is read ends. */
  readonly end: number;
  /** What it spells: one character, which may be two code units. */
  readonly spelled: string;
  /** How many times it is encoded. */
  readonly depth: number;
}

/** Every way to read a text but the one that takes each character as it is, by the place where it begins. */
export type Readings = ReadonlyMap<number, readonly Reading[]>;

/** A text with more escapes, or places where one may begin, takes too long to read in every way. */
const mostEscapes = 100_000;

/** What was encoded so many times, each time in any way, is still read. */
const deepest = 3;

/**
 * Returns where a text may spell another character than the one that stands there: percent-encoded, escaped for JSON or
 * HTML, or several of these one after the other, as in `%5Cu0026amp%3B`. Nothing is decoded for good: what is no escape to
 * its writer (`%41` after a stray `%`) is only one more way to read the same place. So no spelling hides another one.
 * @returns Undefined where there are too many of them.
 */
export function readingsOf(text: string): Readings | undefined {
  const readings = new Map<number, readonly Reading[]>();
  const reader: Reader = {
    charactersAt: (at) => [
      ...(at < text.length ? [{ end: at + 1, spelled: text.charAt(at), depth: 0 }] : []),
      ...(readings.get(at) ?? []),
    ],
    bytes: new Map(),
  };
  const places: number[] = [];
  for (const { index } of text.matchAll(/[%&\\+]/g)) if (places.push(index) > mostEscapes) return undefined;
  let left = mostEscapes;
  // From the end: what an escape is made of may be escaped itself.
  for (const at of places.reverse()) {
    const found = [{ end: at + 1, spelled: text.charAt(at), depth: 0 }];
    for (const introducer of found)
      for (const { end, spelled, depth } of escapesAfter(introducer, at, reader)) {
        const isKnown = found.some((one) => one.end === end && one.spelled === spelled && one.depth <= depth + 1);
        if (depth < deepest && !isKnown) found.push({ end, spelled, depth: depth + 1 });
      }
    if (found.length === 1) continue;
    readings.set(at, found.slice(1));
    left -= found.length;
    if (left < 0) return undefined;
  }
  return readings;
}

interface Reader {
  readonly charactersAt: (at: number) => readonly Reading[];
  /** Percent-encoded bytes that are no ASCII, each as the character of that code. */
  readonly bytes: Map<number, readonly Reading[]>;
}

/** The escapes that one reading of a place begins; their depth is that of what they are made of. */
function escapesAfter(introducer: Reading, at: number, reader: Reader): Reading[] {
  switch (introducer.spelled) {
    case '+':
      return [{ ...introducer, spelled: ' ' }];
    case '%':
      return percentAfter(introducer, at, reader);
    case '\\':
      return backslashAfter(introducer, reader);
    case '&':
      return entitiesAfter(introducer, reader);
    default:
      return [];
  }
}

const hex = /^[\da-f]$/i;

/** A reading that goes on with so many characters of a class; `spelled` is these characters only. */
function following(from: Reading, count: number, allowed: RegExp, { charactersAt }: Reader): Reading[] {
  let found = [{ ...from, spelled: '' }];
  for (let length = 0; length < count; length++) found = found.flatMap((one) => extended(one, allowed, charactersAt));
  return found;
}

function extended(from: Reading, allowed: RegExp, charactersAt: Reader['charactersAt']): Reading[] {
  return charactersAt(from.end)
    .filter(({ spelled }) => allowed.test(spelled))
    .map(({ end, spelled, depth }) => ({
      end,
      spelled: from.spelled + spelled,
      depth: Math.max(from.depth, depth),
    }));
}

/** What hexadecimal digits name as a UTF-16 code unit. */
function unitOf(reading: Reading): Reading {
  return { ...reading, spelled: String.fromCharCode(Number.parseInt(reading.spelled, 16)) };
}

/** `%41`, `%C3%A9`; as older writers have it, `%E9` and `%u00e9`. */
function percentAfter(introducer: Reading, at: number, reader: Reader): Reading[] {
  const units = following(introducer, 2, hex, reader).map(unitOf);
  const bytes = units.filter(({ spelled }) => spelled > '\x7f');
  reader.bytes.set(at, [...(reader.bytes.get(at) ?? []), ...bytes]);
  const long = following(introducer, 1, /^u$/i, reader).flatMap((letter) => following(letter, 4, hex, reader));
  return [...units, ...bytes.flatMap((byte) => charactersOfUtf8(byte, reader)), ...long.map(unitOf)];
}

function charactersOfUtf8(first: Reading, { bytes }: Reader): Reading[] {
  const lead = first.spelled.charCodeAt(0);
  const count = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
  if (count === 0) return [];
  let found = [{ ...first, code: lead & (0x3f >> count) }];
  for (let length = 0; length < count; length++)
    found = found.flatMap((one) =>
      (bytes.get(one.end) ?? [])
        .filter(({ spelled }) => spelled < '\xc0')
        .map(({ end, spelled, depth }) => ({
          ...{ end, spelled, depth: Math.max(one.depth, depth) },
          code: (one.code << 6) | (spelled.charCodeAt(0) & 0x3f),
        })),
    );
  return found.flatMap(({ code, ...reading }) => spelling(reading, code));
}

function spelling(reading: Reading, code: number): Reading[] {
  return code <= 0x10ffff ? [{ ...reading, spelled: String.fromCodePoint(code) }] : [];
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** `\n`, `\"`, `\/`, `\u00e9`; `\'` and `\xe9` of other languages. */
function backslashAfter(introducer: Reading, reader: Reader): Reading[] {
  return following(introducer, 1, /^["'\\/bfnrtux]$/i, reader).flatMap((letter) => {
    if (letter.spelled === 'u') return following(letter, 4, hex, reader).map(unitOf);
    if (letter.spelled === 'x') return following(letter, 2, hex, reader).map(unitOf);
    return [{ ...letter, spelled: escapes[letter.spelled] ?? letter.spelled }];
  });
}

/** Longer ones nobody writes: `&#x0001f600;`. */
const longestEntity = 10;

/** `&#39;`, `&#x27;`, `&apos;`. */
function entitiesAfter(introducer: Reading, reader: Reader): Reading[] {
  const complete: Reading[] = [];
  let found: Reading[] = [{ ...introducer, spelled: '' }];
  for (let length = 1; length <= longestEntity && found.length > 0; length++) {
    found = found.flatMap((one) => extended(one, /^[#\da-z]$/i, reader.charactersAt));
    for (const one of found)
      for (const end of extended(one, /^;$/, reader.charactersAt)) complete.push(...entity(one.spelled, end));
  }
  return complete;
}

function entity(name: string, reading: Reading): Reading[] {
  const [, x = '', digits] = /^#(x?)([\da-f]+)$/i.exec(name) ?? [];
  if (digits !== undefined) return spelling(reading, x === '' ? Number(digits) : Number.parseInt(digits, 16));
  const spelled = named.get(name);
  return spelled === undefined ? [] : [{ ...reading, spelled }];
}

/** The names that HTML has for the characters of ASCII and Latin-1. */
const named: ReadonlyMap<string, string> = new Map([
  ...namesFrom(
    0x21,
    `excl quot num dollar percnt amp apos lpar rpar ast plus comma - period sol
    - - - - - - - - - - colon semi lt equals gt quest commat`,
  ),
  ...namesFrom(0x5b, 'lsqb bsol rsqb Hat lowbar grave'),
  ...namesFrom(0x5b, 'lbrack - rbrack - UnderBar DiacriticalGrave'),
  ...namesFrom(0x7b, 'lcub verbar rcub'),
  ...namesFrom(0x7b, 'lbrace vert rbrace'),
  ...namesFrom(0x09, 'Tab NewLine'),
  ...namesFrom(0x2a, 'midast'),
  ...namesFrom(0x7c, 'VerticalLine'),
  ...namesFrom(
    0xa0,
    `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para
    middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute
    Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml
    Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml
    eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`,
  ),
  ...namesFrom(0x22, 'QUOT'),
  ...namesFrom(0x26, 'AMP'),
  ...namesFrom(0x3c, 'LT - GT'),
]);

/** Names of the characters from a code on; `-` for one that has none. */
function namesFrom(first: number, names: string): [name: string, character: string][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name, index): [string, string] => [name, String.fromCharCode(first + index)])
    .filter(([name]) => name !== '-');
}
