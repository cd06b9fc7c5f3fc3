import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { locateRunbook, readFiles, shown } from '../../host/files.ts';
import { inert, withEdits } from '../../text/index.ts';
import { exitCodes } from '../exit-codes.ts';

/** What is mended can have hidden something else. */
const mostRounds = 10;

/**
 * `runbook fix`: changes what was meant beyond doubt where it stands; comments and everything else stay. Exit code 2 where there are
 * errors left.
 */
export function fix(name: string): number {
  const path = locateRunbook(name);
  let count = 0;
  for (let round = 0; round < mostRounds; round++) {
    const { checked, texts } = readFiles(path);
    const text = texts.get(basename(path)) ?? '';
    const fixes = checked.diagnostics.flatMap(({ file, fix: edit, code }) =>
      edit && file === basename(path) ? [{ edit, code }] : [],
    );
    const fixed = withEdits(
      text,
      fixes.map(({ edit }) => edit),
    );
    if (fixed === text) break;
    writeFileSync(path, fixed);
    count += fixes.length;
    for (const { edit, code } of fixes) {
      const { start, end } = edit.range;
      const before = text.slice(start.offset, end.offset);
      process.stdout.write(
        `${inert(`${shown(path)}:${start.line}:${start.column}  ${before} → ${edit.text}`)} [${code}]\n`,
      );
    }
  }
  const errors = readFiles(path).checked.diagnostics.filter(({ severity }) => severity === 'error').length;
  process.stdout.write(
    `${count} ${count === 1 ? 'fix' : 'fixes'}, ${errors} ${errors === 1 ? 'error' : 'errors'} left${errors > 0 ? `: runbook validate ${name}` : ''}\n`,
  );
  return errors > 0 ? exitCodes.usage : exitCodes.done;
}
