import type { RunSummary } from '../engine/index.ts';
import { inert } from '../language/index.ts';
import { noteText, outcomeSentence } from './run-lines.ts';

/** What a person has to know at the end of a run, and what to do next. `run` is the id that `runbook show` takes. */
export function summaryText(summary: RunSummary, run: string, mode: 'real' | 'dry'): string {
  const lines = [
    mode === 'dry' && summary.outcome === 'done'
      ? `dry run finished: ${summary.predicted_writes} ${summary.predicted_writes === 1 ? 'write' : 'writes'} would be sent; nothing was`
      : outcomeSentence(summary),
  ];
  if (summary.notes.length > 0) lines.push('', 'To know:', ...summary.notes.map((note) => `  ${noteText(note)}`));
  if (summary.in_doubt.length > 0) {
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
      ...summary.cleanup_failures.map(({ step, reason }) => `  ${step}: ${reason}`),
    );
  }
  lines.push('', `Every call and assertion: runbook show ${run}`);
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}
