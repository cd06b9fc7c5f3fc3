import type { Plan, PlannedNode } from './plan.ts';

/** What a node's own nodes gave, in the order of the plan; empty where it has none. */
export interface Inner<T> {
  readonly steps: readonly T[];
  readonly evidence: readonly T[];
  readonly always: readonly T[];
  readonly rollback: readonly T[];
}

/** Folds a node from the inside out. The one place that knows which nodes hold others: every walk of a plan goes through it. */
export function foldNode<T>(node: PlannedNode, combine: (node: PlannedNode, inner: Inner<T>) => T): T {
  const fold = (nodes: readonly PlannedNode[] = []) => nodes.map((inner) => foldNode(inner, combine));
  switch (node.kind) {
    case 'block':
      return combine(node, {
        steps: fold(node.steps),
        evidence: [],
        always: fold(node.always),
        rollback: fold(node.rollback),
      });
    case 'request':
      return combine(node, { steps: [], evidence: fold(node.evidence), always: [], rollback: fold(node.rollback) });
    case 'note':
    case 'skipped':
      return combine(node, { steps: [], evidence: [], always: [], rollback: [] });
  }
}

/** Why a node is in a plan: it is asked before the first write, it is a step, it shows why one has failed, it cleans up, or it rolls something back. */
export type Section = 'preflight' | 'steps' | 'evidence' | 'always' | 'rollback';

/** A node of a plan, and where in the plan it stands. */
export interface Visited {
  readonly node: PlannedNode;
  readonly section: Section;
  /** How many blocks are around it. */
  readonly depth: number;
  /** The block that it is in. */
  readonly within?: string;
  /** The step or block that it rolls back, or the whole runbook. */
  readonly undoes?: string;
}

/** Stands for the id of a step where the whole runbook is meant. No step can have it: ids hold no spaces. */
export const wholeRunbook = 'the runbook';

/** Every node of a plan in the order in which a reader meets it: the rollback of a step stands behind the step. */
export function nodesIn({ preflight, steps, rollback }: Pick<Plan, 'preflight' | 'steps' | 'rollback'>): Visited[] {
  return [
    ...preflight.flatMap((node) => nodesOf(node, { section: 'preflight', depth: 0 })),
    ...steps.flatMap((node) => nodesOf(node, { section: 'steps', depth: 0 })),
    ...rollback.flatMap((node) => nodesOf(node, { section: 'rollback', depth: 0, undoes: wholeRunbook })),
  ];
}

type Place = Omit<Visited, 'node'>;

/** A node and every one inside it, in the same order; `place` is where the node itself stands. */
export function nodesOf(node: PlannedNode, place: Place = { section: 'steps', depth: 0 }): Visited[] {
  return foldNode<(place: Place) => Visited[]>(node, (one, { steps, evidence, always, rollback }) => (here) => {
    const within: Place = { ...here, depth: here.depth + 1, within: one.id };
    const cleanup: Place = { ...within, section: here.section === 'rollback' ? 'rollback' : 'always' };
    const undo: Place = { section: 'rollback', depth: here.depth + 1, within: one.id, undoes: one.id };
    return [
      { ...here, node: one },
      ...steps.flatMap((inner) => inner(within)),
      ...evidence.flatMap((inner) => inner({ ...within, section: 'evidence' })),
      ...always.flatMap((inner) => inner(cleanup)),
      ...rollback.flatMap((inner) => inner(undo)),
    ];
  })(place);
}

/** The nodes that a step or block consists of, itself included: all that run in it unless something fails. */
export function nodesRunBy(node: PlannedNode): PlannedNode[] {
  return nodesOf(node).flatMap(({ section, node: one }) =>
    section === 'rollback' || section === 'evidence' ? [] : [one],
  );
}

/** The node with every one inside it replaced, itself last. */
export function mapNode(node: PlannedNode, replace: (node: PlannedNode) => PlannedNode): PlannedNode {
  return foldNode<PlannedNode>(node, (one, { steps, evidence, always, rollback }) => {
    if (one.kind === 'note' || one.kind === 'skipped') return replace(one);
    const undo = one.rollback ? { rollback } : {};
    if (one.kind === 'request') return replace({ ...one, ...(one.evidence ? { evidence } : {}), ...undo });
    return replace({ ...one, steps, ...(one.always ? { always } : {}), ...undo });
  });
}
