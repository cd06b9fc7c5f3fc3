import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  visit,
  YAMLParseError,
} from 'yaml';
import {
  type Checked,
  type Diagnostic,
  type DiagnosticCode,
  isObject,
  type Json,
  keyInside,
  numberIn,
  type Position,
  type Range,
  utf8Of,
  withDoubles,
} from '../text/index.ts';
import { plainYaml } from './plain-yaml.ts';
import { misplacedTemplates } from './template-keys.ts';
import { unquotedTemplate, yamlProblems } from './yaml-problem.ts';

/** Files over this size are refused: a runbook is written by people. */
export const maximumBytes = 5_000_000;
/** How many times anchors may be repeated by aliases; more is a billion-laughs file. */
const maximumAliases = 100;
const maximumDepth = 100;

/** A path into a document: keys and indices from the root. */
export type Path = readonly (string | number)[];

/** One YAML file: its text, its value, and where each part of the value stands. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  readonly value: Json;
  /** The value with a double for each number: the schema checks it. */
  readonly doubles: Json;
  /** Returns where the value at a path stands; the nearest enclosing value where there is nothing at it. */
  rangeOf(path: Path): Range;
  /** Returns where the value at a path begins, in less time than its range takes. */
  startOf(path: Path): Position;
  /** Returns where the key of the value at a path stands. */
  keyRangeOf(path: Path): Range;
  /** A part of the scalar at a path: where `snippet`, the n-th of its kind (from 0), stands in the text. */
  rangeWithin(path: Path, snippet: string, occurrence?: number): Range;
}

/**
 * YAML 1.2 core text → document. No custom tags, no merge keys, aliases bounded, a duplicate key is an error, one document a file,
 * keys are texts, numbers are numbers that JSON has. Every problem that the parser finds is a diagnostic.
 */
export function parseSource(file: string, text: string): Checked<SourceDocument> {
  if (text.length > maximumBytes || utf8Of(text).length > maximumBytes) {
    return failure(file, 'file-too-large', `the file is larger than ${maximumBytes / 1_000_000} MB`, {
      help: 'A runbook is written by people: split it into fragments.',
    });
  }
  const plain = plainYaml(text);
  if (!plain) return parseWhole(file, text);
  const doubles = plain.hasExact ? withDoubles(plain.value) : plain.value;
  const startOf = (path: Path) => {
    const key = path.at(-1);
    const parent = valueAtPath(plain.value, path.slice(0, -1)) as object;
    const alias = key === undefined ? undefined : plain.aliases.get(parent)?.get(key);
    return alias ?? plain.starts.get(valueAtPath(plain.value, path) as object);
  };
  const document = sourceDocument(file, text, plain.value, () => keptDocument(text), startOf);
  return withoutMisplacedTemplates({ ...document, doubles }, plain.hasTemplateKeys);
}

/** As `parseSource`, of a text of any size: by the parser that knows where everything stands and what is wrong with it. */
export function parseWhole(file: string, text: string): Checked<SourceDocument> {
  let document: Document.Parsed;
  try {
    document = documentIn(text);
  } catch (error) {
    if (error instanceof TooDeep) {
      const range = rangesIn(text)(error.offset, error.offset);
      return failure(file, 'nested-too-deep', error.message, { range });
    }
    throw error;
  }
  const rangeAt = rangesIn(text);
  const diagnostics = yamlProblems(document, text).map(
    ({ start, end, ...problem }): Diagnostic => ({ ...problem, severity: 'error', file, range: rangeAt(start, end) }),
  );
  if (diagnostics.length === 0) diagnostics.push(...unsuitableNodes(document, file, text, rangeAt));
  const hasExact = diagnostics.length === 0 && keepNumbers(document);
  if (diagnostics.length > 0) return { diagnostics };
  let value: Json;
  try {
    value = (document.toJS({ maxAliasCount: maximumAliases }) ?? null) as Json;
  } catch (error) {
    return failure(file, 'aliases', `aliases: ${error instanceof Error ? error.message : String(error)}`, {
      help: `At most ${maximumAliases} repetitions, and none of itself.`,
      range: rangeAt(...firstAlias(document)),
    });
  }
  const doubles = hasExact ? withDoubles(value) : value;
  return withoutMisplacedTemplates(
    { ...sourceDocument(file, text, value, () => document), doubles },
    text.includes('{{'),
  );
}

/** @param mayHave There is a key with a template, or there may be. */
function withoutMisplacedTemplates(source: SourceDocument, mayHave: boolean): Checked<SourceDocument> {
  const misplaced = mayHave ? misplacedTemplates(source.value) : [];
  if (misplaced.length === 0) return { value: source, diagnostics: [] };
  const diagnostics = misplaced.map(
    (path): Diagnostic => ({
      code: 'template-in-key',
      severity: 'error',
      message:
        'a template in a key; only the keys of a body or of ndjson may hold one, so that no value changes the shape of the document',
      file: source.file,
      range: source.keyRangeOf(path),
      ...(isOfConditions(path)
        ? { help: 'This key is JMESPath. Names are variables there: $inputs.NAME, $steps.ID.NAME, $item.' }
        : {}),
    }),
  );
  return { diagnostics };
}

/** Returns where the first alias of a document begins and ends. */
function firstAlias(document: Document.Parsed): [number, number] {
  let found: [number, number] = [0, 0];
  visit(document, {
    Alias(_key, { range }) {
      found = [range?.[0] ?? 0, range?.[1] ?? 0];
      return visit.BREAK;
    },
  });
  return found;
}

/** Returns what tells where a part of a text stands. */
function rangesIn(text: string): (start: number, end: number) => Range {
  let lines: LineCounter | undefined;
  const positionOf = (offset: number): Position => {
    if (!lines) {
      lines = new LineCounter();
      for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
    }
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), offset };
  };
  return (start, end) => ({ start: positionOf(start), end: positionOf(Math.max(start, end)) });
}

function failure(
  file: string,
  code: DiagnosticCode,
  message: string,
  more: Pick<Diagnostic, 'help' | 'range'>,
): Checked<never> {
  return { diagnostics: [{ code, severity: 'error', message, file, ...more }] };
}

class TooDeep extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(`nested more than ${maximumDepth} levels deep`);
    this.offset = offset;
  }
}

/** The first document of a text; that there is another one is among its errors. As the library's `parseDocument`, with a bound. */
function documentIn(text: string): Document.Parsed {
  const composer = new Composer<ParsedNode, true>({ version: '1.2', schema: 'core', uniqueKeys: true });
  const [document, second] = composer.compose(tokensIn(text), true, text.length);
  if (!document) throw new TypeError('every text has a document');
  if (second) {
    const [start, end] = second.range;
    document.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', ''));
  }
  return document;
}

/**
 * The tokens of a text. That it is nested too deeply is found before anything is composed of them: what composes and visits nodes
 * recurses, and a stack that overflows there can end the process, not only the parsing.
 */
function* tokensIn(text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    offset += lexeme.length;
    if (parser.stack.length > maximumDepth) throw new TooDeep(offset - 1);
  }
  yield* parser.end();
}

/**
 * Keeps each number that a double does not reprint as it is written, and each key that looks like one of those apart from them.
 * @returns Whether there is such a number.
 */
function keepNumbers(document: Document.Parsed): boolean {
  let hasExact = false;
  visit(document, {
    Scalar(key, node) {
      if (key === 'key') {
        if (typeof node.value === 'string') node.value = keyInside(node.value);
      } else if (typeof node.value === 'number' && node.source !== undefined) {
        const number = numberIn(node.source) ?? node.value;
        node.value = number;
        hasExact ||= typeof number !== 'number';
      }
    },
  });
  return hasExact;
}

/** A text that is known to be right, with its numbers and keys as they are in its value. */
function keptDocument(text: string): Document.Parsed {
  const document = documentIn(text);
  keepNumbers(document);
  return document;
}

/** Returns what YAML allows and JSON or this language does not: keys that are not strings, merge keys, infinities. */
function unsuitableNodes(
  document: Document.Parsed,
  file: string,
  text: string,
  rangeAt: (start: number, end: number) => Range,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (node: Node, code: DiagnosticCode, message: string, help?: string) =>
    found.push({
      code,
      severity: 'error',
      message,
      file,
      range: rangeAt(node.range?.[0] ?? 0, node.range?.[1] ?? 0),
      ...(help ? { help } : {}),
    });
  visit(document, {
    Pair(_key, pair) {
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') {
        const node = isNode(pair.key) ? pair.key : undefined;
        const template = isMap(node) && node.flow ? unquotedTemplate(text, node.range?.[0] ?? 0) : undefined;
        if (template) {
          const { message, help, start, end } = template;
          found.push({
            code: 'yaml',
            severity: 'error',
            message,
            file,
            range: rangeAt(start, end),
            ...(help ? { help } : {}),
          });
          return visit.SKIP;
        }
        if (node)
          report(node, 'key', `a key must be a string; put ${text.slice(node.range?.[0], node.range?.[1])} in quotes`);
      } else if (pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        report(
          pair.key,
          'merge-key',
          'a merge key; it is not part of YAML 1.2, and would be a key that is called <<',
          'Write the keys out, or repeat a whole value with an anchor and an alias: &name, *name. A key of this name is put in quotes: "<<".',
        );
      }
      return undefined;
    },
    Alias(_key, node, ancestors) {
      const target = node.resolve(document);
      if (!target)
        report(
          node,
          'aliases',
          `no anchor &${node.source} before this alias`,
          `An alias repeats the value of an anchor above it. A string that begins with * is put in quotes: "*${node.source}".`,
        );
      else if (ancestors.includes(target)) report(node, 'aliases', `${node.source} contains itself`);
    },
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'number') return;
      if (numberIn(node.source ?? '') === undefined) report(node, 'number', `${node.source} is not a number in JSON`);
    },
  });
  return found;
}

/** Returns whether a key is that of a condition over a response. */
function isOfConditions(path: Path): boolean {
  const [outer, inner] = path.slice(-3, -1);
  return inner === 'until' || (outer === 'expect' && inner === 'body');
}

/**
 * @param parse Gives the document, when a range is first asked for.
 * @param startOf Where the value at a path begins, as far as that is known without it.
 */
function sourceDocument(
  file: string,
  text: string,
  value: Json,
  parse: () => Document.Parsed,
  startOf: (path: Path) => number | undefined = () => undefined,
): Omit<SourceDocument, 'doubles'> {
  const rangeAt = rangesIn(text);
  let parsed: Document.Parsed | undefined;
  const whole = () => {
    parsed ??= parse();
    return parsed;
  };
  const rangeOfNode = (node: Node | undefined): Range => {
    const [start, end] = node?.range ?? [0, 0];
    return rangeAt(start, trimmedEnd(text, start, end));
  };
  const find = (path: Path): { node: Node | undefined; key: Node | undefined } => {
    const document = whole();
    let node: Node | undefined = document.contents ?? undefined;
    let key: Node | undefined;
    for (const segment of path) {
      if (isAlias(node)) node = node.resolve(document);
      let next: Node | undefined;
      if (isMap(node)) {
        const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === segment);
        if (!pair) break;
        key = isNode(pair.key) ? pair.key : undefined;
        next = isNode(pair.value) ? pair.value : key;
      } else if (isSeq(node)) {
        const item: unknown = node.items[Number(segment)];
        if (!isNode(item)) break;
        next = item;
        key = undefined;
      } else break;
      node = next;
    }
    return { node, key };
  };
  return {
    file,
    text,
    value,
    rangeOf: (path) => rangeOfNode(find(path).node),
    startOf: (path) => {
      const start = startOf(path);
      return start === undefined ? rangeOfNode(find(path).node).start : rangeAt(start, start).start;
    },
    keyRangeOf: (path) => {
      const { key, node } = find(path);
      return rangeOfNode(key ?? node);
    },
    rangeWithin: (path, snippet, occurrence = 0) => {
      const { node } = find(path);
      const [start, end] = node?.range ?? [0, 0];
      let at = start - 1;
      for (let index = 0; index <= occurrence; index++) at = text.indexOf(snippet, at + 1);
      return at >= start && at < end ? rangeAt(at, at + snippet.length) : rangeOfNode(node);
    },
  };
}

/** Returns the value at a path; undefined where there is none. */
export function valueAtPath(value: Json, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const segment of path) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(segment)];
    else here = isObject(here) && Object.hasOwn(here, segment) ? (here[segment] as Json) : undefined;
  }
  return here;
}

/** A collection's range runs up to the next token; a caret should not. */
function trimmedEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && /\s/.test(text.charAt(last - 1))) last--;
  return last;
}
