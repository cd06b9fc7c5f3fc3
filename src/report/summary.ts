import type { RunSummary } from '../engine/index.ts';
import { inert } from '../text/index.ts';
import { cleanupText, notesOf, noteText, outcomeSentence } from './run-lines.ts';

/** The run's id, and the hash that its journal ends in. */
interface Record {
  readonly run: string;
  readonly head: string;
  /** What a dry run predicts, in one sentence. */
  readonly forecast?: string;
}

/** What a person has to know at the end of a run, and what to do next. */
export function summaryText(summary: RunSummary, { run, head, forecast }: Record): string {
  const lines = [
    ...(forecast === undefined ? [] : [`dry run: ${forecast}`]),
    ...(forecast === undefined || summary.outcome !== 'done' ? [outcomeSentence(summary)] : []),
  ];
  const notes = notesOf(summary);
  if (notes.length > 0) lines.push('', 'To know:', ...notes.map((note) => `  ${noteText(note)}`));
  if (summary.suspended) {
    const { suspended } = summary;
    lines.push(
      '',
      ...(suspended.by === 'step' ? decisionLines(run, suspended.step) : [`Then go on: runbook resume ${run}`]),
    );
  }
  if (summary.in_doubt.length > 0 && !summary.suspended) {
    lines.push(
      '',
      'In doubt, look at the server before you run this again:',
      ...summary.in_doubt.map((step) => `  ${step}`),
    );
  }
  if (summary.cleanup_failures.length > 0) {
    lines.push(
      '',
      'Not cleaned up, do these by hand:',
      ...summary.cleanup_failures.map((failure) => `  ${failure.step}: ${cleanupText(failure)}`),
    );
  }
  if (summary.not_rolled_back.length > 0) {
    lines.push(
      '',
      'Not rolled back, as asked:',
      ...summary.not_rolled_back.map((step) => `  ${step}`),
      `Undo them: runbook rollback ${run}`,
    );
  }
  if (summary.outcome === 'done' && summary.writes > 0) lines.push('', `Undo it: runbook rollback ${run}`);
  lines.push(
    '',
    `Every call and assertion: runbook show ${run}`,
    `That nobody changed the record: runbook verify ${run} --head ${head}`,
  );
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

function decisionLines(run: string, step: string): string[] {
  return [
    'Look at the server, then say whether it took effect:',
    `  it did:      runbook resume ${run} --assume-done ${step}`,
    `  it did not:  runbook resume ${run} --assume-not-done ${step}`,
    `Or undo the run: runbook rollback ${run}`,
  ];
}
