import {
  type CallStep,
  type Method,
  noGaps,
  type Path,
  type Place,
  partsOfCall,
  stepsIn,
  type VisitedStep,
} from '../../language/index.ts';
import { inputIn } from '../kinds-given.ts';
import type { CheckedFile } from '../rule.ts';
import { connectionOf } from '../templates.ts';

/** A call of a file, or of a fragment that it uses. */
export interface CallBehind {
  readonly step: CallStep;
  readonly method: Method;
  readonly target: string;
  readonly place: Place;
  /** As the file itself would name it; undefined where that is not known. */
  readonly on: string | undefined;
}

/** Where a step stands, seen from the file that is checked. */
interface Scope {
  readonly file: CheckedFile;
  readonly folder: string;
  /** The fragments around it. */
  readonly within: readonly string[];
  readonly on: string | undefined;
  readonly nameOf: (connection: string) => string | undefined;
}

/** The calls of steps and of the fragments that they use, in the order in which they are written. */
export function callsBehind(steps: readonly VisitedStep[], file: CheckedFile): readonly CallBehind[] {
  const scope: Scope = { file, folder: '', within: [], on: undefined, nameOf: (connection) => connection };
  return steps.flatMap((visited) => behind(visited, scope));
}

function behind(visited: VisitedStep, scope: Scope): readonly CallBehind[] {
  const { step, place } = visited;
  const own = connectionOf(visited, { gaps: noGaps });
  const on = own === undefined ? scope.on : scope.nameOf(own);
  if ('call' in step) {
    const { method, path: target } = partsOfCall(step.call);
    return [{ step, method, target, place, on }];
  }
  if (!('use' in step)) return [];
  const path = scope.folder + step.use;
  const fragment = scope.file.fragment(path);
  if (!fragment || scope.within.includes(path)) return [];
  const inner: Scope = {
    ...scope,
    folder: path.slice(0, path.lastIndexOf('/') + 1),
    within: [...scope.within, path],
    on,
    nameOf: (connection) => {
      const input = inputIn(connection);
      const given = input === undefined ? undefined : step.with?.[input];
      return typeof given === 'string' ? scope.nameOf(given) : undefined;
    },
  };
  return stepsIn(fragment)
    .filter((one) => isOperation(one))
    .flatMap((one) => behind(one, inner));
}

/** Returns whether a step is sent in every run, and not only where one fails. */
export function isOperation({ place }: Pick<VisitedStep, 'place'>): boolean {
  return place === 'steps' || place === 'always';
}

/** The steps of every `always`, or of every `rollback`, that is for a step: its own, or of what is around it. */
export function stepsFor(list: 'always' | 'rollback', { path }: VisitedStep, file: CheckedFile): VisitedStep[] {
  const lists = stepsByList(file);
  const around = path.flatMap((segment, at) => (segment === 'steps' ? [path.slice(0, at)] : []));
  return [...around, path].flatMap((at) => lists.get(keyOf([...at, list])) ?? []);
}

/** Of a file: many of its steps may be asked for theirs. */
const knownLists = new WeakMap<CheckedFile, ReadonlyMap<string, readonly VisitedStep[]>>();

/** The steps in each `always` and each `rollback`, at whatever depth, by the path of the list. */
function stepsByList(file: CheckedFile): ReadonlyMap<string, readonly VisitedStep[]> {
  const known = knownLists.get(file);
  if (known) return known;
  const lists = new Map<string, VisitedStep[]>();
  for (const visited of stepsIn(file))
    for (const [at, segment] of visited.path.entries()) {
      if (segment !== visited.place || segment === 'steps') continue;
      const key = keyOf(visited.path.slice(0, at + 1));
      const steps = lists.get(key) ?? [];
      lists.set(key, steps);
      steps.push(visited);
    }
  knownLists.set(file, lists);
  return lists;
}

function keyOf(path: Path): string {
  return path.join('/');
}

/** Returns whether two connections may be one: an input of a fragment may be any. */
export function mayBeOne(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return true;
  return one.includes('{{') !== other.includes('{{');
}
