import {
  type Advice,
  type AmbiguousResponse,
  type Assertion,
  type NoResponse,
  type Reason,
  type ServerError,
  type StepOutcome,
  secretMark,
  type Unreadable,
  type Waiting,
} from '../engine/index.ts';
import type { LockHolder } from '../kinds/index.ts';
import { expectedOf } from '../language/index.ts';
import { skipReasonText } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { durationOf, type Json } from '../text/index.ts';
import { headerText, windowText } from './words.ts';

/** Returns why something ended as it did, as one sentence. Every reason has its sentence here, and only here. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'condition-not-met':
    case 'no-alternative-met':
    case 'no-connection':
      return skipReasonText(reason);
    case 'not-confirmed':
      return `not confirmed: ${reason.question}`;
    case 'waits-for-confirmation':
      return `waiting for a confirmation: ${reason.question}`;
    case 'outside-maintenance-window':
      return `this step is disruptive, and it is outside the maintenance windows of ${reason.environment} (${reason.windows.map(windowText).join('; ')})`;
    case 'template-error':
      return reason.message;
    case 'missing-output':
      return `steps.${reason.step}.${reason.output} has no value: step "${reason.step}" did not run, or its response did not contain it`;
    case 'needs-output':
      return `it needs steps.${reason.step}.${reason.output}`;
    case 'secret-lost':
      return `steps.${reason.step}.${reason.output} is a secret that only the ended process had in memory; a rollback does not read it again, because the step may have changed it`;
    case 'secret-not-reread':
      return reason.cause
        ? `"${reason.step}" saves a secret, and could not be read again: ${reasonText(reason.cause)}`
        : `"${reason.step}" saved a secret that cannot be read again`;
    case 'internal-error':
      return `internal error: ${reason.message}`;
    case 'no-response':
      return noResponseText(reason);
    case 'response':
      return statusText(reason.status, reason.error);
    case 'unexpected-response':
      return unexpectedText(reason);
    case 'unreadable-response':
      return `status ${reason.status}, and its body was not read: ${unreadableText(reason.why)}`;
    case 'condition-not-yet-met':
      return failedText(reason.unmet);
    case 'timed-out':
      return `timed out after ${durationOf(reason.timeout_ms)}${reason.waiting_for === undefined ? '' : ` waiting for ${reason.waiting_for}`}: ${reasonText(reason.cause)}`;
    case 'iterations-exhausted':
      return `until has not passed after ${reason.iterations} ${reason.iterations === 1 ? 'iteration' : 'iterations'} (max_iterations): ${skipReasonText(reason.unmet)}`;
    case 'not-sent':
      return reason.again
        ? `not sent again: ${reasonText(reason.cause)}; an earlier request may have taken effect`
        : `not sent: ${reasonText(reason.cause)}`;
    case 'effect-unknown':
      return `the idempotency check cannot tell whether it is already in place: ${reasonText(reason.cause)}`;
    case 'read-back':
      return readBackText(reason);
    case 'no-idempotency-check':
      return `${ambiguousText(reason.response)}; it may have taken effect, and the step has no idempotency check (done_when). Check the server before you run this again.`;
    case 'process-ended': {
      const said = statusText(reason.response.status, reason.response.error);
      return reason.passed
        ? `the process ended after the response: ${said}`
        : `${said}; an assertion failed, and the process ended`;
    }
    case 'decided':
      return 'the operator said that it took effect';
    case 'lock-held':
      return `${reason.connection} is locked by ${holderText(reason.holder)}. Wait for that run; if it has died, continue it (runbook resume ${reason.holder.run}) or remove its lock (runbook unlock)`;
    case 'lock-not-acquired':
      return `the lock of ${reason.connection} cannot be acquired: PUT ${reason.path}: ${reasonText(reason.cause)}. --no-cluster-lock runs without it: make sure that nobody else changes this cluster`;
    case 'locked-out':
      return `${reason.connection} is locked by ${holderText(reason.holder)}, and refuses these credentials: that run is not finished, and may have closed or replaced the users. If it has died, continue it: runbook resume ${reason.holder.run} (${reasonText(reason.cause)})`;
    case 'run-at-work':
      return `another process of this run ${reason.certain ? 'is' : 'may be'} at work on ${reason.connection}: ${holderText(reason.holder)}. Wait for it, or stop it`;
    case 'awaiting-heartbeat':
      return `an earlier process of this run has left its lock in ${reason.connection}: ${holderText(reason.holder)}. This machine cannot tell whether that process has ended: waiting for its heartbeat, ${durationOf(reason.wait_ms)}`;
    case 'lock-uncertain':
      return `The lock of ${reason.connection} may have been acquired: the response was lost. Check it once the cluster responds: runbook unlock ${reason.connection}.`;
    case 'lock-lost':
      return `the lock of ${reason.connection} is lost to this run; another run may be changing that cluster`;
    case 'lock-not-released':
      return `The lock of ${reason.connection} could not be released (${reasonText(reason.cause)}). Remove it with runbook unlock once the cluster responds.`;
    case 'lock-left-by-restore':
      return `the lock of ${holderText(reason.holder)}, was restored from a snapshot together with its index and is not in force`;
    case 'lock-index-moved':
      return 'its index was deleted or restored during the run; the lock was acquired again';
    case 'journal-not-writable':
      return `the journal cannot be written (${reason.message})`;
    case 'interrupted-twice':
      return 'the run was interrupted twice';
    case 'no-rollback':
      return 'nothing in the runbook rolls it back';
    case 'rollback-not-requested':
      return 'not rolled back, as requested';
    case 'rollback-incomplete':
      return 'its rollback is not complete';
    case 'in-place-at-the-end':
      return `in place at ${timeOfDay(reason.at)}, and not before: its request may have arrived late, or somebody else may have sent another one`;
    case 'changed-since':
      return `at ${timeOfDay(reason.at)} it was not as this run had left it: somebody else may have changed it, so it was not rolled back`;
    case 'not-in-place':
      return `not in place at ${timeOfDay(reason.at)}`;
    case 'not-rolled-back':
      return `${reason.partly ? 'not completely rolled back' : 'not rolled back'}: ${reasonText(reason.cause)}`;
  }
}

/** Returns why a step ended as it did, with the outcome that it follows: a dry run says what is so now. */
export function stepReasonText(outcome: StepOutcome | undefined, reason: Reason): string {
  if (outcome !== 'depends' || reason.kind === 'needs-output' || reason.kind === 'template-error')
    return reasonText(reason);
  return `now ${reason.kind === 'unexpected-response' ? failedText(reason.failed) : reasonText(reason)}`;
}

/** Returns what is waited for, in the author's words where there are any, and the state that is seen. */
export function waitingText({ waiting_for, reason }: Pick<Waiting, 'waiting_for' | 'reason'>): string {
  if (waiting_for === undefined) return `waiting: ${reasonText(reason)}`;
  if (reason.kind !== 'condition-not-yet-met') return `waiting for ${waiting_for}: ${reasonText(reason)}`;
  const [only] = reason.unmet;
  const state =
    only && reason.unmet.length === 1
      ? actualText(only)
      : reason.unmet.map((one) => `${subjectOf(one)} ${actualText(one)}`).join(', ');
  return `waiting for ${waiting_for}: now ${state}`;
}

/** Returns why there is no response, and what may help. */
export function noResponseText({ cause, sent, message = '', timeout_ms = 0 }: NoResponse): string {
  switch (cause) {
    case 'timeout':
      return `no ${sent === 'no' ? 'connection' : 'response'} within ${timeout_ms / 1_000} s`;
    case 'not-json':
      return 'the response is not valid JSON: something other than the server may be responding, such as a proxy';
    case 'not-oss':
      return 'the response is not one of OSS: something other than OSS may be responding, such as a proxy';
    case 'not-decodable':
      return `the response cannot be decompressed (content-encoding: ${message})`;
    case 'connection-refused':
      return `${message}: nothing listens on that port`;
    case 'unknown-host':
      return `${message}: this machine cannot resolve the host name`;
    case 'certificate':
      return `${message}: set ca or fingerprint of the certificate authority in the environment file`;
    case 'tls':
      return `${message}: the server may speak http, not https`;
    case 'network':
    case 'not-rendered':
      return message;
    case 'unsendable':
      return `HTTP cannot carry this request: ${message}`;
    case 'unknown-connection':
      return `unknown connection "${message}"`;
    case 'unknown-identity':
      return `unknown identity "${message}"`;
    case 'wrong-kind':
      return 'the call does not match the kind of the connection';
    case 'dry-run':
      return 'a dry run sends no write';
    case 'exception':
      return `the connection failed: ${message}`;
  }
}

function unreadableText(why: Unreadable): string {
  return why.kind === 'too-deep'
    ? `the response is nested deeper than ${why.levels} levels`
    : `the response is larger than ${why.bytes / 1_000_000} MB`;
}

function ambiguousText(response: AmbiguousResponse): string {
  return response.kind === 'no-record' ? 'the process ended before a response was recorded' : reasonText(response);
}

/** The time of a day of a time in ISO 8601: `03:12:07Z`. */
function timeOfDay(at: string): string {
  return `${at.slice(11, 19)}Z`;
}

function readBackText({ response, effect, cause, at }: Extract<Reason, { kind: 'read-back' }>): string {
  const said = ambiguousText(response);
  switch (effect) {
    case 'in-place':
      return `${said}; read back: it took effect (in place at ${timeOfDay(at)})`;
    case 'not-in-place':
      return `${said}; read back: not in place at ${timeOfDay(at)}${cause ? ` (${reasonText(cause)})` : ''}`;
    case 'unknown':
      return cause
        ? `${said}; the idempotency check cannot tell: ${reasonText(cause)}`
        : `${said}; checking whether it took effect`;
  }
}

/** The author's words, then what was seen, then the server's words. */
function unexpectedText({ failed, error }: Extract<Reason, { kind: 'unexpected-response' }>): string {
  const words = [...new Set(failed.flatMap(({ message }) => (message === undefined ? [] : [message])))];
  return [...words, failedText(failed), ...(error ? [`The server says: ${errorText(error)}`] : [])].join(' — ');
}

function failedText(failed: readonly Assertion[]): string {
  return failed.map(comparisonText).join('; ');
}

/** The expected and the actual value of an assertion. */
export function comparisonText(assertion: Assertion): string {
  return `${subjectOf(assertion)}: expected ${expectedText(assertion)}, actual ${actualText(assertion)}`;
}

/** The subject of an assertion: the status, a header, or an expression over the body. */
export function subjectOf(assertion: Assertion): string {
  if (assertion.of === 'status') return 'status';
  return assertion.of === 'header' ? headerText(assertion.subject) : assertion.subject;
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
  return `${type === undefined ? '' : `${type}: `}${reason}${advice ? ` ${adviceText(advice)}` : ''}`;
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
    case 'users-restored':
      return `This run ${advice.certain ? 'has' : 'may have'} sent a restore of the users of ${advice.connection} (snapshot ${advice.snapshot}): with it the passwords become those of the snapshot's source.`;
    case 'needs-permissions':
      return `The credentials lack permissions: they need ${advice.permissions.join(', ')}.`;
  }
}

/** Returns who holds a lock. */
export function holderText({ run, owner, age_ms, expired }: LockHolder): string {
  return `run ${run} of ${owner}, last heartbeat ${Math.round(age_ms / 1_000)} s ago${expired ? ' (expired: its process has ended or cannot reach the cluster)' : ''}`;
}
