import {
  type Advice,
  type AmbiguousResponse,
  type Assertion,
  type BodyAssertion,
  type Event,
  type NoResponse,
  type Reason,
  type ServerError,
  type StepOutcome,
  secretMark,
} from '../engine/index.ts';
import type { LockHolder } from '../kinds/index.ts';
import { expectedOf } from '../language/index.ts';
import { skipReasonText } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { durationOf, type Json } from '../text/index.ts';
import { windowText } from './words.ts';

/** Why something ended as it did, as one sentence. All that a reason can be is said here, and only here. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'condition-not-met':
    case 'no-connection':
      return skipReasonText(reason);
    case 'not-confirmed':
      return `it was not confirmed: ${reason.question}`;
    case 'outside-maintenance-window':
      return `this step is disruptive, and now is outside the maintenance windows of ${reason.environment} (${reason.windows.map(windowText).join('; ')})`;
    case 'template-error':
      return reason.message;
    case 'missing-output':
      return `there is no steps.${reason.step}.${reason.output}: step "${reason.step}" did not run, or its answer had nothing there`;
    case 'needs-output':
      return `it needs steps.${reason.step}.${reason.output}`;
    case 'secret-lost':
      return `steps.${reason.step}.${reason.output} is a secret, and was in the memory of the process that has ended only; what undoes a step does not read it again, because the step may have changed it`;
    case 'secret-not-reread':
      return reason.cause
        ? `"${reason.step}" gives a secret, and could not be read again: ${reasonText(reason.cause)}`
        : `what "${reason.step}" gave was secret, and cannot be read again`;
    case 'internal-error':
      return `internal error: ${reason.message}`;
    case 'no-response':
      return noResponseText(reason);
    case 'response':
      return statusText(reason.status, reason.error);
    case 'unexpected-response':
      return unexpectedText(reason);
    case 'condition-not-yet-met':
      return unmetText(reason.unmet);
    case 'timed-out':
      return `timed out after ${durationOf(reason.timeout_ms)}: ${reasonText(reason.cause)}`;
    case 'not-sent':
      return `not sent: ${reasonText(reason.cause)}`;
    case 'effect-unknown':
      return `whether its effect is there already cannot be told: ${reasonText(reason.cause)}`;
    case 'read-back':
      return readBackText(reason);
    case 'no-idempotency-check':
      return `${ambiguousText(reason.response)}; it may have taken effect, and the step has no done_when that could tell. Look at the server before you run this again.`;
    case 'process-ended': {
      const said = statusText(reason.response.status, reason.response.error);
      return reason.passed
        ? `the process ended after the answer ${said}`
        : `${said}; an assertion did not hold, and the process ended`;
    }
    case 'decided':
      return 'a person says that it took effect';
    case 'lock-held':
      return `${reason.connection} is locked by ${holderText(reason.holder)}. Wait for it; where it died, go on with it (runbook resume) or remove its lock (runbook unlock)`;
    case 'lock-not-acquired':
      return `the lock of ${reason.connection} cannot be taken: PUT ${reason.path}: ${reasonText(reason.cause)}. With --no-cluster-lock it goes on without: make sure that nobody else is at work there`;
    case 'lock-uncertain':
      return `The lock of ${reason.connection} may have been acquired, and its answer was lost. Look, once the cluster answers: runbook unlock ${reason.connection}.`;
    case 'lock-lost':
      return `the lock of ${reason.connection} was taken away from this run; another one may be working there`;
    case 'lock-not-released':
      return `The lock of ${reason.connection} could not be released (${reasonText(reason.cause)}). Remove it with runbook unlock, once the cluster answers.`;
    case 'lock-left-by-restore':
      return `the lock of ${holderText(reason.holder)}, was restored from a snapshot together with its index, and is not in force`;
    case 'lock-index-moved':
      return 'its index was deleted or restored while this run held the lock, which was acquired again';
    case 'journal-not-writable':
      return `the journal cannot be written (${reason.message})`;
    case 'interrupted-twice':
      return 'the run was interrupted twice';
    case 'not-rolled-back':
      return `${reason.partly ? 'not rolled back to its end' : 'not rolled back'}: ${reasonText(reason.cause)}`;
  }
}

/** Why a step ended as it did, with the outcome that it follows: a dry run says what is so now. */
export function stepReasonText(outcome: StepOutcome | undefined, reason: Reason): string {
  if (outcome !== 'depends' || reason.kind === 'needs-output' || reason.kind === 'template-error')
    return reasonText(reason);
  return `now ${reason.kind === 'unexpected-response' ? failedText(reason.failed) : reasonText(reason)}`;
}

/** Why there is no response, and what may help. */
export function noResponseText({ cause, message = '', timeout_ms = 0 }: NoResponse): string {
  switch (cause) {
    case 'timeout':
      return `no answer within ${timeout_ms / 1_000} s`;
    case 'not-json':
      return 'the answer is not JSON: something else than the server may be answering, such as a proxy';
    case 'connection-refused':
      return message === '' ? 'connection refused at every address of the host' : `${message}: nothing listens there`;
    case 'unknown-host':
      return `${message}: the host name is not known here`;
    case 'certificate':
      return `${message}: give the certificate authority as ca or fingerprint in the environment file`;
    case 'tls':
      return `${message}: the server may speak http, not https`;
    case 'network':
    case 'not-rendered':
      return message;
    case 'unknown-connection':
      return `there is no connection "${message}"`;
    case 'unknown-identity':
      return `there is no identity "${message}"`;
    case 'wrong-kind':
      return 'the connection is of another kind than the call';
    case 'dry-run':
      return 'a dry run sends no write';
    case 'exception':
      return `the connection failed: ${message}`;
  }
}

/** Whether a request without a response may have been sent. */
export function sentIn({ reason }: Extract<Event, { type: 'no-response' }>): 'no' | 'maybe' {
  return reason.kind === 'no-response' ? reason.sent : 'no';
}

function ambiguousText(response: AmbiguousResponse): string {
  return response.kind === 'no-record' ? 'the process ended before there was an answer' : reasonText(response);
}

function readBackText({ response, effect, cause }: Extract<Reason, { kind: 'read-back' }>): string {
  const said = ambiguousText(response);
  switch (effect) {
    case 'in-place':
      return `${said}; read back: it took effect`;
    case 'not-in-place':
      return `${said}; read back: it did not take effect${cause ? ` (${reasonText(cause)})` : ''}`;
    case 'unknown':
      return cause
        ? `${said}; reading back did not tell: ${reasonText(cause)}`
        : `${said}; reading back whether it took effect`;
  }
}

/** The author's words, then what was seen, then the server's words. */
function unexpectedText({ failed, error }: Extract<Reason, { kind: 'unexpected-response' }>): string {
  const words = [...new Set(failed.flatMap(({ message }) => (message === undefined ? [] : [message])))];
  return [...words, failedText(failed), ...(error ? [`The server says: ${errorText(error)}`] : [])].join(' — ');
}

function failedText(failed: readonly Assertion[]): string {
  return failed
    .map((assertion) => `${subjectOf(assertion)} is ${actualText(assertion)}, expected ${expectedText(assertion)}`)
    .join('; ');
}

function unmetText(unmet: readonly BodyAssertion[]): string {
  return unmet
    .map((assertion) => `${assertion.subject} is ${actualText(assertion)}, waiting for ${expectedText(assertion)}`)
    .join('; ');
}

/** The subject of an assertion: the status, or an expression over the body. */
export function subjectOf(assertion: Assertion): string {
  return assertion.of === 'status' ? 'status' : assertion.subject;
}

/** The expectation of an assertion, to stand behind "expected". */
export function expectedText(assertion: Assertion): string {
  if (assertion.of === 'status') return assertion.expect.join(' or ');
  return assertion.expect === secretMark ? secretMark : expectedOf(assertion.expect, inOneLine);
}

/** @param limit Characters; 200 where none are named. */
export function actualText({ actual }: Assertion, limit?: number): string {
  return inOneLine(nothingOr(actual), limit);
}

/** An absent value is recorded as null. */
function nothingOr(actual: Json): Json | undefined {
  return actual ?? undefined;
}

/** A status and the server's words for it. */
export function statusText(status: number, error: ServerError | undefined): string {
  return `status ${status}${error ? ` (${errorText(error)})` : ''}`;
}

/** The server's words for an error, and what may help. */
export function errorText({ type, reason, advice }: ServerError): string {
  return `${type}: ${reason}${advice ? ` ${adviceText(advice)}` : ''}`;
}

function adviceText(advice: Advice): string {
  const setting = (name: string, connection: string) => `${name} of connection "${connection}" in the environment file`;
  switch (advice.kind) {
    case 'check-setting':
      return `Check ${setting(advice.setting, advice.connection)}.`;
    case 'check-secret':
      return `Check what ${setting(advice.setting, advice.connection)} refers to.`;
    case 'other-endpoint':
      return `The bucket is at ${advice.endpoint}: set ${setting('endpoint', advice.connection)} to https://${advice.endpoint}, and its region to ${advice.region}.`;
    case 'needs-permissions':
      return `The credentials may not do this: they need ${advice.permissions.join(', ')}.`;
  }
}

/** Who holds a lock. */
export function holderText({ run, owner, age_ms, expired }: LockHolder): string {
  return `run ${run} of ${owner}, whose last heartbeat was ${Math.round(age_ms / 1_000)} s ago${expired ? ' (expired: that process has ended, or cannot reach the cluster)' : ''}`;
}
