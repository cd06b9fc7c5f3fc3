import { isObject, type Json, type JsonObject, type Range } from '../text/index.ts';
import { type Path, type SourceDocument, valueAtPath } from './document.ts';

/** A place where a document is not what its schema wants. */
export interface Fault {
  /** The value that is wrong. */
  readonly path: Path;
  /** Of a mapping: the key that it does not take, or that it lacks. */
  readonly key?: string;
  /** What was probably meant by a key that it does not take. */
  readonly meant?: string;
  /** `wrong-value`: it cannot be read as what it should be. `odd`: it is of the right type, and can be read all the same. */
  readonly kind: 'wrong-value' | 'odd' | 'unknown-key' | 'missing-key';
}

/**
 * What a file with errors holds beside its intact parts. A rule that claims that something is missing asks here first: what
 * was left out because it is wrong, and what stands under a mistyped key, is not missing.
 */
export interface Gaps {
  /** Returns whether it is certain that the file has nothing at a path at which `value` has nothing. */
  readonly lacks: (path: Path) => boolean;
  /** Returns whether all is known that stands at a path, or that nothing does. */
  readonly isWhole: (path: Path) => boolean;
  /** Returns whether a part that was left out may have a step with this id. */
  readonly hides: (id: string) => boolean;
  /** Where something is odd, and has been called that already. */
  readonly told: readonly Range[];
}

/** Of a file without errors. */
export const noGaps: Gaps = { lacks: () => true, isWhole: () => true, hides: () => false, told: [] };

/**
 * A document without the parts that are wrong: what is left can be read by its schema's types. Undefined where nothing is left.
 * @param faultsIn Gives the faults of a value by the schema.
 */
export function intactPart(source: SourceDocument, faultsIn: (value: Json) => readonly Fault[]) {
  // It is only looked at, never run: doubles do.
  const root = source.doubles;
  if (!isObject(root)) return undefined;
  const dropped = new Map<string, Path>();
  /** Mappings with unknown keys, and the keys that may have been meant: any, where that is not known. */
  const incomplete = new Map<string, { readonly path: Path; readonly meant: Set<string | undefined> }>();
  const first = faultsIn(root);
  let value: JsonObject = root;
  // What is left out may be what something else cannot be without.
  for (let faults = first, before = -1; dropped.size > before; faults = faultsIn(value)) {
    before = dropped.size;
    for (const fault of faults) {
      if (fault.kind === 'unknown-key') {
        const { meant } = incomplete.get(keyOf(fault.path)) ?? { meant: new Set() };
        incomplete.set(keyOf(fault.path), { path: fault.path, meant: meant.add(fault.meant) });
      }
      const path = leftOut(fault);
      if (path) dropped.set(keyOf(path), path);
    }
    value = { ...empty(root), ...(without(root, [], dropped) as JsonObject) };
  }
  const hidden = [...dropped.values()].map((path) => idsIn(valueAtPath(root, path)));
  // What should be a step, steps or an id, and is nothing of the kind, may be any.
  const isAny = [...dropped.values()].some((path, index) => mayBeAnyStep(path) && hidden[index]?.length === 0);
  const gaps: Gaps = {
    lacks: (path) => {
      let here: Json = value;
      for (const [depth, segment] of path.entries()) {
        if (dropped.has(keyOf(path.slice(0, depth + 1)))) return false;
        const next = valueAtPath(here, [segment]);
        if (next === undefined) {
          const meant = incomplete.get(keyOf(path.slice(0, depth)))?.meant;
          return !meant?.has(undefined) && !meant?.has(String(segment));
        }
        here = next;
      }
      return false;
    },
    isWhole: (path) =>
      [...dropped.values()].every((other) => !begins(path, other) && !begins(other, path)) &&
      [...incomplete.values()].every((other) => !begins(other.path, path)) &&
      (valueAtPath(value, path) !== undefined || gaps.lacks(path)),
    hides: (id) => isAny || hidden.some((ids) => ids.includes(id)),
    told: first.filter(({ kind }) => kind === 'odd').map(({ path }) => source.rangeOf(path)),
  };
  return { value, gaps };
}

/** What has to go so that the rest can be read; undefined where nothing has to. */
function leftOut({ kind, path, key = '' }: Fault): Path | undefined {
  switch (kind) {
    case 'odd':
      return undefined;
    case 'unknown-key':
      return [...path, key];
    case 'missing-key':
      return path.length === 0 || isStep(path) ? [...path, key] : unitOf(path);
    case 'wrong-value':
      return path.length === 0 ? undefined : unitOf(path);
  }
}

/** What every rule reads of a file, whatever is missing in it. */
function empty(root: JsonObject): JsonObject {
  return { steps: [], ...('fragment' in root ? {} : { connections: {} }) };
}

const listsOfSteps: readonly unknown[] = ['steps', 'always', 'rollback'];

/** Returns whether a path leads to a step. */
function isStep(path: Path): boolean {
  return typeof path.at(-1) === 'number' && listsOfSteps.includes(path.at(-2));
}

/** What has to go with a wrong value so that the rest can be read: of a list other than one of steps, all of it. */
function unitOf(path: Path): Path {
  return typeof path.at(-1) !== 'number' || isStep(path) ? path : unitOf(path.slice(0, -1));
}

/** Steps keep their places: one that is left out is an empty one. */
function without(value: Json, path: Path, dropped: ReadonlyMap<string, Path>): Json {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) =>
      dropped.has(keyOf([...path, index])) ? {} : without(item, [...path, index], dropped),
    );
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(keyOf([...path, key])))
      .map(([key, item]) => [key, without(item, [...path, key], dropped)]),
  );
}

function mayBeAnyStep(path: Path): boolean {
  return isStep(path) || listsOfSteps.includes(path.at(-1)) || path.at(-1) === 'id';
}

/** What may be ids of steps in a value that was left out. */
function idsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(idsIn);
  return isObject(value) ? Object.values(value).flatMap((item) => idsIn(item as Json)) : [];
}

function begins(path: Path, other: Path): boolean {
  return other.every((segment, index) => path[index] === segment);
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
