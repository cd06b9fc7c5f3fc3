import type { Diagnostic, Related } from './diagnostic.ts';
import { inert } from './inert.ts';

const widest = 160;

/**
 * A diagnostic as a person reads it: `file:line:col`, what is wrong, the line itself with a caret, what to do.
 * `text` is the file's text; without it, or without a range, the frame is left out. A sensitive line is cut before
 * its value. Control characters are shown, not sent to the terminal.
 */
export function printDiagnostic(diagnostic: Diagnostic, text?: string): string {
  const { file, range, severity, message, code, help, related = [] } = diagnostic;
  const place = range ? `${file}:${range.start.line}:${range.start.column}` : file;
  const lines = [`${inert(place)}  ${severity}: ${inert(message)} [${code}]`];
  if (range && text !== undefined) {
    lines.push(...frame(diagnostic, range, text));
    for (const other of related) lines.push(...relatedFrame(other, text));
  }
  if (help) lines.push(`  help: ${inert(help)}`);
  return lines.join('\n');
}

function frame(
  diagnostic: Pick<Diagnostic, 'isSensitive'>,
  range: NonNullable<Diagnostic['range']>,
  text: string,
): string[] {
  const line = text.split('\n')[range.start.line - 1]?.replace(/\r$/, '') ?? '';
  const from = Math.max(0, range.start.column - 1 - (widest - 40));
  const visible = diagnostic.isSensitive
    ? `${line.slice(from, range.start.column - 1)}…`
    : line.slice(from, from + widest) + (line.length > from + widest ? '…' : '');
  const gutter = `${range.start.line}`.padStart(4);
  const isOnOneLine = range.end.line === range.start.line;
  const width = diagnostic.isSensitive
    ? 1
    : isOnOneLine
      ? range.end.column - range.start.column
      : line.length - range.start.column + 1;
  const indent = ' '.repeat(range.start.column - 1 - from);
  const room = widest - (range.start.column - 1 - from);
  const caret = '^'.repeat(Math.max(1, Math.min(width, room)));
  return [`${gutter} | ${inert(visible)}`, `     | ${indent}${caret}`];
}

/** Another place, with what is there behind its mark. */
function relatedFrame({ range, message }: Related, text: string): string[] {
  const [line = '', mark = ''] = frame({}, range, text);
  return [line, `${mark.replaceAll('^', '-')} ${inert(message)}`];
}
