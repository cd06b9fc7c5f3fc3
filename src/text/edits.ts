import type { Edit } from './diagnostic.ts';

/** A text with changes; of two that touch the same characters, the first counts. */
export function withEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { range, text: by } of [...edits].sort((a, b) => a.range.start.offset - b.range.start.offset)) {
    if (range.start.offset < at) continue;
    result += text.slice(at, range.start.offset) + by;
    at = range.end.offset;
  }
  return result + text.slice(at);
}
