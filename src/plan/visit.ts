import type { Plan, PlannedNode } from './plan.ts';

/** What a node's own nodes gave, in the order of the plan; empty where it has none. */
export interface Inner<T> {
  readonly steps: readonly T[];
  readonly evidence: readonly T[];
  readonly always: readonly T[];
  readonly rollback: readonly T[];
}

const nothing: Inner<PlannedNode> = { steps: [], evidence: [], always: [], rollback: [] };

/** The nodes that a node holds. The one place that knows which nodes hold others: every walk of a plan goes through it. */
function innerOf(node: PlannedNode): Inner<PlannedNode> {
  switch (node.kind) {
    case 'block':
      return { ...nothing, steps: node.steps, always: node.always ?? [], rollback: node.rollback ?? [] };
    case 'request':
      // Most steps have neither, and a plan has many.
      if (!node.evidence && !node.rollback) return nothing;
      return { ...nothing, evidence: node.evidence ?? [], rollback: node.rollback ?? [] };
    case 'note':
    case 'skipped':
      return nothing;
  }
}

/** Folds a node from the inside out. */
export function foldNode<T>(node: PlannedNode, combine: (node: PlannedNode, inner: Inner<T>) => T): T {
  const fold = (nodes: readonly PlannedNode[]) => nodes.map((inner) => foldNode(inner, combine));
  const { steps, evidence, always, rollback } = innerOf(node);
  return combine(node, {
    steps: fold(steps),
    evidence: fold(evidence),
    always: fold(always),
    rollback: fold(rollback),
  });
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
  const found: Visited[] = [];
  for (const node of preflight) visit(node, { section: 'preflight', depth: 0 }, found);
  for (const node of steps) visit(node, { section: 'steps', depth: 0 }, found);
  for (const node of rollback) visit(node, { section: 'rollback', depth: 0, undoes: wholeRunbook }, found);
  return found;
}

type Place = Omit<Visited, 'node'>;

/** A node and every one inside it, in the same order; `place` is where the node itself stands. */
export function nodesOf(node: PlannedNode, place: Place = { section: 'steps', depth: 0 }): Visited[] {
  const found: Visited[] = [];
  visit(node, place, found);
  return found;
}

function visit(node: PlannedNode, here: Place, found: Visited[]): void {
  found.push({ ...here, node });
  const inner = innerOf(node);
  if (inner === nothing) return;
  const within: Place = { ...here, depth: here.depth + 1, within: node.id };
  const cleanup: Place = { ...within, section: here.section === 'rollback' ? 'rollback' : 'always' };
  const undo: Place = { section: 'rollback', depth: here.depth + 1, within: node.id, undoes: node.id };
  for (const one of inner.steps) visit(one, within, found);
  for (const one of inner.evidence) visit(one, { ...within, section: 'evidence' }, found);
  for (const one of inner.always) visit(one, cleanup, found);
  for (const one of inner.rollback) visit(one, undo, found);
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
