import {
  type BodyConditions,
  type CallStep,
  type Expect,
  literalValue,
  type Path,
  patience,
  type Status,
} from '../../language/index.ts';
import type { Condition, PlannedExpect, PlannedRequest } from '../../plan/index.ts';
import { type Json, millisecondsOf } from '../../text/index.ts';
import { type Context, resolved } from '../context.ts';
import { refuseSecrets } from '../secrets.ts';
import { plannedVariables } from './variables.ts';

/** The pause between two polls, and how long to poll or to wait for one response, where the author does not say. */
export const defaults = { every: 2_000, pollTimeout: 600_000, callTimeout: 60_000 };

/** `retry` of a step; without one reads are sent again, and writes are not. What all may take follows from the delays. */
export function plannedRetry(retry: CallStep['retry'], effect: 'read' | 'write'): PlannedRequest['retry'] {
  const attempts = retry?.attempts ?? (effect === 'read' ? patience.attempts : 1);
  const delay_ms = retry?.delay === undefined ? patience.delay_ms : millisecondsOf(retry.delay);
  return { attempts, delay_ms, budget_ms: Math.max(patience.budget_ms, delay_ms * 2 ** (attempts - 1)) };
}

/** `expect` of a step; without one the status must be 2xx. */
export function plannedExpect(expect: Expect | undefined, path: Path, context: Context): PlannedExpect {
  const message = resolved(context, [...path, 'message'], expect?.message);
  return {
    status: statuses(expect?.status),
    ...(expect?.headers ? { headers: plannedConditions(expect.headers, [...path, 'headers'], context) } : {}),
    body: plannedConditions(expect?.body, [...path, 'body'], context),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

/** JMESPath conditions with their expectations resolved. */
export function plannedConditions(conditions: BodyConditions | undefined, path: Path, context: Context): Condition[] {
  return Object.entries(conditions ?? {}).map(([subject, expectation]) => {
    const here = [...path, subject];
    const expect = resolved(context, here, expectation as Json) ?? literalValue(null);
    refuseSecrets(expect, here, context, 'in an assertion: the interpreter never gets its value');
    return { subject, ...plannedVariables([subject], here, context), expect };
  });
}

function statuses(status: Status | undefined): (number | string)[] {
  return status === undefined ? ['2xx'] : [status].flat();
}
