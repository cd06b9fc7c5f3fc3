import {
  descend,
  type Expression,
  type Input,
  type Inputs,
  type Lookup,
  listOf,
  mappingOf,
  type PathExpression,
  resolveTemplate,
  type Template,
  TemplateError,
  templateOf,
} from '../language/index.ts';
import { isObject, type Json } from '../text/index.ts';
import type { InputValue } from './inputs.ts';

/** What `steps.ID` stands for in one file. */
export type StepName =
  | { readonly kind: 'step'; readonly id: string }
  /** Its outputs are resolved when they are read: one may come from a step that is skipped here. */
  | { readonly kind: 'fragment'; readonly output: (name: string, isCondition: boolean) => Expression | undefined }
  /** A step that `for_each` has run once per item: its names are lists. */
  | { readonly kind: 'list'; readonly items: readonly StepName[] }
  | { readonly kind: 'skipped'; readonly reason: string };

/** What names mean at one place of one file. */
export interface Scope {
  /** What each input is: a literal, or an expression over what only the run knows. A secret is a path, `inputs.NAME`. */
  readonly inputs: ReadonlyMap<string, Expression>;
  readonly steps: Map<string, StepName>;
  /** Connection → the identity that the runbook's `identity` chooses there; null where the environment has none of them. */
  readonly identities: ReadonlyMap<string, string | null>;
  readonly item?: { readonly value: Json } | 'at-run-time';
}

/**
 * Resolves names as far as planning can.
 * @param isCondition In `when`, what a skipped step would have saved is null instead of an error.
 */
export function lookupIn(scope: Scope, isCondition = false): Lookup {
  return (path) => {
    const [first = '', ...rest] = path.segments;
    switch (path.root) {
      case 'run':
        return { unresolved: path };
      case 'item':
        if (scope.item === undefined) throw new TemplateError('no item here');
        return scope.item === 'at-run-time'
          ? { unresolved: path }
          : { value: descend(scope.item.value, path.segments, 'item') };
      case 'inputs': {
        const input = scope.inputs.get(first);
        if (!input) throw new TemplateError(`unknown input "${first}"`);
        return outcome(extended(input, rest, `inputs.${first}`));
      }
      case 'connections': {
        const identity = scope.identities.get(first);
        if (identity === undefined) throw new TemplateError(`the connection "${first}" has no identity to choose`);
        return { value: identity };
      }
      case 'steps': {
        const [name = '', ...deeper] = rest;
        const step = scope.steps.get(first);
        if (!step) throw new TemplateError(`step "${first}" has saved nothing yet`);
        return outcome(expressionFor(step, first, name, deeper, isCondition));
      }
    }
  };
}

/** A template as one expression: the text parts and expressions of a longer one are put together at run time. */
export function expressionOf(template: Template): Expression {
  const [first] = template.parts;
  if (template.parts.length === 1 && first !== undefined && typeof first !== 'string') return first;
  if (template.parts.length <= 1) return { kind: 'literal', value: first ?? '' };
  return {
    kind: 'call',
    helper: 'concat',
    arguments: template.parts.map((part) => (typeof part === 'string' ? { kind: 'literal', value: part } : part)),
  };
}

function outcome(expression: Expression): ReturnType<Lookup> {
  return expression.kind === 'literal' ? { value: expression.value } : { unresolved: expression };
}

function expressionFor(
  step: StepName,
  id: string,
  name: string,
  deeper: readonly string[],
  isCondition: boolean,
): Expression {
  switch (step.kind) {
    case 'step':
      return { kind: 'path', root: 'steps', segments: [step.id, name, ...deeper] };
    case 'fragment': {
      const output = step.output(name, isCondition);
      if (!output) throw new TemplateError(`step "${id}" has no output "${name}"`);
      return extended(output, deeper);
    }
    case 'list':
      return extended(
        {
          kind: 'call',
          helper: 'list',
          arguments: step.items.map((item) => expressionFor(item, id, name, [], isCondition)),
        },
        deeper,
      );
    case 'skipped':
      if (isCondition) return { kind: 'literal', value: null };
      throw new TemplateError(`step "${id}" is skipped (${step.reason}), so it saves no "${name}"`);
  }
}

/** Returns what stands below an expression. */
export function extended(expression: Expression, segments: readonly string[], name = 'the value'): Expression {
  const [first = '', ...rest] = segments;
  if (segments.length === 0) return expression;
  switch (expression.kind) {
    case 'literal':
      return { kind: 'literal', value: descend(expression.value, segments, name) };
    case 'path':
      return { ...expression, segments: [...expression.segments, ...segments] } satisfies PathExpression;
    case 'mapping': {
      const member = memberOf(expression, first);
      if (!member) throw new TemplateError(`${name} has no "${first}"`);
      return extended(member, rest, `${name}.${first}`);
    }
    case 'call':
      throw new TemplateError(`.${segments.join('.')} of a value that is put together at run time`);
  }
}

/** A member of a mapping, known or not; undefined where it has none of this name. */
export function memberOf(expression: Expression, name: string): Expression | undefined {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return isObject(value) && Object.hasOwn(value, name)
        ? { kind: 'literal', value: value[name] ?? null }
        : undefined;
    }
    case 'mapping':
      return Object.hasOwn(expression.members, name) ? expression.members[name] : undefined;
    case 'path':
    case 'call':
      return extended(expression, [name]);
  }
}

/** The names of a mapping's members; none where only the run knows them. */
export function namesOf(expression: Expression): string[] {
  if (expression.kind === 'mapping') return Object.keys(expression.members);
  return expression.kind === 'literal' && isObject(expression.value) ? Object.keys(expression.value) : [];
}

/** A value in which every string is a template, as one expression, resolved as far as the lookup knows. */
export function expressionOfValue(value: Json, lookup: Lookup): Expression {
  if (typeof value === 'string') return expressionOf(resolveTemplate(templateOf(value), lookup));
  if (Array.isArray(value)) return listOf((value as readonly Json[]).map((item) => expressionOfValue(item, lookup)));
  if (!isObject(value)) return { kind: 'literal', value };
  return mappingOf(Object.entries(value).map(([name, member]) => [name, expressionOfValue(member, lookup)]));
}

/** A runbook's inputs as its steps read them: an object is a mapping of its members. */
export function scopeOfInputs(declared: Inputs, inputs: ReadonlyMap<string, InputValue>): Map<string, Expression> {
  const expressionOfInput = (name: string, input: Input): Expression => {
    if (input.type === 'object') {
      const members = Object.entries(input.properties);
      return mappingOf(members.map(([member, inner]) => [member, expressionOfInput(`${name}.${member}`, inner)]));
    }
    const found = inputs.get(name);
    if (!found) throw new TypeError(`no value for the input ${name}`);
    return 'value' in found
      ? { kind: 'literal', value: found.value }
      : { kind: 'path', root: 'inputs', segments: name.split('.') };
  };
  return new Map(Object.entries(declared).map(([name, input]) => [name, expressionOfInput(name, input)]));
}
