import {
  descend,
  type Expression,
  type Lookup,
  type PathExpression,
  type Template,
  TemplateError,
} from '../language/index.ts';
import type { Json } from '../text/index.ts';
import type { InputValue } from './inputs.ts';

/** What an input of a scope is: known, secret, or (in a fragment) an expression over what only the run knows. */
export type Binding = InputValue | { readonly expression: Expression };

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
  readonly inputs: ReadonlyMap<string, Binding>;
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
        if (scope.item === undefined) throw new TemplateError('there is no item here');
        return scope.item === 'at-run-time'
          ? { unresolved: path }
          : { value: descend(scope.item.value, path.segments, 'item') };
      case 'inputs': {
        const binding = scope.inputs.get(first);
        if (!binding) throw new TemplateError(`unknown input "${first}"`);
        if ('value' in binding) return { value: descend(binding.value, rest, `inputs.${first}`) };
        if ('expression' in binding) return outcome(extended(binding.expression, rest));
        return { unresolved: path };
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

function extended(expression: Expression, segments: readonly string[]): Expression {
  if (segments.length === 0) return expression;
  switch (expression.kind) {
    case 'literal':
      return { kind: 'literal', value: descend(expression.value, segments, 'the value') };
    case 'path':
      return { ...expression, segments: [...expression.segments, ...segments] } satisfies PathExpression;
    case 'call':
      throw new TemplateError(`.${segments.join('.')} of a value that is put together at run time`);
  }
}
