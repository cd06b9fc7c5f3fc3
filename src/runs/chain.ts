import { createHash } from 'node:crypto';
import type { Event } from '../engine/index.ts';
import { isTooDeep, mostLevels } from '../text/index.ts';

/**
 * A journal is a chain: each line carries the hash of the line before it, the first one that of the plan. Whoever changes,
 * inserts or removes a line must write every later line again, and the last hash is then another one.
 */
export interface Chain {
  readonly events: readonly Event[];
  /** SHA-256 of the last line (of the plan where there is none), in hexadecimal. */
  readonly head: string;
  /** Bytes of the whole lines. */
  readonly length: number;
  /** Bytes of a last line that was not written to its end, as a crash leaves it. */
  readonly torn: number;
}

/** The journal's lines are damaged; the message names the first one that is. */
export class JournalDamage extends Error {}

const lineBreak = 0x0a;

/** SHA-256 of a text in UTF-8, in hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An event as a line of the journal, without its line break. */
export function lineOf(event: Event, previous: string): string {
  return JSON.stringify({ previous, ...event });
}

/**
 * Reads the lines of a journal and checks every link.
 * @param plan The text of the run's plan.
 * @param file The journal's name, for messages.
 * @throws `JournalDamage` where a whole line is no event, does not follow from the line before, or is about another plan.
 */
export function chainOf(bytes: Uint8Array, plan: string, file: string): Chain {
  const length = bytes.lastIndexOf(lineBreak) + 1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, Math.max(0, length - 1)));
  const lines = length === 0 ? [] : text.split('\n');
  const planId = hashOf(plan);
  let head = planId;
  const events = lines.map((line, index) => {
    const { previous, ...rest } = eventIn(line, `${file}:${index + 1}`);
    if (previous !== head) throw new JournalDamage(`${file}:${index + 1}: ${brokenLink(index, previous)}`);
    head = hashOf(line);
    const event = rest as Event;
    // Approvals are of the plan that the event names: who writes a whole record again must not give them to another plan.
    if (event.type === 'run-started' && event.plan !== planId)
      throw new JournalDamage(
        `${file}:${index + 1}: this run says that its plan is ${event.plan}, and plan.json is ${planId}: one of the two was exchanged`,
      );
    return event;
  });
  return { events, head, length, torn: bytes.length - length };
}

function eventIn(line: string, place: string): Event & { readonly previous?: string } {
  try {
    const value: unknown = JSON.parse(line);
    // Not even an event around the deepest response is nested so deep: who reads it would run out of stack.
    if (line.length > 2 * mostLevels && isTooDeep(value, 1.5 * mostLevels)) throw new TypeError('too deep');
    if (typeof value === 'object' && value !== null && 'type' in value && 'at' in value)
      return value as Event & { readonly previous?: string };
  } catch {
    // Said below.
  }
  throw new JournalDamage(`${place}: this line is no event: the journal was damaged or changed`);
}

function brokenLink(index: number, previous: string | undefined): string {
  if (previous === undefined) return 'this line carries no hash of the line before: it was changed or inserted';
  if (index === 0) return 'this line does not belong to the plan in plan.json: the plan or the line was changed';
  return `this line does not follow from line ${index}: one of the two was changed, or lines were inserted or cut out between them`;
}
