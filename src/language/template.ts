import Handlebars from 'handlebars';
import {
  type DiagnosticCode,
  didYouMean,
  isExact,
  isObject,
  type Json,
  type JsonObject,
  keyInside,
  literalOf,
  numberIn,
  replaceItems,
  replaceMembers,
  textOf,
} from '../text/index.ts';
import {
  type Expression,
  type Lookup,
  type PathExpression,
  pathsIn,
  printExpression,
  type Root,
  resolve,
  roots,
  TemplateError,
} from './expression.ts';
import { helpers } from './helpers.ts';
import { plainTemplate } from './plain-template.ts';

/** One scalar: texts and expressions in turn. Nothing but one expression keeps that expression's type. */
export interface Template {
  readonly parts: readonly (string | Expression)[];
}

/** What is wrong with a template, and the piece of it that is: a snippet and the how-manieth of its kind. */
export interface TemplateProblem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly snippet: string;
  readonly occurrence: number;
  /** The name that nothing has, where that is what is wrong. */
  readonly name?: string;
}

/**
 * Text → template, by Handlebars' own grammar. Only values are computed: blocks (`{{#if}}`), partials, `{{{x}}}`,
 * `this`, `../` and `@data` are no part of the language; `\{{` stands for the braces themselves.
 */
export function parseTemplate(
  text: string,
): { readonly template: Template } | { readonly problems: readonly TemplateProblem[] } {
  if (!text.includes('{{')) return { template: { parts: text === '' ? [] : [text] } };
  const known = parsed.get(text);
  if (known) return { template: known };
  const plain = plainTemplate(text);
  const result = plain ? { template: { parts: plain } } : parseByHandlebars(text);
  if ('template' in result) {
    if (parsed.size >= mostParsed) parsed.clear();
    parsed.set(text, result.template);
  }
  return result;
}

/** Templates that were parsed already: several rules look at each, and a run evaluates the same ones with each poll. */
const parsed = new Map<string, Template>();
const mostParsed = 20_000;

/** As `parseTemplate`, for any template. */
export function parseByHandlebars(text: string): ReturnType<typeof parseTemplate> {
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(text);
  } catch {
    return { problems: [syntaxProblem(text)] };
  }
  const problems: TemplateProblem[] = [];
  const seen = new Map<string, number>();
  const parts = program.body.map((statement) => {
    const snippet = sourceOf(text, statement.loc);
    const occurrence = seen.get(snippet) ?? 0;
    seen.set(snippet, occurrence + 1);
    if (statement.type === 'ContentStatement') return (statement as hbs.AST.ContentStatement).value;
    const report: Report = (code, message, name) => {
      problems.push({ code, message, snippet, occurrence, ...(name === undefined ? {} : { name }) });
      return { kind: 'literal', value: null };
    };
    if (
      statement.type !== 'MustacheStatement' ||
      !(statement as hbs.AST.MustacheStatement).escaped ||
      /^\{\{[~&]|~\}\}$/.test(snippet)
    ) {
      return report(
        'template-syntax',
        `${snippet} is not part of the language; a template computes one value, {{name}} or {{helper name …}}`,
      );
    }
    return expressionOf(statement as hbs.AST.MustacheStatement, text, report);
  });
  return problems.length > 0 ? { problems } : { template: { parts: merged(parts) } };
}

/** A template that was checked before: a problem in it is a bug. */
export function templateOf(text: string): Template {
  const result = parseTemplate(text);
  if ('problems' in result) throw new TemplateError(result.problems[0]?.message ?? text);
  return result.template;
}

/** An expression without braces, as keys of `when` have it: `inputs.deployment`, `length steps.find.names`. */
export function parseExpression(text: string): ReturnType<typeof parseTemplate> {
  if (text.includes('{') || text.includes('}')) {
    return {
      problems: [
        {
          code: 'template-syntax',
          message: `"${text}": expected an expression without braces`,
          snippet: text,
          occurrence: 0,
        },
      ],
    };
  }
  const result = parseTemplate(`{{${text}}}`);
  return 'problems' in result
    ? { problems: result.problems.map((problem) => ({ ...problem, snippet: text })) }
    : result;
}

export function expressionOfKey(text: string): Expression {
  const [part] = templateOf(`{{${text}}}`).parts;
  if (part === undefined || typeof part === 'string') throw new TemplateError(`"${text}" is not an expression`);
  return part;
}

/** Resolves what the lookup knows; the rest stays. */
export function resolveTemplate(template: Template, lookup: Lookup): Template {
  const parts = template.parts.map((part) => (typeof part === 'string' ? part : resolve(part, lookup)));
  if (isWhole(template)) return { parts };
  return {
    parts: merged(
      parts.map((part) => (typeof part === 'string' || part.kind !== 'literal' ? part : asText(part.value))),
    ),
  };
}

/** The value of a template that is resolved, or undefined where something is left that only the run knows. */
export function knownValue(template: Template): { readonly value: Json } | undefined {
  const [first] = template.parts;
  if (first === undefined) return { value: '' };
  if (template.parts.length > 1) return undefined;
  if (typeof first === 'string') return { value: first };
  return first.kind === 'literal' ? { value: first.value } : undefined;
}

/**
 * A template's canonical text: parsing it gives the same template. Braces that are meant as braces become `{{"{{"}}`,
 * so that a value which looks like a template stays a value wherever the text is read again.
 */
export function printTemplate(template: Template): string {
  return template.parts
    .map((part, index) => {
      if (typeof part !== 'string') return `{{${printExpression(part)}}}`;
      const isAfterExpression = index > 0;
      const isBeforeExpression = index < template.parts.length - 1;
      return quoted(part, isAfterExpression, isBeforeExpression);
    })
    .join('');
}

/** A value in which every text is a template → the same value resolved as far as the lookup knows, in canonical text. */
export function resolveValue(value: Json, lookup: Lookup): Json {
  return mapTexts(
    value,
    (text) => {
      if (!text.includes('{{')) return text;
      const resolved = resolveTemplate(templateOf(text), lookup);
      const [first] = resolved.parts;
      if (resolved.parts.length === 1 && typeof first === 'object') return unresolvedValue(first);
      const known = knownValue(resolved);
      return known ? literalValue(known.value) : printTemplate(resolved);
    },
    (key) => {
      const resolved = resolveTemplate(templateOf(key), lookup);
      const known = knownValue(resolved);
      return known ? quoted(keyOf(known.value), false, false) : printTemplate(resolved);
    },
  );
}

/** An expression as a value in which every text is a template: a mapping stays one, with a template for what is not known. */
function unresolvedValue(expression: Expression): Json {
  switch (expression.kind) {
    case 'literal':
      return literalValue(expression.value);
    case 'mapping':
      return Object.fromEntries(
        Object.entries(expression.members).map(([name, member]) => [
          quoted(name, false, false),
          unresolvedValue(member),
        ]),
      );
    case 'path':
    case 'call':
      return printTemplate({ parts: [expression] });
  }
}

/** A value in which every text is a template, evaluated; throws `TemplateError` where the lookup does not know a name. */
export function evaluateValue(value: Json, lookup: Lookup): Json {
  const evaluated = (text: string): Json => {
    if (!text.includes('{{')) return text;
    const known = knownValue(resolveTemplate(templateOf(text), lookup));
    if (!known) throw new TemplateError(`${text} is not known yet`);
    return known.value;
  };
  return mapTexts(value, evaluated, (key) => keyOf(evaluated(key)));
}

/** A text for people with what the lookup knows: a list or mapping stands in it as JSON. It throws where a name has no value. */
export function evaluateText(text: string, lookup: Lookup): string {
  const shown = templateOf(text).parts.map((part) => {
    if (typeof part === 'string') return part;
    const resolved = resolve(part, lookup);
    if (resolved.kind !== 'literal') throw new TemplateError(`${text} is not known yet`);
    return textOf(resolved.value);
  });
  return shown.join('');
}

/** A value as it must stand where texts are read as templates. */
export function literalValue(value: Json): Json {
  const literal = (text: string) => quoted(text, false, false);
  return mapTexts(value, literal, literal);
}

export function templatePaths(template: Template): PathExpression[] {
  return template.parts.flatMap((part) => (typeof part === 'string' ? [] : pathsIn(part)));
}

/** A resolved part of a text as text; a list or mapping has none. */
export function asText(value: Json): string {
  if (isExact(value)) return literalOf(value);
  if (value === null || typeof value === 'object') {
    throw new TemplateError(
      (show) => `${show(value)} inside a string; use join for a list, or let the template stand alone to keep its type`,
    );
  }
  return String(value);
}

export function isWhole(template: Template): boolean {
  return template.parts.length === 1 && typeof template.parts[0] !== 'string';
}

/** Returns whether a text is nothing but one expression; true where it cannot be parsed, which has its own message. */
export function isOneExpression(text: string): boolean {
  const result = parseTemplate(text);
  return 'problems' in result || isWhole(result.template);
}

/** @param mapKey Of each key in which a template may stand. */
function mapTexts(value: Json, map: (text: string) => Json, mapKey: (key: string) => string): Json {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return replaceItems(value, (item) => mapTexts(item, map, mapKey));
  if (!isObject(value)) return value;
  if (!Object.keys(value).some((key) => key.includes('{{')))
    return replaceMembers(value, (item) => mapTexts(item, map, mapKey));
  const keys = new Set<string>();
  const members = Object.entries(value as JsonObject).map(([key, item]): [string, Json] => {
    const mapped = key.includes('{{') ? mapKey(key) : key;
    if (keys.has(mapped)) throw new TemplateError((show) => `two keys of one mapping are ${show(mapped)}`);
    keys.add(mapped);
    return [mapped, mapTexts(item, map, mapKey)];
  });
  return Object.fromEntries(members);
}

/** A value as a key. That it looks like a number which is kept exactly makes it none. */
function keyOf(value: Json): string {
  if (!isExact(value) && (value === null || typeof value === 'object'))
    throw new TemplateError((show) => `${show(value)} as a key; a key is a string`);
  const text = asText(value);
  if (text === '') throw new TemplateError('a key of a body becomes empty');
  return keyInside(text);
}

/** Neighbouring texts become one, empty ones go. */
function merged(parts: readonly (string | Expression)[]): (string | Expression)[] {
  const result: (string | Expression)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    // A text literal from the canonical form, {{"{{"}}, is text again.
    else if (
      typeof part !== 'string' &&
      part.kind === 'literal' &&
      typeof part.value === 'string' &&
      parts.length > 1
    ) {
      if (typeof last === 'string') result[result.length - 1] = last + part.value;
      else result.push(part.value);
    } else result.push(part);
  }
  return result;
}

function quoted(text: string, isAfterExpression: boolean, isBeforeExpression: boolean): string {
  const braces = (run: string) => `{{"${run}"}}`;
  // Every run of two or more opening braces, one that touches the expression behind, closing ones that touch the one before.
  let result = '';
  let rest = text;
  if (isAfterExpression) {
    const [closing] = /^\}*/.exec(rest) ?? [''];
    result += closing ? braces(closing) : '';
    rest = rest.slice(closing.length);
  }
  const pattern = /(\\*)(\{\{+|\{$)(\}*)/g;
  let from = 0;
  for (const match of rest.matchAll(pattern)) {
    const [whole, slashes = '', opening = '', closing = ''] = match;
    if (opening === '{' && !isBeforeExpression) continue;
    // A backslash before braces would escape them: Handlebars reads n + 1 of them as n.
    result += rest.slice(from, match.index) + (slashes ? `${slashes}\\` : '') + braces(opening + closing);
    from = match.index + whole.length;
  }
  const tail = rest.slice(from);
  const [trailing] = isBeforeExpression ? (/\\*$/.exec(tail) ?? ['']) : [''];
  return result + tail + (trailing ? '\\' : '');
}

function sourceOf(text: string, loc: hbs.AST.SourceLocation): string {
  const lines = text.split('\n');
  const offset = (position: hbs.AST.Position) =>
    lines.slice(0, position.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + position.column;
  return text.slice(offset(loc.start), offset(loc.end));
}

/** Handlebars names a line, not the expression: the first pair of braces that does not parse alone is the one. */
function syntaxProblem(text: string): TemplateProblem {
  const seen = new Map<string, number>();
  for (const [snippet] of text.matchAll(/\{\{(?:(?!\}\}|\{\{).)*(?:\}\}+)?/gs)) {
    const occurrence = seen.get(snippet) ?? 0;
    seen.set(snippet, occurrence + 1);
    try {
      Handlebars.parse(snippet);
    } catch {
      const message = snippet.endsWith('}}')
        ? `${snippet} is not an expression${snippet.includes('|') ? '; a helper stands before its value: {{helper value}}' : ''}`
        : `${snippet} is not closed; "}}" is missing`;
      return { code: 'template-syntax', message, snippet, occurrence };
    }
  }
  return { code: 'template-syntax', message: 'the template cannot be parsed', snippet: text, occurrence: 0 };
}

type Report = (code: DiagnosticCode, message: string, name?: string) => Expression;

function expressionOf(
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  text: string,
  report: Report,
): Expression {
  if (node.hash) return report('template-syntax', 'helpers take no name=value arguments');
  const isCall = node.params.length > 0 || node.type === 'SubExpression';
  if (!isCall) return argumentOf(node.path as hbs.AST.Expression, text, report);
  const name = (node.path as hbs.AST.PathExpression).original;
  const helper = typeof name === 'string' && Object.hasOwn(helpers, name) ? helpers[name] : undefined;
  if (!helper)
    return report(
      'template-unknown-helper',
      `unknown helper "${name}"${didYouMean(String(name), Object.keys(helpers))}`,
    );
  if (node.params.length < helper.arity.least || node.params.length > helper.arity.most) {
    return report(
      'template-arguments',
      `"${name}" is called as {{${helper.usage}}}, found ${node.params.length} argument${node.params.length === 1 ? '' : 's'}`,
    );
  }
  return { kind: 'call', helper: name, arguments: node.params.map((parameter) => argumentOf(parameter, text, report)) };
}

/** @param text The text that the node was parsed from: Handlebars itself rounds a number. */
function argumentOf(node: hbs.AST.Expression, text: string, report: Report): Expression {
  switch (node.type) {
    case 'NumberLiteral':
      return { kind: 'literal', value: numberIn(sourceOf(text, node.loc)) ?? (node as hbs.AST.NumberLiteral).value };
    case 'StringLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: (node as hbs.AST.StringLiteral).value };
    case 'NullLiteral':
      return { kind: 'literal', value: null };
    case 'SubExpression':
      return expressionOf(node as hbs.AST.SubExpression, text, report);
    case 'PathExpression':
      return pathOf(node as hbs.AST.PathExpression, report);
    default:
      return report('template-syntax', `${node.type} is not part of the language`);
  }
}

function pathOf(node: hbs.AST.PathExpression, report: Report): Expression {
  const [root, ...segments] = node.parts.map(String);
  if (node.data || node.depth > 0 || root === undefined || /^(\.|this\b)/.test(node.original)) {
    return report(
      'template-unknown-name',
      `"${node.original}" is not a name of the language; names begin with ${roots.join(', ')}`,
    );
  }
  if (Object.hasOwn(helpers, root) && segments.length === 0) {
    return report('template-arguments', `"${root}" is called as {{${helpers[root]?.usage}}}`);
  }
  if (!(roots as readonly string[]).includes(root)) {
    return report(
      'template-unknown-name',
      `unknown name "${node.original}"; names begin with ${roots.join(', ')}${didYouMean(root, roots)}`,
      [root, ...segments].join('.'),
    );
  }
  return { kind: 'path', root: root as Root, segments };
}
