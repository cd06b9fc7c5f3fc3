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
} from '../language/index.ts';
import { isObject, type Json } from '../text/index.ts';
import { inputIn } from './kinds-given.ts';
import type { CheckedFile } from './rule.ts';

/** The connection of a step as it is written: its own or that of a block around it. Undefined where a nearer one may have been left out. */
export function connectionOf({ step, path, ancestors }: VisitedStep, { gaps }: CheckedFile): string | undefined {
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
export type ReadBeside = Pick<DoneWhen, 'on' | 'as' | 'call' | 'query' | 'headers' | 'body' | 'effect' | 'unchecked'>;

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

/** One text of a step that is read as a template, or a key that is read as an expression. */
export interface TemplateText {
  readonly path: Path;
  readonly text: string;
  readonly isKey: boolean;
}

/** Keys of a step that hold no templates: names, other files, and steps of their own. */
const withoutTemplates = new Set([
  'id',
  'use',
  'save',
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

/** Every template of one step, its nested steps left out. */
export function templatesOf({ step, path }: VisitedStep): TemplateText[] {
  return Object.entries(step).flatMap(([key, value]) => {
    if (withoutTemplates.has(key)) return [];
    const texts = textsIn(value as Json, [...path, key]).filter(
      (text) => key !== 'progress' || !isQuery(text, path.length),
    );
    const keys =
      key === 'when' || (key === 'until' && 'steps' in step)
        ? Object.keys(value as object).map((text) => ({ path: [...path, key, text], text, isKey: true }))
        : [];
    return [...keys, ...texts];
  });
}

/** A measure's own JMESPath: it holds no templates. */
function isQuery({ path, text }: TemplateText, depth: number): boolean {
  const name = path.at(-1);
  const isMeasure = path.length === depth + 2 || path[depth + 1] === 'measures';
  return isMeasure && (name === 'done' || (name === 'total' && !isTemplate(text)));
}

/** Returns whether a total is a template that gives a number: in JMESPath no two braces stand together. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

function textsIn(value: Json, path: Path): TemplateText[] {
  if (typeof value === 'string') return [{ path, text: value, isKey: false }];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item, index) => textsIn(item, [...path, index]));
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key])) : [];
}

/** A template's expressions, or what is wrong with it. */
export function parsed(
  text: TemplateText,
): { readonly expressions: readonly Expression[] } | { readonly problems: readonly TemplateProblem[] } {
  const result = text.isKey ? parseExpression(text.text) : parseTemplate(text.text);
  if ('problems' in result) return result;
  return { expressions: result.template.parts.filter((part) => typeof part !== 'string') };
}

/** Every name that a template reads; none where it cannot be parsed, which has its own message. */
export function namesIn(text: TemplateText): PathExpression[] {
  const result = parsed(text);
  return 'problems' in result ? [] : result.expressions.flatMap(pathsIn);
}

/** Returns where a name stands inside its scalar. */
export function rangeOfName(file: CheckedFile, text: TemplateText, name: PathExpression) {
  if (text.isKey) return file.source.keyRangeOf(text.path);
  return file.source.rangeWithin(text.path, [name.root, ...name.segments].join('.'));
}
