import type { Event } from '../../src/engine/index.ts';
import { eventIn, parsedLine } from '../../src/runs/chain.ts';
import { chainOf, hashOf } from '../../src/runs/index.ts';
import { lineProblem } from '../../src/runs/journal-line.ts';

/** A line of a journal that has been read and checked. */
export interface Line {
  /** Without its line break. */
  readonly text: string;
  readonly hash: string;
  readonly event: Event;
}

/** A journal as a process reads it that goes on with it. */
export interface Read {
  readonly events: readonly Event[];
  /** The hash of the last line. */
  readonly head: string;
  /** Characters of the whole lines: a last one that was not written to its end is left out. */
  readonly length: number;
}

/** Reads a journal as the program does. */
export function readWhole(journal: string, plan: string): Read {
  const { events, head, length } = chainOf(Buffer.from(journal), plan, 'journal', lineProblem);
  return { events, head, length: Buffer.from(journal).toString('utf8', 0, length).length };
}

/** Reads and checks what follows on the lines that have been read before; they are the same, and are only compared. */
export function readOn(journal: string, planId: string, before: readonly Line[]): Read & { readonly lines: Line[] } {
  const length = journal.lastIndexOf('\n') + 1;
  const lines: Line[] = [];
  let at = 0;
  for (const line of before) {
    const end = at + line.text.length;
    if (!journal.startsWith(line.text, at) || journal[end] !== '\n') break;
    lines.push(line);
    at = end + 1;
  }
  let head = lines.at(-1)?.hash ?? planId;
  for (const text of at === length ? [] : journal.slice(at, length - 1).split('\n')) {
    const place = `journal:${lines.length + 1}`;
    const value = parsedLine(text, place);
    if (value.previous !== head) throw new Error(`${place} does not follow from the line before`);
    head = hashOf(text);
    lines.push({ text, hash: head, event: eventIn(value, place, lineProblem) });
  }
  return { events: lines.map(({ event }) => event), head, length, lines };
}
