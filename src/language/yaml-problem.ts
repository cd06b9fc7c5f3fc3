import { type Document, isAlias, isCollection, isScalar, type Node, visit } from 'yaml';
import type { DiagnosticCode } from '../text/index.ts';

/** What is wrong with a text as YAML: where, and what to do about it. */
export interface YamlProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help?: string;
  readonly start: number;
  readonly end: number;
}

/** Problems of a text that is YAML all the same: each has a cause of its own. */
const independent = ['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'];

/**
 * Returns what the parser has found, in the order of the text. After the first thing that is not YAML the parser guesses: what it
 * finds from there on follows from that.
 */
export function yamlProblems(document: Document.Parsed, text: string): YamlProblem[] {
  const found = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  const first = found.findIndex(({ code }) => !independent.includes(code));
  return (first < 0 ? found : found.slice(0, first + 1)).map(({ code, message, pos: [start, end] }) => {
    switch (code) {
      case 'DUPLICATE_KEY':
        return {
          code: 'duplicate-key',
          message: 'duplicate key in this mapping; the second would silently replace the first',
          start,
          end: endOfKey(text, start),
        };
      case 'TAG_RESOLVE_FAILED':
        return { code: 'custom-tag', message: `${message}; tags are not part of the language`, start, end };
      case 'MULTIPLE_DOCS':
        return { code: 'yaml', message: 'a second document begins here; a file contains one', start, end };
      default:
        return { code: 'yaml', ...explained(message, start, end, document, text) };
    }
  });
}

/** The parser marks the first character of a key. */
function endOfKey(text: string, start: number): number {
  const [key = ''] = /^[\w-]*/.exec(text.slice(start)) ?? [];
  return start + Math.max(1, key.length);
}

type Explained = Omit<YamlProblem, 'code'>;

/** What a person who has written the line has to know; what the parser says of it is about tokens. */
function explained(message: string, start: number, end: number, document: Document.Parsed, text: string): Explained {
  const opened = openedBefore(message, start, document);
  if (opened !== undefined) {
    const mark = text.charAt(opened);
    const name = mark === '"' || mark === "'" ? 'quote' : 'bracket';
    return {
      message: `this ${name} is not closed`,
      help: `Close it: ${closing[mark]}`,
      start: opened,
      end: opened + 1,
    };
  }
  const line = lineAt(text, start);
  return (
    templateIn(line) ??
    unquotedRange(message, line) ??
    misindented(message, line, text) ??
    withoutSeparator(message, line) ??
    unquotedColon(message, line) ??
    superfluous(message, start) ?? { message, start, end }
  );
}

const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", '{': '}', '[': ']' };

/** Returns where the quote or bracket stands that is never closed: the parser names the place where it gave up. */
function openedBefore(message: string, at: number, document: Document.Parsed): number | undefined {
  const isQuote = /^Missing closing ["']quote/.test(message);
  if (!isQuote && !/ end with a [\]}]$/.test(message)) return undefined;
  let opened: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) return;
      const [start, , end] = (node as Node).range ?? [0, 0, 0];
      const isKind = isQuote
        ? isScalar(node) && /^QUOTE/.test(node.type ?? '')
        : isCollection(node) && node.flow === true;
      if (isKind && start <= at && end >= at) opened = start;
    },
  });
  return opened;
}

interface Line {
  readonly start: number;
  readonly text: string;
}

/** Longer lines are not looked at: nobody has written them. */
const longest = 1_000;

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end < 0 ? text.length : end);
  return { start, text: line.length > longest ? '' : line.replace(/\r$/, '') };
}

/** A template that YAML takes for mappings: `index: {{inputs.index}}`. */
export function unquotedTemplate(text: string, offset: number): Omit<YamlProblem, 'code'> | undefined {
  return templateIn(lineAt(text, offset));
}

function templateIn({ start, text }: Line): Explained | undefined {
  const [, before = '', template] = /^([^"'#]*?[:,[{-]\s+)(\{\{.*?\}\}[^\s,}\]]*)/.exec(text) ?? [];
  if (template === undefined) return undefined;
  const at = start + before.length;
  return {
    message: 'a value that begins with a template stands in quotes; without them {{ begins a mapping',
    help: `Write "${template}"`,
    start: at,
    end: at + template.length,
  };
}

function unquotedRange(message: string, { start, text }: Line): Explained | undefined {
  if (!message.startsWith('Block scalar header')) return undefined;
  const value = /(?<=:\s+)[>|].*$/.exec(text);
  if (!value) return undefined;
  const at = start + value.index;
  return {
    message: 'a string that begins with > or | is put in quotes',
    help: `Write "${value[0].trimEnd()}"`,
    start: at,
    end: at + value[0].length,
  };
}

/** A line that is indented by a tab, or otherwise than those beside it. */
function misindented(message: string, { start, text }: Line, whole: string): Explained | undefined {
  const [indentation = ''] = /^\s*/.exec(text) ?? [];
  const tab = indentation.indexOf('\t');
  if (tab >= 0) {
    const at = start + tab;
    return { message: 'a tab in the indentation; YAML is indented with spaces', start: at, end: at + 1 };
  }
  const at = start + indentation.length;
  const end = start + text.trimEnd().length;
  if (
    /^-[^\s-]/.test(text.slice(indentation.length)) &&
    /must start at the same column|without - indicator/.test(message)
  )
    return { message: 'a space is missing after the dash', help: `Write - ${text.trim().slice(1)}`, start: at, end };
  if (!/must start at the same column|without - indicator|must be sufficiently indented/.test(message))
    return undefined;
  const before = whole.slice(0, start).split('\n').reverse();
  const above = before.find((one) => /^\s*[^\s#]/.test(one));
  const wanted = above === undefined ? 0 : (/^\s*(?:- )?/.exec(above)?.[0].length ?? 0);
  const spaces = (count: number) => `${count} space${count === 1 ? '' : 's'}`;
  return {
    message: `this line is indented by ${spaces(indentation.length)}, which is no level of the lines above it`,
    help: `Indent it as its neighbors are: the line above it begins after ${spaces(wanted)}.`,
    start: at,
    end,
  };
}

/** A key without its colon, or without the space behind that. */
function withoutSeparator(message: string, { start, text }: Line): Explained | undefined {
  if (!/^Implicit (?:map )?keys need to be/.test(message)) return undefined;
  const [, before = '', key, separator, value] = /^(\s*(?:- )?)([A-Za-z_][\w-]*)(:|\s+)(\S.*)$/.exec(text) ?? [];
  if (key === undefined || /:(\s|$)/.test(text.slice(before.length))) return undefined;
  return {
    message: separator === ':' ? 'a space is missing after the colon' : `a colon is missing after "${key}"`,
    help: `Write ${key}: ${value}`,
    start: start + before.length,
    end: start + text.trimEnd().length,
  };
}

function unquotedColon(message: string, { start, text }: Line): Explained | undefined {
  if (!message.startsWith('Nested mappings are not allowed')) return undefined;
  const [, before = '', value] = /^(\s*(?:- )?[^:]*:\s+)(\S.*:(?:\s.*)?)$/.exec(text) ?? [];
  if (value === undefined) return undefined;
  const at = start + before.length;
  return {
    message: 'a string with a colon and a space in it stands in quotes',
    help: `Write ${value.includes('"') ? `'${value.trimEnd().replaceAll("'", "''")}'` : `"${value.trimEnd()}"`}`,
    start: at,
    end: at + value.trimEnd().length,
  };
}

function superfluous(message: string, start: number): Explained | undefined {
  const [, mark] = /^Unexpected flow-(?:map|seq)-end token in YAML stream: "([\]}])"$/.exec(message) ?? [];
  return mark === undefined ? undefined : { message: `this ${mark} closes nothing`, start, end: start + 1 };
}
