import type { Condition, WhenCondition } from './plan.ts';

/** Every condition of a `when`, those of its alternatives included. */
export function conditionsIn(when: readonly WhenCondition[] = []): Condition[] {
  return when.flatMap((one) => ('any' in one ? one.any.flatMap(conditionsIn) : [one]));
}

/** The conditions with each one replaced, those of alternatives included. */
export function mapConditions<T extends Condition>(
  when: readonly WhenCondition[],
  replace: (condition: Condition) => T,
): WhenCondition[] {
  return when.map((one) =>
    'any' in one ? { any: one.any.map((alternative) => mapConditions(alternative, replace)) } : replace(one),
  );
}
