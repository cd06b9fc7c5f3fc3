import { holds, isMatcher, messageOf, valueAt } from '../language/index.ts';
import type { PlannedExpect } from '../plan/index.ts';
import { inert, isEqual, isObject, type Json, type JsonObject, jsonText, textOf } from '../text/index.ts';
import type { Reason } from './reason.ts';
import { type Redactor, secretMark } from './redactor.ts';
import type { RenderedCondition, RenderedExpect } from './render.ts';
import { headerOf } from './response.ts';
import type { Assertion, BodyAssertion, HeaderAssertion, Response, ServerError, StatusAssertion } from './result.ts';

interface JudgeOptions {
  readonly message?: string | undefined;
  readonly secrets?: readonly Json[];
  readonly limit?: number;
}

/** Longer values are cut to this many characters of JSON. */
const longestValue = 4_000;

/** Every assertion of an expectation over a response: the status, and where that passed and it could be read, the headers and the body. */
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
  const options = { message: expect.message, secrets };
  const headers = (expect.headers ?? []).map((one): HeaderAssertion => {
    return { of: 'header', ...judged(one, headerOf(response, one.subject), redactor, options) };
  });
  return [status, ...headers, ...judgeConditions(expect.body, response.body, redactor, options)];
}

/**
 * Conditions over a body.
 * @param message For those that have none of their own.
 * @param secrets What the step saves of this response as secret: an assertion about one of them does not show it.
 * @param limit Longer values are cut to this many characters of JSON.
 */
export function judgeConditions(
  conditions: readonly RenderedCondition[],
  body: Json,
  redactor: Redactor,
  options: JudgeOptions = {},
): BodyAssertion[] {
  return conditions.map((one) => ({
    of: 'body',
    ...judged(one, valueAt(body, one.subject, one.variables), redactor, options),
  }));
}

function judged(
  { subject, expect, isSecret }: RenderedCondition,
  actual: Json | undefined,
  redactor: Redactor,
  { message, secrets = [], limit = longestValue }: JudgeOptions,
): Omit<BodyAssertion, 'of'> {
  const passed = holds(actual, expect);
  const words = messageOf(expect) ?? message;
  const conceals = isSecret || (actual !== undefined && secrets.some((secret) => isEqual(secret, actual)));
  return {
    subject,
    expect: conceals ? secretMark : shownExpectation(expect, redactor, limit),
    actual: conceals ? secretMark : shown(actual ?? null, redactor, limit),
    passed,
    ...(passed || words === undefined ? {} : { message: words }),
  };
}

/** Returns whether every assertion passes. */
export function isExpected(expect: RenderedExpect, response: Response): boolean {
  return (
    !response.unreadable &&
    hasStatus(expect, response.status) &&
    (expect.headers ?? []).every((one) => holds(headerOf(response, one.subject), one.expect)) &&
    expect.body.every((one) => holds(valueAt(response.body, one.subject, one.variables), one.expect))
  );
}

export function hasStatus(expect: PlannedExpect, status: number): boolean {
  return expect.status.some((wanted) => wanted === status || wanted === `${Math.floor(status / 100)}xx`);
}

/** Longer lines of a text are cut to so many characters. */
const longestLine = 200;

/** The server's own words for a refusal, from the response body; of a text, which may be a proxy's, the first line. */
export function errorOf({ status, body, advice }: Response, redactor: Redactor): ServerError | undefined {
  // In what is no error, a message or a title may be anything.
  const told = isObject(body) && (status >= 400 || 'error' in body);
  const words = told
    ? wordsIn(body)
    : status >= 400 && typeof body === 'string'
      ? firstLineOf(body, redactor)
      : undefined;
  return words && { ...words, ...(advice ? { advice } : {}) };
}

/** Kibana's `error` is only the phrase of the status; `title` and `detail` are those of RFC 9457. */
function wordsIn({ error, message, title, detail }: JsonObject): ServerError | undefined {
  if (isObject(error)) {
    const { type = 'error', reason = '', caused_by } = error;
    const cause = isObject(caused_by) ? ` (${textOf(caused_by.reason ?? '')})` : '';
    return { type: textOf(type), reason: `${textOf(reason)}${cause}` };
  }
  const [reason] = [message, detail].filter((words) => typeof words === 'string' && words !== '');
  const [type] = [error, title].filter((words) => typeof words === 'string' && words !== '');
  if (reason === undefined) return type === undefined ? undefined : { type: 'error', reason: textOf(type) };
  return { ...(type === undefined ? {} : { type: textOf(type) }), reason: textOf(reason) };
}

/** Redacted as a whole, and then cut: of half a secret, no redactor recognises what is left. */
function firstLineOf(text: string, redactor: Redactor): ServerError | undefined {
  const lines = redactor.text(text).split(/[\r\n\u2028\u2029]+/);
  const line = inert(lines.find((one) => one.trim() !== '')?.trim() ?? '');
  if (line === '') return undefined;
  return { reason: line.length > longestLine ? `${line.slice(0, longestLine)}…` : line };
}

/** A value as it may be recorded: redacted, then cut. */
export function shown(value: Json, { value: redact, inOneLine }: Redactor, limit = longestValue): Json {
  return jsonText(value).length > limit ? inOneLine(value, limit) : redact(value);
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
export function unexpected(
  assertions: readonly Assertion[],
  response: Response,
  redactor: Redactor,
): Reason | undefined {
  const failed = assertions.filter(({ passed }) => !passed);
  const { status, unreadable } = response;
  if (failed.length === 0 && unreadable) return { kind: 'unreadable-response', status, why: unreadable };
  if (failed.length === 0) return undefined;
  const error = errorOf(response, redactor);
  return { kind: 'unexpected-response', failed, ...(error ? { error } : {}) };
}
