import { expectedOf, holds, messageOf, valueAt } from '../language/index.ts';
import type { PlannedExpect } from '../plan/index.ts';
import { isObject, type Json } from '../text/index.ts';
import type { Assertion } from './event.ts';
import type { Answer } from './ports.ts';
import { concealed, type Redactor } from './redactor.ts';
import type { RenderedCondition, RenderedExpect } from './render.ts';

export type Answered = Extract<Answer, { kind: 'answer' }>;

/** Seen values are kept up to this many characters of JSON. */
const longestSeen = 4_000;

/** Every assertion of an expectation over an answer: the status, and where that holds, the body. */
export function judge(expect: RenderedExpect, answer: Answered, redactor: Redactor): Assertion[] {
  const isWanted = hasStatus(expect, answer.status);
  const status: Assertion = {
    subject: 'status',
    expected: expect.status.join(' or '),
    seen: answer.status,
    holds: isWanted,
    ...(expect.message === undefined || isWanted ? {} : { message: expect.message }),
  };
  if (!isWanted) return [status];
  return [status, ...judgeConditions(expect.body, answer.body, redactor, expect.message)];
}

/** Conditions over a body; `message` is for those that have none of their own. */
export function judgeConditions(
  conditions: readonly RenderedCondition[],
  body: Json,
  redactor: Redactor,
  message?: string,
): Assertion[] {
  return conditions.map(({ subject, expect, isSecret }) => {
    const seen = valueAt(body, subject);
    const isMet = holds(seen, expect);
    const words = messageOf(expect) ?? message;
    return {
      subject,
      expected: isSecret ? concealed : expectedOf(expect, redactor.inOneLine),
      seen: isSecret ? concealed : shortened(seen, redactor),
      holds: isMet,
      ...(isMet || words === undefined ? {} : { message: words }),
    };
  });
}

/** Whether every assertion holds. */
export function isExpected(expect: RenderedExpect, { status, body }: Answered): boolean {
  return hasStatus(expect, status) && expect.body.every((one) => holds(valueAt(body, one.subject), one.expect));
}

export function hasStatus(expect: PlannedExpect, status: number): boolean {
  return expect.status.some((wanted) => wanted === status || wanted === `${Math.floor(status / 100)}xx`);
}

/** What did not hold, as one text: the author's words, then what was seen. */
export function reasonOf(assertions: readonly Assertion[], answer: Answered, redactor: Redactor): string | undefined {
  const failed = assertions.filter((assertion) => !assertion.holds);
  if (failed.length === 0) return undefined;
  const words = [...new Set(failed.flatMap(({ message }) => (message === undefined ? [] : [message])))];
  const error = errorOf(answer.body);
  return [
    ...words,
    factsOf(failed, redactor),
    ...(error ? [`The server says: ${error.type}: ${error.reason}`] : []),
  ].join(' — ');
}

/** What was seen and what was expected, for the assertions that did not hold. */
export function factsOf(assertions: readonly Assertion[], { inOneLine }: Redactor): string {
  return assertions
    .filter((assertion) => !assertion.holds)
    .map(({ subject, seen, expected }) => `${subject} is ${inOneLine(seen ?? undefined)}, expected ${expected}`)
    .join('; ');
}

/** What an answer said that is none that was wanted, in a few words. */
export function saidBy(answer: Answer): string {
  return answer.kind === 'failure' ? answer.reason : statusText(answer.status, errorOf(answer.body));
}

export function statusText(
  status: number,
  error: { readonly type: string; readonly reason: string } | undefined,
): string {
  return `status ${status}${error ? ` (${error.type}: ${error.reason})` : ''}`;
}

/** The server's own words for a refusal, from the response body. Kibana's `error` is only the phrase of the status. */
export function errorOf(body: Json): { type: string; reason: string } | undefined {
  if (!isObject(body)) return undefined;
  const { error, message } = body;
  if (typeof error === 'string')
    return typeof message === 'string' ? { type: error, reason: message } : { type: 'error', reason: error };
  if (!isObject(error)) return undefined;
  const cause = isObject(error.caused_by) ? ` (${String(error.caused_by.reason ?? '')})` : '';
  return { type: String(error.type ?? 'error'), reason: `${String(error.reason ?? '')}${cause}` };
}

function shortened(seen: Json | undefined, { inOneLine }: Redactor): Json {
  if (seen === undefined) return null;
  return JSON.stringify(seen).length > longestSeen ? inOneLine(seen, longestSeen) : seen;
}
