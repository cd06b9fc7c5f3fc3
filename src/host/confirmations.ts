import { nodesIn, type Plan, type PlannedNode } from '../plan/index.ts';
import { didYouMean } from '../text/index.ts';
import { Problem } from './problem.ts';

/**
 * Checks the confirmations of a new run before any write is sent.
 * @param confirm Ids of steps that are confirmed by name.
 * @param canAsk Whether somebody is there to be asked about the others.
 * @throws `Problem` where one is about a step that requires none, or where nobody can be asked about a step that every run comes to.
 * A step that only some runs come to suspends the run when it is reached.
 */
export function checkConfirmations(plan: Plan, confirm: readonly string[], canAsk: boolean): void {
  const questions = checkNames(plan, confirm);
  const open = questions.filter(({ id, isCertain }) => isCertain && !confirm.includes(id));
  if (open.length === 0 || canAsk) return;
  throw new Problem(
    `confirmation required, and there is no terminal to ask on; no write was sent:\n${open.map(({ id, question }) => `  ${id}: ${question}`).join('\n')}\nAdd ${open.map(({ id }) => `--confirm ${id}`).join(' ')} to confirm.`,
    'refused',
  );
}

/**
 * Checks that each step that is confirmed by name requires it: a typo would count for nothing.
 * @returns The questions of a plan.
 */
export function checkNames(plan: Plan, confirm: readonly string[]): Question[] {
  const questions = questionsIn(plan);
  const unknown = confirm.filter((id) => !questions.some((question) => question.id === id));
  if (unknown.length > 0) {
    const ids = questions.map(({ id }) => id);
    throw new Problem(
      `--confirm ${unknown.join(', ')}: no such step requires confirmation; ${ids.length > 0 ? `these do: ${ids.join(', ')}` : 'none does'}${unknown.map((id) => didYouMean(id, ids)).join('')}`,
      'arguments',
    );
  }
  return questions;
}

interface Question {
  /** Of the step. */
  readonly id: string;
  readonly question: string;
  /** False where a condition or a list that only the run knows decides whether the run comes to it. */
  readonly isCertain: boolean;
}

function questionsIn(plan: Plan): Question[] {
  const uncertain = new Set<string>();
  return nodesIn(plan).flatMap(({ node, section, within }) => {
    if (isUncertain(node) || (within !== undefined && uncertain.has(within))) uncertain.add(node.id);
    if (node.kind === 'skipped' || node.confirm === undefined || section === 'rollback') return [];
    // A loop is asked about before its first iteration, and whatever its list is.
    const isCertain = within === undefined || !uncertain.has(within) ? !hasCondition(node) : false;
    return [{ id: node.id, question: node.confirm, isCertain }];
  });
}

/** Returns whether only the run knows if what is inside a node runs. A block that may be in place already is come to the first time. */
function isUncertain(node: PlannedNode): boolean {
  return hasCondition(node) || (node.kind === 'block' && node.for_each !== undefined);
}

function hasCondition(node: PlannedNode): boolean {
  return node.kind !== 'skipped' && node.when !== undefined && node.when.length > 0;
}
