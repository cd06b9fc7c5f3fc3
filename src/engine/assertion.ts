import { holds, isMatcher, messageOf, valueAt } from '../language/index.ts';
import type { PlannedExpect } from '../plan/index.ts';
import { isEqual, isObject, type Json, type JsonObject, textOf } from '../text/index.ts';
import type { Reason } from './reason.ts';
import { type Redactor, secretMark } from './redactor.ts';
import type { RenderedCondition, RenderedExpect } from './render.ts';
import type { Assertion, BodyAssertion, Response, ServerError, StatusAssertion } from './result.ts';

interface JudgeOptions {
  readonly message?: string | undefined;
  readonly secrets?: readonly Json[];
  readonly limit?: number;
}

/** Longer values are cut to this many characters of JSON. */
const longestValue = 4_000;

/** Every assertion of an expectation over a response: the status, and where that passed, the body, if it could be read. */
export function judge(
  expect: RenderedExpect,
  response: Response,
  redactor: Redactor,
  secrets: readonly Json[] = [],
): Assertion[] {
  const passed = hasStatus(expect, response.status);
  const status: StatusAssertion = {
    of: 'status',
    expect: expect.status,
    actual: response.status,
    passed,
    ...(expect.message === undefined || passed ? {} : { message: expect.message }),
  };
  if (!passed || response.unreadable) return [status];
  return [status, ...judgeConditions(expect.body, response.body, redactor, { message: expect.message, secrets })];
}

/**
 * Conditions over a body.
 * @param message For those that have none of their own.
 * @param secrets What the step saves of this body as secret: an assertion about one of them does not show it.
 * @param limit Longer values are cut to this many characters of JSON.
 */
export function judgeConditions(
  conditions: readonly RenderedCondition[],
  body: Json,
  redactor: Redactor,
  { message, secrets = [], limit = longestValue }: JudgeOptions = {},
): BodyAssertion[] {
  return conditions.map(({ subject, expect, isSecret }) => {
    const actual = valueAt(body, subject);
    const passed = holds(actual, expect);
    const words = messageOf(expect) ?? message;
    const conceals = isSecret || (actual !== undefined && secrets.some((secret) => isEqual(secret, actual)));
    return {
      of: 'body',
      subject,
      expect: conceals ? secretMark : shownExpectation(expect, redactor, limit),
      actual: conceals ? secretMark : shown(actual ?? null, redactor, limit),
      passed,
      ...(passed || words === undefined ? {} : { message: words }),
    };
  });
}

/** Returns whether every assertion passes. */
export function isExpected(expect: RenderedExpect, { status, body, unreadable }: Response): boolean {
  return (
    !unreadable &&
    hasStatus(expect, status) &&
    expect.body.every((one) => holds(valueAt(body, one.subject), one.expect))
  );
}

export function hasStatus(expect: PlannedExpect, status: number): boolean {
  return expect.status.some((wanted) => wanted === status || wanted === `${Math.floor(status / 100)}xx`);
}

/** The server's own words for a refusal, from the response body. Kibana's `error` is only the phrase of the status. */
export function errorOf({ body, advice }: Response): ServerError | undefined {
  const words = isObject(body) ? wordsIn(body) : undefined;
  return words && { ...words, ...(advice ? { advice } : {}) };
}

function wordsIn({ error, message }: JsonObject): Pick<ServerError, 'type' | 'reason'> | undefined {
  if (typeof error === 'string')
    return typeof message === 'string' ? { type: error, reason: message } : { type: 'error', reason: error };
  if (!isObject(error)) return undefined;
  const cause = isObject(error.caused_by) ? ` (${textOf(error.caused_by.reason ?? '')})` : '';
  return { type: textOf(error.type ?? 'error'), reason: `${textOf(error.reason ?? '')}${cause}` };
}

/** A value as it may be recorded: redacted, then cut. */
export function shown(value: Json, { value: redact, inOneLine }: Redactor, limit = longestValue): Json {
  return JSON.stringify(value).length > limit ? inOneLine(value, limit) : redact(value);
}

/** An expectation as it may be recorded; of a matcher, each operand. */
export function shownExpectation(expect: Json, redactor: Redactor, limit = longestValue): Json {
  if (!isMatcher(expect)) return shown(expect, redactor, limit);
  return Object.fromEntries(
    Object.entries(expect).flatMap(([name, operand]) =>
      name === 'message' ? [] : [[name, shownExpectation(operand, redactor, limit)]],
    ),
  );
}

/** Returns why a response is not what was expected; undefined where it is. */
export function unexpected(assertions: readonly Assertion[], response: Response): Reason | undefined {
  const failed = assertions.filter(({ passed }) => !passed);
  const { status, unreadable } = response;
  if (failed.length === 0 && unreadable) return { kind: 'unreadable-response', status, why: unreadable };
  if (failed.length === 0) return undefined;
  const error = errorOf(response);
  return { kind: 'unexpected-response', failed, ...(error ? { error } : {}) };
}
