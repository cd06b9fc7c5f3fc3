import { hash } from 'node:crypto';
import type { Event } from '../engine/index.ts';
import { isObject, isTooDeep, type Json, type JsonObject, mostLevels } from '../text/index.ts';

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
  /** What there is of that line. */
  readonly tail: string;
}

/** A line of a journal. */
export type JournalLine = {
  /** SHA-256 of the line before, of the plan on the first one; in hexadecimal. */
  readonly previous: string;
} & Event;

/** The journal's lines are damaged; the message names the first one that is. */
export class JournalDamage extends Error {}

const lineBreak = 0x0a;

/** SHA-256 of a text in UTF-8, in hexadecimal. */
export function hashOf(text: string): string {
  return hash('sha256', text);
}

/** An event as a line of the journal, without its line break. */
export function lineOf(event: Event, previous: string): string {
  // A hash needs no escapes: the event is not copied for it.
  return `{"previous":"${previous}",${JSON.stringify(event).slice(1)}`;
}

/**
 * Reads the lines of a journal and checks each of them and every link.
 * @param plan The text of the run's plan.
 * @param file The journal's name, for messages.
 * @param problemIn What is wrong with a line by its schema: `lineProblem`, which takes a while to load.
 * @throws `JournalDamage` where a whole line is no event, does not follow from the line before, or is about another plan.
 */
export function chainOf(
  bytes: Uint8Array,
  plan: string,
  file: string,
  problemIn: (line: Json) => string | undefined,
): Chain {
  const length = bytes.lastIndexOf(lineBreak) + 1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, Math.max(0, length - 1)));
  const lines = length === 0 ? [] : text.split('\n');
  const planId = hashOf(plan);
  let head = planId;
  const events = lines.map((line, index) => {
    const value = parsedLine(line, `${file}:${index + 1}`);
    if (value.previous !== head) throw new JournalDamage(`${file}:${index + 1}: ${brokenLink(index, value)}`);
    head = hashOf(line);
    const event = eventIn(value, `${file}:${index + 1}`, problemIn);
    if (index === 0 && event.type !== 'run-started')
      throw new JournalDamage(`${file}:1: a journal begins with run-started, and this line is ${event.type}`);
    // Approvals are of the plan that the event names: who writes a whole record again must not give them to another plan.
    if (event.type === 'run-started' && event.plan !== planId)
      throw new JournalDamage(
        `${file}:${index + 1}: this run says that its plan is ${event.plan}, and plan.json is ${planId}: one of the two was exchanged`,
      );
    return event;
  });
  const tail = new TextDecoder().decode(bytes.subarray(length));
  return { events, head, length, torn: bytes.length - length, tail };
}

export function parsedLine(line: string, place: string): JsonObject {
  try {
    const value: Json = JSON.parse(line);
    // Not even an event around the deepest response is nested so deep: who reads it would run out of stack.
    if (line.length > 2 * mostLevels && isTooDeep(value, 1.5 * mostLevels)) throw new TypeError('too deep');
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new JournalDamage(`${place}: this line is no event: the journal was damaged or changed`);
}

/**
 * The event of a line that is as its schema says.
 * @throws `JournalDamage` otherwise: a chain shows what was changed later, and not what was written wrong as a whole.
 */
export function eventIn(line: JsonObject, place: string, problemIn: (line: Json) => string | undefined): Event {
  const problem = problemIn(line);
  if (problem !== undefined)
    throw new JournalDamage(
      `${place}: this line is not as this version writes it: ${problem}. The journal was changed, or another version has written it`,
    );
  const { previous: _, ...event } = line as unknown as JournalLine;
  return event;
}

function brokenLink(index: number, { previous }: JsonObject): string {
  if (previous === undefined) return 'this line carries no hash of the line before: it was changed or inserted';
  if (index === 0) return 'this line does not belong to the plan in plan.json: the plan or the line was changed';
  return `this line does not follow from line ${index}: one of the two was changed, or lines were inserted or cut out between them`;
}
