import {
  type BodyConditions,
  type Expect,
  type Json,
  literalValue,
  type Path,
  type Status,
} from '../../language/index.ts';
import { type Context, resolved } from '../context.ts';
import type { Condition, PlannedExpect } from '../plan.ts';

/** The pause between two polls, and how long to poll or to wait for one answer, where the author does not say. */
export const defaults = { every: 2_000, pollTimeout: 600_000, callTimeout: 60_000, readAttempts: 3, retryDelay: 1_000 };

/** `expect` of a step; without one the status has to be 2xx. */
export function plannedExpect(expect: Expect | undefined, path: Path, context: Context): PlannedExpect {
  const message = resolved(context, [...path, 'message'], expect?.message);
  return {
    status: statuses(expect?.status),
    body: plannedConditions(expect?.body, [...path, 'body'], context),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

/** JMESPath conditions with their expectations resolved. */
export function plannedConditions(conditions: BodyConditions | undefined, path: Path, context: Context): Condition[] {
  return Object.entries(conditions ?? {}).map(([subject, expectation]) => ({
    subject,
    expect: resolved(context, [...path, subject], expectation as Json) ?? literalValue(null),
  }));
}

function statuses(status: Status | undefined): (number | string)[] {
  return status === undefined ? ['2xx'] : [status].flat();
}
