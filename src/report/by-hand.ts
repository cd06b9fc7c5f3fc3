import { type Expression, isWhole, pathsIn, printExpression, templateOf } from '../language/index.ts';
import { nodesIn, type Plan, type PlannedRequest } from '../plan/index.ts';
import { inert, isObject, type Json, keyOutside, textOf } from '../text/index.ts';
import { secretText } from './words.ts';

/** Something that a plan leaves open, and that a person who sends its calls by hand must fill in. */
export interface Blank {
  /** Letters, digits and underscores: `steps_snapshot_complete_indices`. */
  readonly name: string;
  /** As the plan has it: `steps.snapshot/complete.indices`. */
  readonly expression: string;
  /** Where its value comes from. */
  readonly source: string;
  readonly isSecret: boolean;
}

/** The values that a plan leaves open, each with a name of its own. */
export interface Blanks {
  readonly of: (expression: Expression) => Blank;
  /** In a value, in the order in which they stand there. */
  readonly within: (value: Json | undefined) => Blank[];
}

/** The blanks of a plan. */
export function blanksOf(plan: Plan): Blanks {
  const byExpression = new Map<string, Blank>();
  const names = new Set<string>();
  const saves = new Map(
    nodesIn(plan).flatMap(({ node }) => (node.kind === 'request' ? [[node.id, node] as const] : [])),
  );
  const of = (expression: Expression): Blank => {
    const printed = printExpression(expression);
    const known = byExpression.get(printed);
    if (known) return known;
    const stem = printed
      .replace(/^inputs\./, '')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .replace(/^_|_$/g, '');
    let name = /^\d/.test(stem) ? `_${stem}` : stem;
    while (names.has(name.toLowerCase())) name = `${name}_`;
    names.add(name.toLowerCase());
    const isSecret = pathsIn(expression).some(({ root }) => root === 'inputs');
    const blank = { name, expression: printed, source: sourceOf(expression, plan, saves), isSecret };
    byExpression.set(printed, blank);
    return blank;
  };
  return { of, within: (value) => expressionsIn(value).map(of) };
}

function expressionsIn(value: Json | undefined): Expression[] {
  if (typeof value === 'string')
    return templateOf(value).parts.filter(
      (part) => typeof part !== 'string' && part.kind !== 'literal',
    ) as Expression[];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(expressionsIn);
  return isObject(value) ? Object.entries(value).flatMap((member) => member.flatMap(expressionsIn)) : [];
}

function sourceOf(expression: Expression, plan: Plan, saves: ReadonlyMap<string, PlannedRequest>): string {
  if (expression.kind !== 'path') {
    const parts = pathsIn(expression).map((path) => sourceOf(path, plan, saves));
    return `{{${printExpression(expression)}}}, computed by hand from ${parts.join(', ')}`;
  }
  const [first = '', name = ''] = expression.segments;
  switch (expression.root) {
    case 'run':
      return first === 'id'
        ? 'a name for what you do here, letters and digits'
        : `the time at which you begin (${first})`;
    case 'item':
      return 'the item of this iteration';
    case 'connections':
      return `the identity of the connection ${first}`;
    case 'inputs': {
      const secret = expression.segments.join('.');
      const input = plan.inputs[secret];
      return `the secret ${secret}${input && 'secret' in input ? `, from ${secretText(input.secret)}` : ''}`;
    }
    case 'steps': {
      const step = saves.get(first) ?? saves.get(`${first}#*`);
      const save = step?.save?.[name];
      if (!step || !save) return `the output ${name} of step ${first}`;
      return `${save.path} in the response of step ${step.number}${save.secret ? ', a secret' : ''}`;
    }
  }
}

/** Writes strings into JSON, each with its quotes. */
export interface JsonWriter {
  readonly text: (text: string) => string;
  readonly key: (key: string) => string;
}

/** Formats JSON whose strings and keys are written by a writer; on one line where `indent` is 0. */
export function jsonText(value: Json, writer: JsonWriter, indent = 2, pad = ''): string {
  if (typeof value === 'string') return writer.text(value);
  const isList = Array.isArray(value);
  if (!isList && !isObject(value)) return textOf(value);
  const inner = `${pad}${' '.repeat(indent)}`;
  const within = (item: Json) => jsonText(item, writer, indent, inner);
  const parts = isList
    ? (value as readonly Json[]).map(within)
    : Object.entries(value).map(
        ([key, item]) => `${writer.key(keyOutside(key))}:${indent > 0 ? ' ' : ''}${within(item)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  const line = indent > 0 ? `\n${inner}` : '';
  return `${open}${line}${parts.join(`,${line}`)}${indent > 0 ? `\n${pad}` : ''}${close}`;
}

/** A text's parts: literal texts, and blanks; `isWhole` where it is nothing but one blank, which keeps its type. */
export function partsOf(
  text: string,
  blanks: Blanks,
): { readonly parts: readonly (string | Blank)[]; readonly isWhole: boolean } {
  const template = templateOf(text);
  const parts = template.parts.map((part) => {
    if (typeof part === 'string') return part;
    return part.kind === 'literal' ? String(part.value) : blanks.of(part);
  });
  return { parts, isWhole: isWhole(template) && typeof parts[0] !== 'string' };
}

/** A line that is for the reader: neither Bash nor the Console sends it. */
export function comment(text: string): string {
  return inert(`# ${text}`).trimEnd();
}
