/** A sequence of numbers from 0 up to 1 that follows from its seed alone (mulberry32). */
export interface Random {
  readonly next: () => number;
  /** A whole number from 0 up to, but not, `end`. */
  readonly below: (end: number) => number;
  /** How many numbers have been taken. */
  readonly drawn: () => number;
  readonly of: <T>(items: readonly T[]) => T;
  /** The same sequence from here on; what is taken of it is not taken of this one. */
  readonly copy: () => Random;
}

/** @param before How many of its numbers have been taken. */
export function randomFrom(seed: number, before = 0): Random {
  const step = 0x6d2b79f5;
  let state = (seed + Math.imul(step, before)) >>> 0;
  let taken = before;
  const next = () => {
    taken++;
    state = (state + step) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  const of: Random['of'] = (items) => items[below(items.length)] as never;
  return { next, below, drawn: () => taken, of, copy: () => randomFrom(seed, taken) };
}
