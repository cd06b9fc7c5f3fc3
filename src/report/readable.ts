import {
  type Expression,
  expressionOfKey,
  parseTemplate,
  pathsIn,
  printExpression,
  TemplateError,
} from '../language/index.ts';
import {
  type Condition,
  mapConditions,
  nodesIn,
  type Plan,
  type PlannedNode,
  type Repetition,
  type WhenCondition,
} from '../plan/index.ts';
import { isObject, type Json, replaceItems, replaceMembers } from '../text/index.ts';

/**
 * How a value that only the run knows is shown. `short` says where it comes from: `<value of step 6.1.2>`; `exact` also how it is
 * computed: `<value of step 6.1.2: join steps.[replace/overlap].names ",">`, so that nothing of the plan is lost.
 */
export type Wording = 'short' | 'exact';

/**
 * Returns a node with its templates in the words of people; what is inside of it stays as it is. What a kind of connection is asked
 * about a request, ask about the request of the plan.
 */
export function readable<T extends PlannedNode>(node: T, plan: Plan, detail: Wording = 'exact'): T {
  const reader = { numbers: numbersOf(plan), detail };
  const inner = ['steps', 'evidence', 'always', 'rollback', 'id', 'at'];
  const entries = Object.entries(node).map(([name, value]): [string, unknown] => {
    if (inner.includes(name)) return [name, value];
    if (name === 'when')
      return [name, mapConditions(value as readonly WhenCondition[], (one) => conditionOf(one, reader))];
    if (name === 'repeat') {
      const repeat = value as Repetition;
      return [name, { ...repeat, until: mapConditions(repeat.until, (one) => conditionOf(one, reader)) }];
    }
    return [name, read(value as Json, reader)];
  });
  return Object.fromEntries(entries) as unknown as T;
}

/** Returns a text of a plan with its templates in the words of people. */
export function readableText(text: string, plan: Plan, detail: Wording): string {
  return textFor(text, { numbers: numbersOf(plan), detail });
}

interface Reader {
  /** The number of each step, by its id. */
  readonly numbers: ReadonlyMap<string, string>;
  readonly detail: Wording;
}

const known = new WeakMap<Plan, ReadonlyMap<string, string>>();

function numbersOf(plan: Plan): ReadonlyMap<string, string> {
  const numbers = known.get(plan) ?? new Map(nodesIn(plan).map(({ node: { id, number } }) => [id, number]));
  known.set(plan, numbers);
  return numbers;
}

function read(value: Json, reader: Reader): Json {
  if (typeof value === 'string') return textFor(value, reader);
  if (Array.isArray(value)) return replaceItems(value, (item) => read(item, reader));
  if (!isObject(value)) return value;
  if (!Object.keys(value).some((key) => key.includes('{{'))) return replaceMembers(value, (item) => read(item, reader));
  // In few words two keys could become one.
  const exact: Reader = { ...reader, detail: 'exact' };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [textFor(name, exact), read(item, reader)]));
}

/** The subject of a `when` is an expression without its braces. */
function conditionOf({ subject, expect }: Condition, reader: Reader) {
  return { subject: wordsFor(expressionOfKey(subject), reader), expect: read(expect, reader) };
}

/** A text that is no template, such as a title that names what only another file has, stays as it is. */
function textFor(text: string, reader: Reader): string {
  if (!text.includes('{{')) return text;
  const parsed = parseTemplate(text);
  if ('problems' in parsed) return text;
  return parsed.template.parts.map((part) => (typeof part === 'string' ? part : wordsFor(part, reader))).join('');
}

function wordsFor(expression: Expression, { numbers, detail }: Reader): string {
  if (expression.kind === 'literal')
    return typeof expression.value === 'string' ? expression.value : printed(expression);
  const paths = pathsIn(expression);
  if (expression.kind === 'path') {
    const [first = '', ...rest] = expression.segments;
    if (expression.root === 'run') return `<${first} of the run>`;
    if (expression.root === 'item') return `<${printed(expression)}>`;
    if (expression.root === 'inputs') return `<secret ${expression.segments.join('.')}>`;
    const name = detail === 'exact' && rest.length > 0 ? `: ${rest.join('.')}` : '';
    return `<value of step ${numberOf(first, numbers)}${name}>`;
  }
  const steps = [
    ...new Set(paths.flatMap(({ root, segments: [id = ''] }) => (root === 'steps' ? [numberOf(id, numbers)] : []))),
  ];
  const sources = [
    ...(steps.length > 0 ? [`step${steps.length > 1 ? 's' : ''} ${steps.join(', ')}`] : []),
    ...(paths.some(({ root }) => root === 'item') ? ['the item'] : []),
    ...(paths.some(({ root }) => root === 'run') ? ['the run'] : []),
    ...(paths.some(({ root }) => root === 'inputs') ? ['a secret'] : []),
  ];
  return `<value of ${sources.join(' and ')}${detail === 'exact' ? `: ${printed(expression)}` : ''}>`;
}

function printed(expression: Expression): string {
  try {
    return printExpression(expression);
  } catch (error) {
    if (error instanceof TemplateError) return '…';
    throw error;
  }
}

/** A step in a loop is planned once for all items. */
function numberOf(id: string, numbers: ReadonlyMap<string, string>): string {
  return numbers.get(id) ?? numbers.get(`${id}#*`) ?? id;
}
