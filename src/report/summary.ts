import type { RunSummary, Suspension } from '../engine/index.ts';
import { inert } from '../text/index.ts';
import {
  byHandLines,
  cleanupText,
  continuationText,
  keptText,
  leftText,
  leftTitle,
  notesOf,
  noteText,
  outcomeSentence,
} from './run-lines.ts';

/** The run's id, and the hash that its journal ends in. */
interface Record {
  readonly run: string;
  readonly head: string;
  /** The prediction of a dry run, in one sentence. */
  readonly forecast?: string;
}

/** Returns the end of a run for its operator: the outcome, and the next steps. */
export function summaryText(summary: RunSummary, { run, head, forecast }: Record): string {
  const lines = [
    ...(forecast === undefined ? [] : [`dry run: ${forecast}`]),
    ...(forecast === undefined || summary.outcome !== 'done' ? [outcomeSentence(summary)] : []),
  ];
  const notes = notesOf(summary);
  if (notes.length > 0) lines.push('', 'Notes:', ...notes.map((note) => `  ${noteText(note)}`));
  if (summary.suspended) {
    const { suspended } = summary;
    // Before it may be rolled back, whoever holds the lock or the disk has to let it.
    const canBeRolledBack = ['step', 'confirmation'].includes(suspended.by) && summary.can_be_rolled_back.length > 0;
    lines.push(
      '',
      ...nextLines(run, suspended),
      ...(canBeRolledBack ? [`Or roll the run back: runbook rollback ${run}`] : []),
    );
  }
  if (summary.in_doubt.length > 0 && !summary.suspended) {
    lines.push(
      '',
      'Unknown outcome, check the server before you run this again:',
      ...summary.in_doubt.map((step) => `  ${step}`),
    );
  }
  if (summary.cleanup_failures.length > 0) {
    lines.push(
      '',
      'Not cleaned up, manual intervention required:',
      ...summary.cleanup_failures.map((failure) => `  ${failure.step}: ${cleanupText(failure)}`),
    );
  }
  for (const certain of [true, false]) {
    const left = summary.left.filter((one) => one.certain === certain);
    if (left.length > 0) lines.push('', `${leftTitle({ certain })}:`, ...left.map((one) => `  ${leftText(one)}`));
  }
  if (summary.kept.length > 0) lines.push('', 'Kept on purpose:', ...summary.kept.map((kept) => `  ${keptText(kept)}`));
  if (summary.can_be_rolled_back.length > 0 && summary.outcome === 'done')
    lines.push('', `Roll it back: runbook rollback ${run}`);
  lines.push(
    '',
    `Every call and assertion: runbook show ${run}`,
    `To verify the journal: runbook verify ${run} --head ${head}`,
  );
  if (summary.can_be_rolled_back.length > 0 && summary.outcome !== 'done' && !summary.suspended) {
    lines.push('', `To complete the rollback: runbook rollback ${run}`, 'Or by hand, in this order:');
    lines.push(...byHandLines(summary).map((line) => `  ${line}`));
  }
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

function nextLines(run: string, suspended: Suspension): string[] {
  if (suspended.by === 'confirmation') return [`Confirm it and continue: ${continuationText(run, suspended)}`];
  return suspended.by === 'step'
    ? decisionLines(run, suspended.step)
    : [`Then continue: ${continuationText(run, suspended)}`];
}

function decisionLines(run: string, step: string): string[] {
  return [
    'Check the server, then say whether it took effect:',
    `  it did:      runbook resume ${run} --assume-done ${step}`,
    `  it did not:  runbook resume ${run} --assume-not-done ${step}`,
  ];
}
