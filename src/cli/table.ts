import { listedRun, timeText } from '../report/index.ts';
import type { RunEntry } from '../runs/index.ts';
import { inert } from '../text/index.ts';

/** Rows as text, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => inert(row[column] ?? '').length))) ?? [];
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => inert(cell).padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The columns of a list of runs. */
export const runHeadings = ['RUN', 'STARTED', 'DURATION', 'RUNBOOK', 'ENVIRONMENT', 'WHO', 'OUTCOME', 'REASON'];

/** Characters of a reason in a list; the report has all of it. */
const longestReason = 120;

/** A run as a row of such a list. */
export function runRow(entry: RunEntry): string[] {
  const { run, started_at, duration_ms, runbook, environment, operators, mode, state, message = '' } = listedRun(entry);
  const shown = inert(message);
  return [
    run,
    started_at.slice(0, 19).concat('Z'),
    duration_ms === undefined ? '-' : timeText(duration_ms),
    runbook,
    environment,
    operators.join(', '),
    mode === 'dry' ? `dry run, ${state}` : state,
    shown.length > longestReason ? `${shown.slice(0, longestReason - 1)}…` : shown,
  ];
}
