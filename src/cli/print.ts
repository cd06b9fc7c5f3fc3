// Not from index.ts: `--help` would load every package of the language.
import { inert } from '../text/inert.ts';

/** Lines for people: whatever files or servers have put into them, they are text. */
export function inertLines(text: string): string {
  return text.split('\n').map(inert).join('\n');
}

/** Writes what may be for a program: byte for byte into a pipe or a file, inert on a terminal. */
export function print(text: string): void {
  process.stdout.write(process.stdout.isTTY ? inertLines(text) : text);
}
