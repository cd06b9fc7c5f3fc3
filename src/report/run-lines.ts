import {
  type CleanupFailure,
  type Event,
  type GivenApproval,
  type Kept,
  type Left,
  type Note,
  type RecordedCall,
  type RunSummary,
  type ShownCall,
  type StepOutcome,
  type Suspension,
  sentIn,
} from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { inert } from '../text/index.ts';
import { type Failure, followFailures } from './failure.ts';
import { followOutages } from './live/outages.ts';
import { contentInOneLine } from './outline.ts';
import { measuresText, type ProgressFold, progressFold } from './progress-text.ts';
import { comparisonText, errorText, reasonText, stepReasonText, subjectOf, waitingText } from './reason-text.ts';
import type { ReportedStep, RunReport } from './run-report.ts';
import { endOf } from './sentences/index.ts';
import { word } from './shell.ts';
import { commandText } from './words.ts';

/** The outcome of a step, in words that stand alone. */
export const outcomeWords: Readonly<Record<StepOutcome, string>> = {
  done: 'done',
  unchanged: 'unchanged',
  'in-place': 'already in place; content not compared',
  skipped: 'skipped',
  failed: 'FAILED',
  'in-doubt': 'UNKNOWN OUTCOME',
  interrupted: 'interrupted',
  'would-change': 'would change',
  depends: 'may depend on a step that would change something',
};

/** Returns what became of a step that may still be going on. */
export function outcomeText(outcome: ReportedStep['outcome']): string {
  return outcome === undefined ? 'not ended' : outcomeWords[outcome];
}

/** A run as it happens, in plain lines. */
export interface PlainView {
  readonly show: (event: Event) => string[];
  /** Returns whether the failure of a step has been shown. */
  readonly isTold: (step: string) => boolean;
}

/**
 * A run as it happens, for logs of pipelines; what a poll waits for is said again only when it changes, and a failure is one
 * block. What a dry run says of each step comes at its end, in the shape of the plan.
 * @param before The events of earlier processes of the run.
 */
export function plainView(
  plan: Plan,
  { mode, before = [] }: { readonly mode: 'real' | 'dry'; readonly before?: readonly Event[] },
): PlainView {
  let waiting: string | undefined;
  const progress = plainProgress();
  const failureIn = followFailures(plan);
  const outages = followOutages(plan);
  const told = new Set<string>();
  const earlier = before.flatMap((event) => {
    outages.follow(event);
    return failureIn(event) ?? [];
  });
  const tell = (failure: Failure, at: string): string[] => {
    told.add(failure.step.step);
    return failureText(failure).map((line) => stamped(at, line));
  };
  const show = (event: Event): string[] => {
    const failure = failureIn(event);
    const over = outages.follow(event);
    if (mode === 'dry' && (event.type === 'step-started' || event.type === 'step-finished')) return [];
    if (event.type === 'waiting') {
      const text = waitingText(event);
      if (text === waiting) return [];
      waiting = text;
    }
    if (event.type === 'step-finished') waiting = undefined;
    const done = progress(event);
    if (event.type === 'progress') return done;
    // The summary follows; what is closed still, or is to be put right, is not in it.
    if (event.type === 'run-finished' || event.type === 'suspended')
      return outages.texts(Date.parse(event.at)).map((text) => stamped(event.at, `WARNING: ${text}`));
    if (failure) return tell(failure, event.at);
    const lines = [...linesOf(event), ...over.map((text) => stamped(event.at, `    ${text}`))];
    return event.type === 'run-resumed' && event.as === 'resume'
      ? [...lines, ...earlier.flatMap((one) => tell(one, event.at))]
      : lines;
  };
  return { show, isTold: (step) => told.has(step) };
}

/** The pauses between two lines of progress: where it has changed, and where it has not; milliseconds. */
const pauses = { changed: 30_000, unchanged: 300_000 };

/** Progress as plain lines: the first, and then one now and then. */
function plainProgress(): (event: Event) => string[] {
  const fold = progressFold();
  /** Of each step that is running. */
  const told = new Map<string, { readonly at: number; readonly measures: string }>();
  return (event) => {
    fold.take(event);
    if (event.type === 'step-finished') told.delete(event.step);
    if (event.type !== 'progress') return [];
    const said = told.get(event.step);
    const [at, measures] = [Date.parse(event.at), measuresText(event.measures)];
    if (said && at - said.at < (measures === said.measures ? pauses.unchanged : pauses.changed)) return [];
    told.set(event.step, { at, measures });
    return linesOf(event, false, fold);
  };
}

/** Gives the lines of each event of a run, in detail, progress with its rate. */
export function detailedLines(): (event: Event) => string[] {
  const fold = progressFold();
  return (event) => {
    fold.take(event);
    return linesOf(event, true, fold);
  };
}

/** A failure as lines below each other, which its evidence follows. */
function failureText({ step, facts }: Failure): string[] {
  const head = `${indent(step.depth)}${step.number} ${step.step}: ${step.title} — ${outcomeWords[step.outcome]}`;
  const lines = facts.map(({ label, text }) => `${label === undefined ? '' : label.padEnd(10)}${text}`);
  return [head, ...lines.map((line) => `${indent(step.depth)}    ${line}`)];
}

function stamped(at: string, line: string): string {
  return inert(`${at.slice(0, 19)}Z  ${line}`);
}

/**
 * An event as plain lines, of which there may be none: for logs of pipelines, and in detail (with every call and assertion)
 * as `runbook show` has it.
 * @param progress Has taken the event.
 */
export function linesOf(event: Event, isDetailed = false, progress?: ProgressFold): string[] {
  return textOf(event, isDetailed, progress).map((line) => stamped(event.at, line));
}

/** An event as the sentences of its plain lines, without the time. */
export function sentencesOf(event: Event): string[] {
  return textOf(event, false).map((line) => line.trim());
}

function textOf(event: Event, isDetailed: boolean, progress?: ProgressFold): string[] {
  switch (event.type) {
    case 'run-started':
      return [
        `${event.mode === 'dry' ? 'DRY RUN ' : 'run '}${event.run}: ${event.title} (${event.runbook}, environment ${event.environment}, plan ${event.plan.slice(0, 12)})`,
        ...(event.origin.approvals ?? []).map((given) => `approved by ${approvalText(given)}`),
      ];
    case 'run-resumed':
      return [
        event.as === 'resume' ? 'the run continues where its journal ends' : 'the run is rolled back, as requested',
      ];
    case 'line-lost':
      return [`the journal is cut off here: the write of ${event.step} may have been sent`];
    case 'step-started':
      // A request has one line, when it has ended; a write has another one when it is sent.
      if (event.kind !== 'block' && !isDetailed) return [];
      return [`${indent(event.depth)}${event.number} ${event.step}: ${event.title}`];
    case 'step-finished': {
      if (event.kind !== 'request' && event.outcome === 'done') return [];
      if (event.kind === 'note' && event.outcome === 'skipped' && !isDetailed) return [];
      const reason = event.reason === undefined ? '' : `: ${stepReasonText(event.outcome, event.reason)}`;
      const place = event.outcome === 'failed' || event.outcome === 'in-doubt' ? ` [${event.place}]` : '';
      return [
        `${indent(event.depth)}${event.number} ${event.step}: ${isDetailed ? '' : `${event.title} — `}${outcomeWords[event.outcome]}${reason}${place}`,
        ...evidenceLines(event).map((line) => `${indent(event.depth)}    ${line}`),
      ];
    }
    case 'write-intended':
      if (event.purpose === 'lock' && !isDetailed) return [];
      return [
        `    sending ${isDetailed ? callText(event.call) : `${event.call.request} to ${event.call.connection}${event.call.identity === undefined ? '' : ` as ${event.call.identity}`}`}`,
      ];
    case 'response': {
      const error = event.error ? `, ${errorText(event.error)}` : '';
      // A write was shown whole when it was sent.
      const call = event.call.effect === 'write' ? event.call.request : callText(event.call);
      const answer = `    ${event.status} in ${event.duration_ms} ms${error} — ${call} (x-opaque-id ${event.call.opaque_id})`;
      const warnings = event.warnings.map((warning) => `    warning from ${event.call.connection}: ${warning}`);
      return [...(isDetailed ? [answer] : []), ...warnings];
    }
    case 'no-response':
      // Without its numbers a poll goes on.
      if (event.purpose === 'progress' && !isDetailed) return [];
      return [
        `    no response from ${event.call.connection} to ${event.call.request}: ${reasonText(event.reason)}${sentIn(event) === 'maybe' && event.call.effect === 'write' ? ' (it may have taken effect)' : ''}`,
      ];
    case 'waiting':
      return [`    ${waitingText(event)}`];
    case 'progress':
      return [`    ${progress?.text(event.step, Date.parse(event.at)) ?? measuresText(event.measures)}`];
    case 'asserted':
      return isDetailed
        ? [
            event.passed
              ? `    passed: ${subjectOf(event)} is ${inOneLine(event.actual)}`
              : `    FAILED: ${comparisonText(event)}`,
          ]
        : [];
    case 'effect-checked':
      return isDetailed
        ? [
            `    ${{ 'in-place': 'in place', 'not-in-place': 'not in place', unknown: 'the idempotency check cannot tell' }[event.effect]}${event.reason === undefined ? '' : `: ${reasonText(event.reason)}`}`,
          ]
        : [];
    case 'confirmation':
      return [
        `${event.step}: ${event.question} ${event.confirmed ? 'yes' : 'no'}`,
        ...(isDetailed ? event.calls.map((call) => `    ${shownCallText(call)}`) : []),
      ];
    case 'noted':
      return [`${indent(event.depth)}${event.number} ${event.step}: ${noteText(event)}`];
    case 'interrupted':
      return ['interrupted: any steps of always run, then the rollback if it is enabled'];
    case 'rollback-started':
      return [`rolling back, in reverse order: ${event.of.join(', ')}`];
    case 'step-rolled-back':
      return [event.clean ? `rolled back: ${event.step}` : `NOT rolled back: ${event.step}`];
    case 'rollback-skipped':
      return [`nothing to roll back: ${event.step}: ${reasonText(event.reason)}`];
    case 'decided':
      return [`${event.step}: the operator said that it ${event.took_effect ? 'took effect' : 'did not take effect'}`];
    case 'suspended':
      return [suspendedText(event)];
    case 'lock':
      return lockLines(event, isDetailed);
    case 'rollback-finished':
      return [event.clean ? 'rollback complete' : 'rollback NOT complete'];
    case 'run-finished':
      return [`${outcomeSentence(event)}`];
  }
}

/** Returns what evidence has given, one value a line; nothing of any other step. */
export function evidenceLines({ phase, saved = {} }: Pick<ReportedStep, 'phase' | 'saved'>): string[] {
  if (phase !== 'evidence') return [];
  return Object.entries(saved).map(([name, value]) => `${name}: ${inOneLine(value, 2_000)}`);
}

/** Returns who has approved a plan: with which key, until when. */
export function approvalText({ name, key, expires_at }: GivenApproval): string {
  return `${name} (${key}), ${expires_at === undefined ? 'no expiry' : `until ${expires_at}`}`;
}

function lockLines(event: Extract<Event, { type: 'lock' }>, isDetailed: boolean): string[] {
  const { connection, state } = event;
  const reason = event.reason ? reasonText(event.reason) : '';
  switch (state) {
    case 'acquired':
      if (reason !== '') return [`acquired the lock of ${connection}: ${reason}`];
      return isDetailed ? [`acquired the lock of ${connection}`] : [];
    case 'released':
      return isDetailed ? [`released the lock of ${connection}`] : [];
    default:
      return [reason];
  }
}

/** A note as a line of its own. */
export function noteText({ severity, note }: Note): string {
  return severity === 'warning' ? `WARNING: ${note}` : note;
}

/** The call of a cleanup failure: `POST /x/_open on destination`. */
export function leftCallText({ call }: CleanupFailure): string | undefined {
  return call && `${call.request} on ${call.connection}`;
}

/** Returns what was not cleaned up: the call, and why, unless the reader has seen that. */
export function cleanupText(failure: CleanupFailure, isTold: (step: string) => boolean = () => false): string {
  const call = leftCallText(failure);
  if (isTold(failure.step)) return call === undefined ? 'see above' : `${call} (see above)`;
  return `${call === undefined ? '' : `${call} — `}${reasonText(failure.reason)}`;
}

/** Returns the lines to read at the end: the author's notes, and locks that are left behind. */
export function notesOf({ notes, locks_left }: RunSummary): Note[] {
  return [...notes, ...locks_left.map((reason): Note => ({ severity: 'warning', note: reasonText(reason) }))];
}

/**
 * The end of a run in one sentence: what it means for the clusters.
 * @param isTold Returns whether the reader has seen why a step has failed: it is not said again.
 */
export function outcomeSentence(summary: RunSummary, isTold: (step: string) => boolean = () => false): string {
  const failure = failureAt(summary, isTold);
  const stopped = stoppedText(summary, failure);
  switch (endOf(summary)) {
    case 'done':
      return `done, ${summary.writes} ${summary.writes === 1 ? 'write was' : 'writes were'} sent${inPlaceText(summary)}`;
    case 'refused':
      return `refused before the first write${failure}`;
    case 'no-write-sent':
      return `${stopped}. No write of a step was sent.`;
    case 'all-rolled-back':
      return `${stopped}. Rolled back: ${nothingLeft(summary)}.`;
    case 'nothing-to-roll-back':
      return `${stopped}. Nothing had to be rolled back: ${nothingLeft(summary)}.`;
    case 'undone':
      return `rolled back: ${nothingLeft(summary)}`;
    case 'nothing-to-undo':
      return `nothing had to be rolled back: ${nothingLeft(summary)}`;
    case 'suspended': {
      const { suspended } = summary;
      return suspended
        ? `suspended at ${suspendedAt(suspended)}, manual intervention required: ${reasonText(suspended.reason)}`
        : '';
    }
    case 'waiting-for-confirmation':
      return summary.suspended ? suspendedText(summary.suspended) : '';
    case 'intervention-required':
      return `${stopped}. Manual intervention is required.`;
  }
}

function failureAt({ failure }: RunSummary, isTold: (step: string) => boolean): string {
  if (!failure) return '';
  if (isTold(failure.step)) return ` at ${failure.step} (see above)`;
  // A reason may be a whole sentence.
  return ` at ${failure.step}: ${reasonText(failure.reason).replace(/\.$/, '')}`;
}

function inPlaceText({ in_place: count }: RunSummary): string {
  if (count === 0) return '';
  return `; ${count} ${count === 1 ? 'step was' : 'steps were'} already in place, content not compared`;
}

/** Returns how a run came to need a person. */
function stoppedText({ interrupted, failure }: RunSummary, text: string): string {
  const failed = failure ? [`failed${text}`] : [];
  const stopped = [...(interrupted ? ['interrupted'] : []), ...failed];
  return stopped.length > 0 ? stopped.join('; ') : 'the rollback is not complete';
}

function nothingLeft({ kept }: RunSummary): string {
  return `nothing that its steps wrote is left in place${kept.length > 0 ? ' but what it keeps' : ''}`;
}

/** A write that a run keeps or leaves in place: its step and its call. */
function accountedText({ step, call }: Kept | Left): string {
  const request = call && `${call.request} on ${call.connection}`;
  return [step, request].filter((part) => part !== undefined).join(': ');
}

/** Returns what is kept, and why. */
export function keptText(kept: Kept): string {
  const reason = typeof kept.reason === 'string' ? kept.reason : 'the index of the locks stays for the next run';
  return `${accountedText(kept)} — ${reason}`;
}

/** Returns what is left in place, and why. */
export function leftText(left: Left): string {
  return `${accountedText(left)} — ${reasonText(left.reason)}`;
}

/** The heading of what is left in place: what surely is, or what may be. */
export function leftTitle({ certain }: Pick<Left, 'certain'>): string {
  return certain ? 'Left in place' : 'Possibly left in place';
}

/** Returns the calls that complete a rollback by hand, each with what it is for. */
export function byHandLines({ by_hand }: RunSummary): string[] {
  return by_hand.map(shownCallText);
}

/** A call for a person: as it is sent, as far as that is known, and what it is for. */
export function shownCallText(call: ShownCall): string {
  const { request, connection, identity, query, title } = call;
  const as = identity === undefined ? '' : ` as ${identity}`;
  const sent = `${query === undefined ? '' : ` ${inOneLine(query, 600)}`}${contentInOneLine(call, 600)}`;
  return `${request} on ${connection}${as}${sent} — ${title}`;
}

/** Returns that a run is suspended, where and why. */
function suspendedText(suspension: Suspension): string {
  const { by, reason } = suspension;
  if (by === 'confirmation' && reason.kind === 'waits-for-confirmation')
    return `suspended, waiting for the confirmation of ${suspension.step}: ${reason.question}`;
  return `suspended at ${suspendedAt(suspension)}: ${reasonText(reason)}`;
}

/** Returns the command that goes on with a suspended run. */
export function continuationText(run: Parameters<typeof commandText>[1], suspension: Suspension): string {
  const how = { step: ' --assume-done', confirmation: ' --confirm', lock: '', journal: '' }[suspension.by];
  return `${commandText('resume', run)}${'step' in suspension ? `${how} ${word(suspension.step)}` : ''}`;
}

/** Returns where a run is suspended: at a step, a lock or the journal. */
function suspendedAt(suspension: Suspension): string {
  return 'step' in suspension ? suspension.step : suspension.by;
}

/** Returns how a run has ended, or that it has not. */
export function endText(report: Pick<RunReport, 'summary' | 'run' | 'origin' | 'suspended'>): string {
  if (report.summary) return outcomeSentence(report.summary);
  if (report.suspended) return `${suspendedText(report.suspended)} (${continuationText(report, report.suspended)})`;
  return `not finished: it is still running, or its process died (${commandText('resume', report)} continues it)`;
}

function callText(call: RecordedCall): string {
  const query = call.query === undefined ? '' : ` ${inOneLine(call.query)}`;
  return `${call.connection}${call.identity === undefined ? '' : ` as ${call.identity}`} ${call.request}${query}${contentInOneLine(call, 600)}`;
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
