/** A group of things that a call reads or changes, such as all indices or the users of some names. */
export interface Touch {
  readonly family: Family;
  /** `*` stands for any text; without names all of the family. */
  readonly names?: readonly string[];
}

/** Things that no call on something of another family changes. */
export type Family =
  | 'indices'
  | 'users'
  | 'roles'
  | 'role-mappings'
  | 'privileges'
  /** Repositories, and the snapshots in them. */
  | 'snapshots'
  | 'pipelines'
  | 'cluster-settings'
  | 'cluster-facts'
  | 'bucket';

/** Two repositories at two clusters may hold the same snapshots. */
const familiesEverywhere: readonly Family[] = ['snapshots'];

/** What decides which credentials are accepted, and for what. */
export const securityFamilies: readonly Touch[] = [
  { family: 'users' },
  { family: 'roles' },
  { family: 'role-mappings' },
  { family: 'privileges' },
];

/** All that a call touches, and where. */
export interface Touched {
  /** The address of the server. */
  readonly place: string;
  readonly touches: readonly Touch[];
}

/** Returns whether it is proven that one of two calls changes nothing of what the other one touches. */
export function areIndependent(one: Touched | undefined, other: Touched | undefined): boolean {
  if (!one || !other) return false;
  const isShared = (family: Family) => one.place === other.place || familiesEverywhere.includes(family);
  return !one.touches.some((a) => isShared(a.family) && other.touches.some((b) => overlap(a, b)));
}

function overlap(one: Touch, other: Touch): boolean {
  if (one.family !== other.family) return false;
  if (!one.names || !other.names) return true;
  return one.names.some((a) => other.names?.some((b) => mayBeTheSame(a, b)));
}

/** Returns whether some text fits both patterns; true where that is not easily told. */
export function mayBeTheSame(one: string, other: string): boolean {
  const [before = '', ...after] = one.split('*');
  const [otherBefore = '', ...otherAfter] = other.split('*');
  if (after.length === 0 && otherAfter.length === 0) return one === other;
  if (after.length === 0) return one.startsWith(otherBefore);
  if (otherAfter.length === 0) return other.startsWith(before);
  return before.startsWith(otherBefore) || otherBefore.startsWith(before);
}
