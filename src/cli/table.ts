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
export const runHeadings = ['RUN', 'STARTED', 'RUNBOOK', 'ENVIRONMENT', 'OUTCOME'];

/** A run as a row of such a list. */
export function runRow({ id, started, runbook, environment, mode, outcome }: RunEntry): string[] {
  return [id, started.slice(0, 19).concat('Z'), runbook, environment, mode === 'dry' ? `dry run, ${outcome}` : outcome];
}
