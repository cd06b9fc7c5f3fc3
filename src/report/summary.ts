import type { Origin, RunSummary, Suspension } from '../engine/index.ts';
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
import { commandText } from './words.ts';

/** The run, and the hash that its journal ends in. */
interface Record {
  readonly run: string;
  /** What it was started with, where that is known. */
  readonly origin?: Pick<Origin, 'approvals_required'>;
  readonly head: string;
  /** The prediction of a dry run, in one sentence. */
  readonly forecast?: string;
}

/** Returns the end of a run for its operator: the outcome, and the next steps. */
export function summaryText(summary: RunSummary, { run, origin = {}, head, forecast }: Record): string {
  const rollback = commandText('rollback', { run, origin });
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
      ...nextLines({ run, origin }, suspended),
      ...(canBeRolledBack ? [`Or roll the run back: ${commandText('rollback', { run, origin })}`] : []),
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
  if (summary.can_be_rolled_back.length > 0 && summary.outcome === 'done') lines.push('', `Roll it back: ${rollback}`);
  lines.push(
    '',
    `Every call and assertion: runbook show ${run}`,
    `To verify the journal: runbook verify ${run} --head ${head}`,
  );
  if (summary.can_be_rolled_back.length > 0 && summary.outcome !== 'done' && !summary.suspended) {
    lines.push('', `To complete the rollback: ${rollback}`, 'Or by hand, in this order:');
    lines.push(...byHandLines(summary).map((line) => `  ${line}`));
  }
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

function nextLines(run: Parameters<typeof commandText>[1], suspended: Suspension): string[] {
  const resume = continuationText(run, suspended);
  if (suspended.by === 'confirmation') return [`Confirm it and continue: ${resume}`];
  if (suspended.by !== 'step') return [`Then continue: ${resume}`];
  const command = commandText('resume', run);
  return [
    'Check the server, then say whether it took effect:',
    `  it did:      ${command} --assume-done ${suspended.step}`,
    `  it did not:  ${command} --assume-not-done ${suspended.step}`,
  ];
}
