import {
  type CallStep,
  type Connection,
  type DoneWhen,
  type Expression,
  type Measure,
  type Path,
  type PathExpression,
  parseExpression,
  parseTemplate,
  pathsIn,
  type TemplateProblem,
  type VisitedStep,
  variablesIn,
} from '../language/index.ts';
import { isObject, type Json, type JsonObject } from '../text/index.ts';
import { inputIn } from './kinds-given.ts';
import type { CheckedFile } from './rule.ts';

/** The connection of a step as it is written: its own or that of a block around it. Undefined where a nearer one may have been left out. */
export function connectionOf(
  { step, path, ancestors }: VisitedStep,
  { gaps }: Pick<CheckedFile, 'gaps'>,
): string | undefined {
  const chain = [...ancestors, step];
  for (const [index, place] of pathsOfSteps(path).reverse().entries()) {
    const one = chain.at(-1 - index);
    if (one && 'on' in one && one.on !== undefined) return one.on;
    if (!gaps.lacks([...place, 'on'])) return undefined;
  }
  return undefined;
}

/** Returns whether it is certain that neither a step nor a block around it has a key that none of them has. */
export function areWithout(key: string, { path }: Pick<VisitedStep, 'path'>, { gaps }: CheckedFile): boolean {
  return pathsOfSteps(path).every((place) => gaps.lacks([...place, key]));
}

/** The paths of the steps around a path, the outermost first, and of the step itself. */
function pathsOfSteps(path: Path): Path[] {
  return path.flatMap((segment, index) => (typeof segment === 'number' ? [path.slice(0, index + 1)] : []));
}

/** The kind of a connection that the file declares, or that every use of the fragment gives to this input; undefined where it is not known. */
export function kindOfConnection(file: CheckedFile, on: string | undefined): Connection['kind'] | undefined {
  const input = inputIn(on ?? '');
  if (input !== undefined) return file.kindsGiven?.get(input);
  const declared = 'connections' in file.value ? file.value.connections : {};
  return on !== undefined && Object.hasOwn(declared, on) ? declared[on]?.kind : undefined;
}

/** The reads of a step's `done_when` and `unchanged_when`: the first, and each that is asked where the one before cannot tell. */
export function doneWhenReads({ step, path }: VisitedStep): { readonly read: DoneWhen; readonly path: Path }[] {
  const chain = (read: DoneWhen | undefined, at: Path): { readonly read: DoneWhen; readonly path: Path }[] =>
    read ? [{ read, path: at }, ...chain(read.otherwise, [...at, 'otherwise'])] : [];
  return [
    ...chain('done_when' in step ? step.done_when : undefined, [...path, 'done_when']),
    ...chain('unchanged_when' in step ? step.unchanged_when : undefined, [...path, 'unchanged_when']),
  ];
}

/** What every read has that a step sends beside its own call. */
export type ReadBeside = Pick<
  DoneWhen,
  'on' | 'as' | 'call' | 'query' | 'headers' | 'body' | 'ndjson' | 'text' | 'effect' | 'unchecked'
>;

/** The read of a step's `progress`, where the numbers are not in the poll's own response. */
export function progressRead({
  step,
  path,
}: VisitedStep): readonly { readonly read: ReadBeside; readonly path: Path }[] {
  const progress = 'progress' in step ? step.progress : undefined;
  if (progress?.call === undefined) return [];
  return [{ read: { ...progress, call: progress.call }, path: [...path, 'progress'] }];
}

/** Every read that a step sends beside its own call. */
export function readsBeside(visited: VisitedStep): readonly { readonly read: ReadBeside; readonly path: Path }[] {
  return [...doneWhenReads(visited), ...progressRead(visited)];
}

/** The measures of a step's `progress`, and where each stands. */
export function measuresOf(
  { progress }: Pick<CallStep, 'progress'>,
  path: Path,
): readonly { readonly measure: Measure; readonly path: Path }[] {
  if (progress === undefined) return [];
  const at = [...path, 'progress'];
  if (!('measures' in progress)) return [{ measure: progress, path: at }];
  return progress.measures.map((measure, index) => ({ measure, path: [...at, 'measures', index] }));
}

/** One text of a step that is read as a template, or a key that is read as one or as an expression. */
export interface TemplateText {
  readonly path: Path;
  readonly text: string;
  readonly isKey: boolean;
  /** A key that is an expression, without braces. */
  readonly isExpression?: true;
}

/** One JMESPath of a step. Names of the language are variables in it: `$inputs.node`. */
export interface QueryText extends TemplateText {
  readonly isQuery: true;
  /** What a call saves may be a header of its response, `headers.NAME`: that is no JMESPath. */
  readonly mayBeHeader?: boolean;
}

/** Every JMESPath of one step, its nested steps left out: in expect, until, save, progress, done_when and unchanged_when. */
export function queriesOf(visited: VisitedStep): QueryText[] {
  const { step, path } = visited;
  const query = (text: string, at: Path, isKey = false): QueryText => ({ path: at, text, isKey, isQuery: true });
  const keys = (conditions: object | undefined, at: Path) =>
    Object.keys(conditions ?? {}).map((key) => query(key, [...at, key], true));
  const expects = 'expect' in step ? keys(step.expect?.body, [...path, 'expect', 'body']) : [];
  const untils = 'until' in step && !('steps' in step) ? keys(step.until, [...path, 'until']) : [];
  const saved = (save: CallStep['save'], at: Path) =>
    Object.entries(save ?? {}).map(([name, one]) => ({
      ...(typeof one === 'string' ? query(one, [...at, 'save', name]) : query(one.path, [...at, 'save', name, 'path'])),
      mayBeHeader: 'call' in step,
    }));
  const saves = saved('save' in step ? step.save : undefined, path);
  const reads = doneWhenReads(visited).flatMap(({ read, path: at }) => [
    ...keys(read.expect.body, [...at, 'expect', 'body']),
    ...saved(read.save, at),
  ]);
  const measures = measuresOf('progress' in step ? step : {}, path).flatMap(
    ({ measure: { done, total }, path: at }) => [
      query(done, [...at, 'done']),
      ...(typeof total === 'string' && !isTemplate(total) ? [query(total, [...at, 'total'])] : []),
    ],
  );
  return [...expects, ...untils, ...reads, ...saves, ...measures];
}

/** Keys of a step that hold no templates: names, other files, and steps of their own. */
const withoutTemplates = new Set([
  'id',
  'use',
  'steps',
  'always',
  'rollback',
  'evidence',
  'effect',
  'unchecked',
  'every',
  'max_iterations',
  'timeout',
  'description',
]);

/** Every template of one step, its nested steps and its JMESPath left out; a text without braces is none. */
export function templatesOf(visited: VisitedStep): TemplateText[] {
  return textsOf(visited, isTemplate);
}

/**
 * The texts of one step in which templates may stand, its nested steps and its JMESPath left out.
 * @param isWanted Of a text; most are constants, and no path is made for those that are not wanted.
 */
export function textsOf(visited: VisitedStep, isWanted: (text: string) => boolean): TemplateText[] {
  const { step, path } = visited;
  return Object.entries(step).flatMap(([key, value]) => {
    if (withoutTemplates.has(key)) return [];
    const texts: TemplateText[] = [];
    addTexts(value as Json, [...path, key], isWanted, texts);
    const keys =
      key === 'when' || (key === 'until' && 'steps' in step) ? expressionsIn(value as Json, [...path, key]) : [];
    return [...keys, ...withoutQueries(texts, visited)];
  });
}

/** The expressions of a `when`, and of its alternatives. */
function expressionsIn(when: Json, path: Path): TemplateText[] {
  return Object.entries(when as JsonObject).flatMap(([key, value]) => {
    const here = [...path, key];
    if (key !== 'any') return [{ path: here, text: key, isKey: true, isExpression: true }];
    return (value as readonly Json[]).flatMap((one, index) => expressionsIn(one, [...here, index]));
  });
}

function withoutQueries(texts: readonly TemplateText[], visited: VisitedStep): readonly TemplateText[] {
  if (texts.length === 0) return texts;
  const queries = new Set(queriesOf(visited).map(placeOf));
  return texts.filter((text) => !queries.has(placeOf(text)));
}

function placeOf({ path, isKey }: TemplateText): string {
  return `${isKey}\n${path.join('\n')}`;
}

/** Returns whether a text holds a template: in JMESPath no two braces stand together. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

function addTexts(value: Json, path: Path, isWanted: (text: string) => boolean, found: TemplateText[]): void {
  const mayHold = (item: Json) => (typeof item === 'string' ? isWanted(item) : typeof item === 'object');
  if (typeof value === 'string') {
    if (isWanted(value)) found.push({ path, text: value, isKey: false });
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries())
      if (mayHold(item)) addTexts(item, [...path, index], isWanted, found);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (isTemplate(key)) found.push({ path: [...path, key], text: key, isKey: true });
      if (mayHold(item)) addTexts(item, [...path, key], isWanted, found);
    }
  }
}

/** A template's expressions, or what is wrong with it. */
export function parsed(
  text: TemplateText,
): { readonly expressions: readonly Expression[] } | { readonly problems: readonly TemplateProblem[] } {
  const result = text.isExpression ? parseExpression(text.text) : parseTemplate(text.text);
  if ('problems' in result) return result;
  return { expressions: result.template.parts.filter((part) => typeof part !== 'string') };
}

/** Every name that a template or JMESPath reads; none where it cannot be parsed, which has its own message. */
export function namesIn(text: TemplateText | QueryText): PathExpression[] {
  if ('isQuery' in text) return variablesIn(text.text);
  const result = parsed(text);
  return 'problems' in result ? [] : result.expressions.flatMap(pathsIn);
}

/** Returns where a name stands inside its scalar. */
export function rangeOfName(file: CheckedFile, text: TemplateText | QueryText, name: PathExpression) {
  if (text.isKey) return file.source.keyRangeOf(text.path);
  // In JMESPath a segment may be in quotes.
  if ('isQuery' in text) return file.source.rangeWithin(text.path, `$${name.root}`);
  return file.source.rangeWithin(text.path, [name.root, ...name.segments].join('.'));
}
