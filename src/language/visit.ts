import type { Path } from './document.ts';
import type { Loaded } from './loaded.ts';
import type { Fragment, Runbook, Step } from './runbook.types.ts';

/** Where a step stands: as part of the operation, as what is read where it fails, as what follows it on every way out, or as what rolls it back. */
export type Place = 'steps' | 'evidence' | 'always' | 'rollback';

/** Steps that stand together, and where. */
export interface StepList {
  readonly place: Place;
  readonly steps: readonly Step[];
  readonly path: Path;
}

export interface VisitedStep {
  readonly step: Step;
  readonly path: Path;
  readonly place: Place;
  /** The steps around it, the outermost first. */
  readonly ancestors: readonly Step[];
}

/** The steps that a step holds itself. The one place that knows which keys hold steps: every walk goes through it. */
export function listsIn(step: Step, path: Path): StepList[] {
  const { steps, evidence, always, rollback } = step as { readonly [K in Place]?: readonly Step[] };
  return [
    { place: 'steps' as const, steps },
    { place: 'evidence' as const, steps: evidence },
    { place: 'always' as const, steps: always },
    { place: 'rollback' as const, steps: rollback },
  ].flatMap(({ place, steps: inner }) => (inner ? [{ place, steps: inner, path: [...path, place] }] : []));
}

/** The outermost steps of a file. */
export function listsOf({ value }: Pick<Loaded<Runbook | Fragment>, 'value'>): StepList[] {
  const rollback = 'rollback' in value ? value.rollback : undefined;
  return [
    { place: 'steps', steps: value.steps, path: ['steps'] },
    ...(rollback ? [{ place: 'rollback', steps: rollback, path: ['rollback'] } as const] : []),
  ];
}

/** Of a file: every rule and every lint asks for its steps. */
const visited = new WeakMap<Runbook | Fragment, readonly VisitedStep[]>();

/** Every step of a file, outer before inner, in the order in which they are written. */
export function stepsIn(file: Pick<Loaded<Runbook | Fragment>, 'value'>): readonly VisitedStep[] {
  const known = visited.get(file.value);
  if (known) return known;
  const steps = listsOf(file).flatMap((list) => stepsOf(list, []));
  visited.set(file.value, steps);
  return steps;
}

/** A step and every one inside it. What stands in `evidence`, `always` or `rollback` has its place; a block's steps have the block's. */
export function stepsWithin(step: Step): VisitedStep[] {
  return stepsOf({ place: 'steps', steps: [step], path: [] }, []);
}

function stepsOf({ place, steps, path }: StepList, ancestors: readonly Step[]): VisitedStep[] {
  return steps.flatMap((step, index) => {
    const here = [...path, index];
    const inner = listsIn(step, here).map((list) => (list.place === 'steps' ? { ...list, place } : list));
    return [{ step, path: here, place, ancestors }, ...inner.flatMap((list) => stepsOf(list, [...ancestors, step]))];
  });
}
