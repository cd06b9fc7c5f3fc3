import { type Reading, type Readings, readingsOf } from './spellings.ts';

/** Texts to look for in other texts. */
export interface Forms {
  readonly add: (form: string) => void;
  /** Returns where a text spells one of them, in any way that it can be read; the places may overlap. */
  readonly placesIn: (text: string) => Place[];
}

export type Place = readonly [from: number, to: number];

/** Where forms that have begun alike go different ways, or one of them ends. */
interface Node {
  /** What leads here from the node before. */
  label: string;
  isForm: boolean;
  /** How much is still to come of the shortest form that goes through here. */
  least: number;
  next: Map<string, Node>;
}

/** How far forms have been followed through a text. */
interface Position {
  /** Up to where the text has been read. */
  readonly at: number;
  readonly node: Node;
  /** How much of the node's label has been read. */
  readonly read: number;
}

/**
 * Finds all forms in one pass over a text: those that begin alike are followed as one. A pass takes time that grows with
 * the text only, whatever the forms are.
 */
export function createForms(): Forms {
  const root: Node = { label: '', isForm: false, least: Number.POSITIVE_INFINITY, next: new Map() };
  return {
    add: (form) => insert(root, form),
    placesIn: (text) => (root.next.size === 0 ? [] : placesOf(root, text)),
  };
}

function leafOf(label: string): Node {
  return { label, isForm: true, least: 0, next: new Map() };
}

function insert(root: Node, form: string): void {
  let node = root;
  let rest = form;
  while (rest !== '') {
    const next = node.next.get(rest.charAt(0));
    if (next === undefined) {
      node.next.set(rest.charAt(0), leafOf(rest));
      return;
    }
    const common = commonLength(next.label, rest);
    if (common < next.label.length) split(next, common);
    rest = rest.slice(common);
    next.least = Math.min(next.least, rest.length);
    node = next;
  }
  node.isForm = true;
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}

/** Puts a node of its own in front of what follows after so much of a label. */
function split(node: Node, length: number): void {
  const rest: Node = { ...node, label: node.label.slice(length) };
  node.next = new Map([[rest.label.charAt(0), rest]]);
  node.least += rest.label.length;
  node.label = node.label.slice(0, length);
  node.isForm = false;
}

/** So many steps for each character of a text; only one that repeats itself, like a secret that does, takes more. */
const mostSteps = 32;

/** Every place in a text, or all of it where a search would take too long: of escapes without end, or of a secret that repeats itself. */
function placesOf(root: Node, text: string): Place[] {
  const readings = readingsOf(text);
  if (readings === undefined) return [[0, text.length]];
  const places: Place[] = [];
  let steps = 10_000 + mostSteps * text.length;
  const hasReadings = readings.size > 0;
  for (let from = 0; from < text.length; from++) {
    const isOther = hasReadings && readings.has(from);
    if (!isOther && !canBegin(root.next.get(text.charAt(from)), text.length - from)) continue;
    const { ends, taken } = follow(root, text, from, readings, steps);
    for (const to of ends) places.push([from, to]);
    steps -= taken;
    if (steps <= 0) return [[0, text.length]];
  }
  return places;
}

function canBegin(node: Node | undefined, left: number): boolean {
  return node !== undefined && node.label.length + node.least <= left;
}

/** Follows every way to read a text from one place: where forms end, and how many steps that took. */
function follow(root: Node, text: string, from: number, readings: Readings, most: number) {
  const ends: number[] = [];
  const open: Position[] = [{ at: from, node: root, read: 0 }];
  let seen: Map<Node, Set<number>> | undefined;
  let taken = 0;
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    let { at, node, read } = position;
    while (taken < most) {
      taken++;
      const isAtEnd = read === node.label.length;
      if (isAtEnd && node.isForm) ends.push(at);
      if (at >= text.length) break;
      const others = readings.get(at);
      const character = text.charAt(at);
      if (others !== undefined || isLineBreak(character)) {
        // Ways part here, and may meet again.
        seen ??= new Map();
        if (!isNew(seen, node, at * (node.label.length + 1) + read)) break;
        for (const other of others ?? []) open.push(...after({ at, node, read }, other));
        if (isLineBreak(character) && node !== root) open.push({ at: at + 1, node, read });
      }
      if (!isAtEnd) {
        if (character !== node.label[read]) break;
        read++;
      } else {
        const next = node.next.get(character);
        if (next === undefined) break;
        node = next;
        read = 1;
        // No spelling is shorter than what it spells.
        if (text.length - at < node.label.length + node.least) break;
      }
      at++;
    }
  }
  return { ends, taken };
}

/** Text may be wrapped (base64 is, after 76 characters), or have the line breaks of another system. */
function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}

function isNew(seen: Map<Node, Set<number>>, node: Node, place: number): boolean {
  const places = seen.get(node) ?? new Set();
  if (places.has(place)) return false;
  seen.set(node, places.add(place));
  return true;
}

/** Where forms go on after a reading, if any does; a line break may be one of the text's only. */
function after({ node, read }: Position, { end, spelled }: Reading): Position[] {
  let position: Position = { at: end, node, read };
  const positions = isLineBreak(spelled) && node.label !== '' ? [position] : [];
  for (const unit of spelled.split('')) {
    const next = step(position, unit);
    if (next === undefined) return positions;
    position = next;
  }
  return [...positions, position];
}

function step({ at, node, read }: Position, unit: string): Position | undefined {
  if (read < node.label.length) return node.label[read] === unit ? { at, node, read: read + 1 } : undefined;
  const next = node.next.get(unit);
  return next && { at, node: next, read: 1 };
}
