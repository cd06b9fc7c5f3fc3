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
import type { SkipReason, WhenCondition } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import { attempt, type Context } from './context.ts';
import { lookupIn } from './scope.ts';

/** What planning makes of a `when`: conditions that only the run can decide, or the reason why the step is skipped. */
export type Decision = { readonly conditions: readonly WhenCondition[] } | { readonly skipped: SkipReason };

/** A `when` as it is written: expressions, and under `any` its alternatives. */
export type WrittenWhen = { readonly [subject: string]: Json };

const met: Decision = { conditions: [] };

/** Decides the conditions over inputs; those that are met are done with, the first that is not is the reason to skip. */
export function decide(when: WrittenWhen, path: Path, context: Context): Decision {
  const conditions: WhenCondition[] = [];
  for (const [key, expectation] of Object.entries(when)) {
    const here = [...path, key];
    const decision =
      key === 'any'
        ? decideAny(alternativesIn(expectation), here, context)
        : (attempt(context, here, () => decideOne(key, expectation, context)) ?? met);
    if ('skipped' in decision) return decision;
    conditions.push(...decision.conditions);
  }
  return { conditions };
}

/** An alternative that is met decides; one that is not is left out. */
function decideAny(alternatives: readonly WrittenWhen[], path: Path, context: Context): Decision {
  const decisions = alternatives.map((one, index) => decide(one, [...path, index], context));
  const unmet = decisions.flatMap((one) => ('skipped' in one ? [one.skipped] : []));
  const open = decisions.flatMap((one) => ('conditions' in one ? [one.conditions] : []));
  const [only] = open;
  if (!only) return { skipped: { kind: 'no-alternative-met', unmet } };
  if (open.some((conditions) => conditions.length === 0)) return met;
  return { conditions: open.length === 1 ? only : [{ any: open }] };
}

function decideOne(key: string, expectation: Json, context: Context): Decision {
  const lookup = lookupIn(context.scope, true);
  const subject = resolve(expressionOfKey(key), lookup);
  const expect = resolveValue(expectation, lookup);
  if (subject.kind !== 'literal' || hasReferences(expect))
    return { conditions: [{ subject: printExpression(subject), expect }] };
  if (holds(subject.value, expect)) return met;
  return { skipped: { kind: 'condition-not-met', subject: key, actual: subject.value, expect } };
}

function alternativesIn(value: Json): readonly WrittenWhen[] {
  // The schema has checked it.
  return value as readonly WrittenWhen[];
}

/** Returns whether a condition's subject or expectation reads `item`; of alternatives, whether one of them does. */
export function mentionsItem(key: string, expectation: Json): boolean {
  if (key === 'any')
    return alternativesIn(expectation).some((one) =>
      Object.entries(one).some(([inner, value]) => mentionsItem(inner, value)),
    );
  const isItem = (expression: Expression) => pathsIn(expression).some((name) => name.root === 'item');
  return (
    isItem(expressionOfKey(key)) ||
    textsIn(expectation).some((text) => templatePaths(templateOf(text)).some((name) => name.root === 'item'))
  );
}

function hasReferences(value: Json): boolean {
  return textsIn(value).some((text) => templatePaths(templateOf(text)).length > 0);
}

/** Every string of a value, keys too: each may be a template. */
export function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value).flatMap((item) => textsIn(item as Json))];
}
