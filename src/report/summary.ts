import type { Origin, RunSummary, Suspension } from '../engine/index.ts';
import { inert } from '../text/index.ts';
import type { Line } from './live/line.ts';
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
import { type End, endOf } from './sentences/ends.ts';
import { commandText } from './words.ts';

/** The run, and the hash that its journal ends in. */
interface Record {
  readonly run: string;
  /** What it was started with, where that is known. */
  readonly origin?: Pick<Origin, 'approvals_required'>;
  readonly head: string;
  /** The prediction of a dry run, in one sentence. */
  readonly forecast?: string;
  /** How long the run took, or the process that went on with it: `took 12 s`. */
  readonly took?: string;
  /** Returns whether the reader has seen why a step has failed: it is not said again. */
  readonly isTold?: (step: string) => boolean;
}

/** Returns the end of a run for its operator, as text: the outcome, and the next steps. */
export function summaryText(summary: RunSummary, record: Record): string {
  return `${summaryLines(summary, record).map(plainLine).join('\n')}\n`;
}

/** Returns such a line for a log: times stand there anyway. */
export function plainLine({ indent = 0, text }: Line): string {
  return inert(`${'  '.repeat(indent)}${text}`);
}

/** Returns the same as lines for a terminal. */
export function summaryLines(summary: RunSummary, record: Record): Line[] {
  const { run, origin = {}, head, forecast, isTold } = record;
  const rollback = commandText('rollback', { run, origin });
  const took = record.took === undefined ? {} : { aside: record.took };
  const lines: Line[] = [
    ...(forecast === undefined ? [] : [{ text: `dry run: ${forecast}`, ...took }]),
    ...(forecast === undefined || summary.outcome !== 'done'
      ? [{ ...looks[lookOf(endOf(summary))], text: outcomeSentence(summary, isTold), ...took }]
      : []),
  ];
  const notes = notesOf(summary);
  if (notes.length > 0) lines.push(...listed('Notes:', notes.map(noteText)));
  if (summary.suspended) {
    const { suspended } = summary;
    // Before it may be rolled back, whoever holds the lock or the disk has to let it.
    const canBeRolledBack = ['step', 'confirmation'].includes(suspended.by) && summary.can_be_rolled_back.length > 0;
    lines.push(
      gap,
      ...nextLines({ run, origin }, suspended),
      ...(canBeRolledBack ? [command(`Or roll the run back: ${rollback}`)] : []),
    );
  }
  if (summary.in_doubt.length > 0 && !summary.suspended)
    lines.push(...listed('Unknown outcome, check the server before you run this again:', summary.in_doubt, 'bad'));
  if (summary.cleanup_failures.length > 0) {
    const failures = summary.cleanup_failures.map((failure) => `${failure.step}: ${cleanupText(failure, isTold)}`);
    lines.push(...listed('Not cleaned up, manual intervention required:', failures, 'bad'));
  }
  for (const certain of [true, false]) {
    const left = summary.left.filter((one) => one.certain === certain);
    if (left.length > 0) lines.push(...listed(`${leftTitle({ certain })}:`, left.map(leftText), 'bad'));
  }
  if (summary.kept.length > 0) lines.push(...listed('Kept on purpose:', summary.kept.map(keptText)));
  if (summary.can_be_rolled_back.length > 0 && summary.outcome === 'done')
    lines.push(gap, command(`Roll it back: ${rollback}`));
  lines.push(
    gap,
    command(`Every call and assertion: runbook show ${run}`),
    command(`To verify the journal: runbook verify ${run} --head ${head}`),
  );
  if (summary.can_be_rolled_back.length > 0 && summary.outcome !== 'done' && !summary.suspended) {
    lines.push(gap, command(`To complete the rollback: ${rollback}`), { text: 'Or by hand, in this order:' });
    lines.push(...byHandLines(summary).map((text): Line => ({ ...command(text), indent: 1 })));
  }
  return lines;
}

const gap: Line = { text: '' };

/** How the first line looks. */
const looks = {
  good: { mark: 'done', tone: 'strong' },
  bad: { mark: 'failed', tone: 'bad' },
  open: { mark: 'warning', tone: 'warning' },
} as const;

function lookOf(end: End): keyof typeof looks {
  if (end === 'done' || end === 'undone' || end === 'nothing-to-undo') return 'good';
  return end === 'suspended' || end === 'waiting-for-confirmation' ? 'open' : 'bad';
}

function listed(heading: string, texts: readonly string[], tone: Line['tone'] = 'strong'): Line[] {
  return [
    gap,
    { text: heading, ...(tone === undefined ? {} : { tone }) },
    ...texts.map((text) => ({ indent: 1, text })),
  ];
}

function command(text: string): Line {
  return { text, isCommand: true };
}

function nextLines(run: Parameters<typeof commandText>[1], suspended: Suspension): Line[] {
  const resume = continuationText(run, suspended);
  if (suspended.by === 'confirmation') return [command(`Confirm it and continue: ${resume}`)];
  if (suspended.by !== 'step') return [command(`Then continue: ${resume}`)];
  const again = commandText('resume', run);
  return [
    { text: 'Check the server, then say whether it took effect:' },
    { ...command(`it did:      ${again} --assume-done ${suspended.step}`), indent: 1 },
    { ...command(`it did not:  ${again} --assume-not-done ${suspended.step}`), indent: 1 },
  ];
}
