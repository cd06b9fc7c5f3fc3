import {
  evaluateValue,
  expectedOf,
  expressionOfKey,
  holds,
  type PathExpression,
  pathsIn,
  resolve,
} from '../language/index.ts';
import type { Condition } from '../plan/index.ts';
import { instanceId, lookupAtRun } from './render.ts';
import { type Frame, type Session, valuesIn } from './session.ts';

/** The first condition of a `when` that does not hold, in words; undefined where all do. Throws `TemplateError`. */
export function unmetCondition(conditions: readonly Condition[], session: Session, frame: Frame): string | undefined {
  const lookup = lookupAtRun(valuesIn(session, frame), 'condition');
  const { inOneLine } = session.options.redactor;
  for (const { subject, expect } of conditions) {
    const expression = expressionOfKey(subject);
    // In a dry run, what a step behind a predicted write would save is not known: the step is shown, not skipped.
    if (pathsIn(expression).some((path) => isUndetermined(path, session, frame))) continue;
    const resolved = resolve(expression, lookup);
    const actual = resolved.kind === 'literal' ? resolved.value : null;
    const expectation = evaluateValue(expect, lookup);
    if (!holds(actual, expectation))
      return `${subject} is ${inOneLine(actual, 80)}, needed: ${expectedOf(expectation, inOneLine)}`;
  }
  return undefined;
}

function isUndetermined({ root, segments }: PathExpression, { undetermined }: Session, { passes }: Frame): boolean {
  return root === 'steps' && undetermined.has(instanceId(segments[0] ?? '', passes));
}
