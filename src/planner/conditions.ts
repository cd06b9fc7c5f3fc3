import {
  type Expression,
  expressionOfKey,
  holds,
  type Path,
  pathsIn,
  printExpression,
  resolve,
  resolveValue,
  templateOf,
  templatePaths,
} from '../language/index.ts';
import type { Condition, SkipReason } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import { attempt, type Context } from './context.ts';
import { lookupIn } from './scope.ts';

/** What planning makes of a `when`: conditions that only the run can decide, or the reason why the step is skipped. */
export type Decision = { readonly conditions: readonly Condition[] } | { readonly skipped: SkipReason };

/** Decides the conditions over inputs; those that hold are done with, the first that does not is the reason to skip. */
export function decide(when: { readonly [subject: string]: Json }, path: Path, context: Context): Decision {
  const lookup = lookupIn(context.scope, true);
  const conditions: Condition[] = [];
  for (const [key, expectation] of Object.entries(when)) {
    const here = [...path, key];
    const decided = attempt(context, here, (): SkipReason | { readonly unknown: Condition } | undefined => {
      const subject = resolve(expressionOfKey(key), lookup);
      const expect = resolveValue(expectation, lookup);
      if (subject.kind !== 'literal' || hasReferences(expect))
        return { unknown: { subject: printExpression(subject), expect } };
      if (holds(subject.value, expect)) return undefined;
      return { kind: 'condition-not-met', subject: key, actual: subject.value, expect };
    });
    if (decided && 'kind' in decided) return { skipped: decided };
    if (decided) conditions.push(decided.unknown);
  }
  return { conditions };
}

/** Returns whether a condition's subject or expectation reads `item`. */
export function mentionsItem(key: string, expectation: Json): boolean {
  const isItem = (expression: Expression) => pathsIn(expression).some((name) => name.root === 'item');
  return (
    isItem(expressionOfKey(key)) ||
    textsIn(expectation).some((text) => templatePaths(templateOf(text)).some((name) => name.root === 'item'))
  );
}

function hasReferences(value: Json): boolean {
  return textsIn(value).some((text) => templatePaths(templateOf(text)).length > 0);
}

/** Every string of a value: each may be a template. */
export function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((item) => textsIn(item as Json));
}
