import { inert } from '../text/index.ts';
import { readRunbook, runbookFiles, shown } from './files.ts';

/** `runbook list`: the runbooks that a name can mean. */
export function list(): void {
  const rows = runbookFiles().map((path) => {
    const { checked } = readRunbook(path);
    const runbook = checked.value?.runbook.value;
    return runbook
      ? [path.replace(/^.*\/|\.yaml$/g, ''), runbook.elasticsearch, runbook.route ?? '–', runbook.title]
      : [shown(path), '–', '–', 'not valid: see runbook validate'];
  });
  process.stdout.write(table([['RUNBOOK', 'ELASTICSEARCH', 'ROUTE', 'TITLE'], ...rows]));
}

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
