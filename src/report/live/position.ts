import { instanceId, plannedAmong } from '../../engine/index.ts';
import { nodesIn, type Plan } from '../../plan/index.ts';

/** The steps of a plan, counted as they are carried out. */
export interface Positions {
  /** How many there are; those that planning has left out, checks before the first write and rollbacks aside. */
  readonly count: number;
  /** Returns which of them a step is, from 1; undefined of any other step. */
  readonly of: (step: string) => number | undefined;
  /** Returns the blocks around a step, the outermost first; empty of a step of no plan. */
  readonly around: (step: string) => readonly string[];
}

export function positionsIn(plan: Plan): Positions {
  const ids = nodesIn(plan).flatMap(({ node, section }) =>
    (section === 'steps' || section === 'always') && (node.kind === 'request' || node.kind === 'note') ? [node.id] : [],
  );
  const positions = new Map(ids.map((id, index) => [id, index + 1]));
  const blocks = new Map<string, readonly string[]>();
  for (const { node, within } of nodesIn(plan))
    blocks.set(node.id, within === undefined ? [] : [...(blocks.get(within) ?? []), within]);
  const plannedOf = plannedAmong(blocks);
  return {
    count: ids.length,
    of: (step) => positions.get(plannedOf(step)?.id ?? ''),
    around: (step) => {
      const { id = '', iterations = [] } = plannedOf(step) ?? {};
      return (blocks.get(id) ?? []).map((block) => instanceId(block, iterations));
    },
  };
}

/** Returns the number of a step for a person who reads quickly: of two levels at most. */
export function shortNumber(number: string): string | undefined {
  return number.split('.').length <= 2 && !number.includes('r') && !number.includes('e') ? number : undefined;
}
