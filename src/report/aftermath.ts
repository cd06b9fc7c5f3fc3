import { patternOf } from '../engine/index.ts';
import type { Plan } from '../plan/index.ts';
import { comment } from './by-hand.ts';
import { causesOf } from './causes.ts';
import { numberText } from './entries.ts';
import {
  byHandLines,
  cleanupText,
  continuationText,
  endText,
  keptText,
  leftText,
  leftTitle,
  notesOf,
  noteText,
  outcomeText,
} from './run-lines.ts';
import { isBad, isGood, type ReportedStep, type RunReport } from './run-report.ts';
import { commandText } from './words.ts';

/** What a reader has to know after a run, under one heading. */
export interface Aftermath {
  readonly title: string;
  readonly lines: readonly string[];
  /** True if somebody has to act. */
  readonly isUrgent: boolean;
  /** A command to type. */
  readonly command?: string;
}

/**
 * Returns what was done about a failure, what nobody knows, what is left and kept, and what to do next, each in full: every
 * format has all of it.
 */
export function aftermathOf(report: RunReport): Aftermath[] {
  const { summary, steps, rollbacks, state } = report;
  const all: Aftermath[] = [];
  const add = (title: string, lines: readonly string[], isUrgent = false, command?: string) => {
    if (lines.length > 0 || command !== undefined)
      all.push({ title, lines, isUrgent, ...(command === undefined ? {} : { command }) });
  };
  if (state !== 'done') add('What was done about it', [...putRight(steps), ...rolledBack(rollbacks)]);
  if (!summary) {
    if (report.suspended) add('Next', [], true, continuationText(report, report.suspended));
    return all;
  }
  const { in_doubt, cleanup_failures, left, kept, by_hand, can_be_rolled_back } = summary;
  add('Notes', notesOf(summary).map(noteText));
  add('Unknown outcome, check the server before you run this again', in_doubt, true);
  add(
    'Not cleaned up, manual intervention required',
    cleanup_failures.map((failure) => `${failure.step}: ${cleanupText(failure)}`),
    true,
  );
  for (const certain of [true, false])
    add(leftTitle({ certain }), left.filter((one) => one.certain === certain).map(leftText), true);
  add('Kept on purpose', kept.map(keptText));
  const isSuspended = summary.suspended !== undefined;
  if (summary.suspended) add('Next', [], true, continuationText(report, summary.suspended));
  if (by_hand.length > 0 || (can_be_rolled_back.length > 0 && !isGood(state) && !isSuspended)) {
    add('To complete the rollback', [], true, commandText('rollback', report));
    add('Or by hand, in this order', byHandLines(summary), true);
  }
  return all;
}

/** The same as lines: each heading with what is below it. */
export function aftermathLines(report: RunReport): string[] {
  return aftermathOf(report).flatMap(({ title, lines, command }) => [
    `${title}:${command === undefined ? '' : ` ${command}`}`,
    ...lines.map((line) => `  ${line}`),
  ]);
}

/** How a run has ended, what went wrong and what is left of it, above what somebody sends by hand. */
export function runComments(plan: Plan, report: RunReport): string[] {
  const causes = causesOf(plan, report).flatMap(({ about, details }) => [
    `  ${about}`,
    ...details.map((detail) => `    ${detail}`),
  ]);
  const wrong = causes.length > 0 ? ['What went wrong:', ...causes] : [];
  return [`run ${report.run}: ${endText(report)}`, ...wrong, ...aftermathLines(report), ''].map(comment);
}

/** What was done, for a list: many that have ended alike are counted. */
interface Done {
  readonly id: string;
  readonly text: string;
  readonly line: string;
  /** False where somebody has to see each of them. */
  readonly isCountable: boolean;
}

/** The steps of `always` that have run. */
function putRight(steps: readonly ReportedStep[]): string[] {
  const ran = steps.filter(({ phase, kind }) => phase === 'always' && kind === 'request');
  return folded(
    ran.map(({ step, number, title, outcome }) => ({
      ...{ id: step, text: outcomeText(outcome), isCountable: !isBad(outcome) },
      line: `${number} ${step}: ${title} — ${outcomeText(outcome)}`,
    })),
  );
}

function rolledBack(rollbacks: RunReport['rollbacks']): string[] {
  // One that was tried again has ended as it has ended last.
  const last = [...new Map(rollbacks.map((one) => [one.step, one])).values()];
  return folded(
    last.map(({ step, clean, skipped, message }) => {
      const text = skipped ? 'nothing to roll back' : clean ? 'rolled back' : 'NOT rolled back';
      const isCountable = clean && (skipped === undefined || skipped.kind === 'not-in-place');
      return { id: step, text, isCountable, line: `${text}: ${step}${message === undefined ? '' : `: ${message}`}` };
    }),
  );
}

/** More than so many are counted. */
const mostAlike = 5;

function folded(all: readonly Done[]): string[] {
  const alike = new Map<string, Done[]>();
  for (const one of all) {
    const key = one.isCountable ? `${one.text}: ${patternOf(one.id)}` : one.line;
    const others = alike.get(key);
    if (others) others.push(one);
    else alike.set(key, [one]);
  }
  return [...alike.values()].flatMap((same) => {
    const [{ text, id }] = same as [Done];
    if (same.length <= mostAlike) return same.map(({ line }) => line);
    return [`${text}: ${numberText(same.length)} iterations of ${patternOf(id).replaceAll('#*', '')}`];
  });
}
