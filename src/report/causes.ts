import { instanceId, plannedAmong, type Reason } from '../engine/index.ts';
import { nodesIn, type Plan } from '../plan/index.ts';
import { latestOf, numberText } from './entries.ts';
import { actualText, errorText, expectedText, reasonText, stepReasonText, subjectOf } from './reason-text.ts';
import { evidenceLines, outcomeText } from './run-lines.ts';
import { type ReportedCall, type ReportedStep, type RunReport, shownCalls } from './run-report.ts';

/** Something that went wrong by itself, and not because something else did. */
export interface Cause {
  /** The step that has failed; undefined where it is the run as a whole. */
  readonly step?: ReportedStep;
  /** The step or block that it is about: of a rollback that was not carried out, what it would have rolled back. */
  readonly about: string;
  /** Why, as one line. */
  readonly text: string;
  /** The author's words, call, expected and actual values, the server's words, evidence, the place in the runbook: one each. */
  readonly details: readonly string[];
}

/**
 * Returns what went wrong in a run, in the order in which it did: what only follows from it (a block around a step, a rollback
 * that is incomplete because a step of it has failed, a step that was interrupted) is left out.
 */
export function causesOf(plan: Plan, report: RunReport): Cause[] {
  const evidence = evidenceIn(plan, report);
  const steps = latestOf(report.steps).filter(isCause);
  const causes = steps.map((step) => causeOf(step, evidence.get(step.step) ?? []));
  const known = new Set(steps.map(({ step }) => step));
  const { summary, suspended = summary?.suspended } = report;
  const missed = [
    ...(summary?.failure ? [summary.failure] : []),
    ...(summary?.cleanup_failures ?? []).filter(({ reason }) => !isConsequence(reason)),
    ...(suspended && suspended.by !== 'confirmation' ? [{ step: aboutOf(suspended), reason: suspended.reason }] : []),
  ];
  for (const { step, reason } of missed) {
    if (known.has(step)) continue;
    known.add(step);
    const reported = report.steps.findLast((one) => one.step === step);
    const details = reported ? detailsOf(reported, reason, evidence.get(step) ?? []) : [reasonText(reason)];
    causes.push({ ...(reported ? { step: reported } : {}), about: step, text: reasonText(reason), details });
  }
  return causes;
}

function aboutOf(suspended: NonNullable<RunReport['suspended']>): string {
  return 'step' in suspended ? suspended.step : suspended.by;
}

/** A block fails by itself where it says why. What evidence could not read has failed nothing. */
function isCause({ outcome, kind, reason, phase }: ReportedStep): boolean {
  if (outcome !== 'failed' && outcome !== 'in-doubt') return false;
  return phase !== 'evidence' && (kind !== 'block' || reason !== undefined);
}

function isConsequence(reason: Reason): boolean {
  return reason.kind === 'not-rolled-back' && reason.cause.kind === 'rollback-incomplete';
}

function causeOf(step: ReportedStep, evidence: readonly ReportedStep[]): Cause {
  const { outcome, reason } = step;
  const text = reason === undefined ? outcomeText(outcome) : stepReasonText(outcome, reason);
  return { step, about: step.step, text, details: detailsOf(step, reason, evidence) };
}

function detailsOf(step: ReportedStep, reason: Reason | undefined, evidence: readonly ReportedStep[]): string[] {
  const { calls, assertions, place } = step;
  // Of a poll, the last one; a write is read back after it.
  const call = calls.findLast(({ purpose }) => purpose === 'step') ?? calls.at(-1);
  const failed = reason?.kind === 'unexpected-response' ? reason.failed : assertions.filter(({ passed }) => !passed);
  const error = reason?.kind === 'unexpected-response' ? reason.error : undefined;
  return [
    ...wordsOf(reason, step),
    ...(call ? [callLine(call)] : []),
    ...failed.map(
      (assertion) =>
        `${subjectOf(assertion)}: expected ${expectedText(assertion)}, actual ${actualText(assertion, Number.POSITIVE_INFINITY)}`,
    ),
    ...(error ? [`the server says: ${errorText(error)}`] : []),
    ...evidence.flatMap(evidenceText),
    `at ${place}`,
  ];
}

/** The author's words for it; where there is more to say than values that differ, the reason. */
function wordsOf(reason: Reason | undefined, { message, outcome }: ReportedStep): string[] {
  if (reason?.kind !== 'unexpected-response') return [message ?? (reason ? reasonText(reason) : outcomeText(outcome))];
  return [...new Set(reason.failed.flatMap(({ message }) => (message === undefined ? [] : [message])))];
}

function evidenceText(step: ReportedStep): string[] {
  const found = evidenceLines(step);
  const line = (text: string) => `evidence: ${step.title}: ${text}`;
  if (found.length > 0) return found.map(line);
  return [line(step.message === undefined ? outcomeText(step.outcome) : step.message)];
}

/** The calls of a step, each with what became of it: `POST /x on es as recovery: 500 in 12 ms (runbook/RUN/x)`. */
export function callLines(step: ReportedStep): string[] {
  const { first, left, last } = shownCalls(step);
  const more = left > 0 ? [`… ${numberText(left)} calls more`] : [];
  return [...first.map(callLine), ...more, ...last.map(callLine)];
}

function callLine({ request, connection, identity, purpose, ...call }: ReportedCall): string {
  const as = identity === undefined ? '' : ` as ${identity}`;
  const why = purpose === 'done_when' || purpose === 'unchanged_when' ? 'idempotency check: ' : '';
  return `${why}${request} on ${connection}${as}: ${responseText(call)} (${call.opaque_id})`;
}

function responseText({
  status,
  failure,
  duration_ms,
}: Pick<ReportedCall, 'status' | 'failure' | 'duration_ms'>): string {
  const said = status ?? (failure ? `no response: ${failure.message}` : 'no response recorded');
  return `${said}${duration_ms === undefined ? '' : ` in ${duration_ms} ms`}`;
}

/** The evidence of each step that has gathered some. */
function evidenceIn(plan: Plan, { steps }: RunReport): ReadonlyMap<string, ReportedStep[]> {
  const gathered = latestOf(steps).filter(({ phase }) => phase === 'evidence');
  const found = new Map<string, ReportedStep[]>();
  if (gathered.length === 0) return found;
  const around = new Map(
    nodesIn(plan).flatMap(({ node, section, within }) =>
      section === 'evidence' && within !== undefined ? [[node.id, within] as const] : [],
    ),
  );
  const plannedOf = plannedAmong(around);
  for (const step of gathered) {
    const { id = '', iterations = [] } = plannedOf(step.step) ?? {};
    const of = instanceId(around.get(id) ?? '', iterations);
    found.set(of, [...(found.get(of) ?? []), step]);
  }
  return found;
}
