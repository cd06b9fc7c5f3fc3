import { nodesIn, type Plan, type PlannedNode, type Visited } from '../plan/index.ts';
import { didYouMean } from '../text/index.ts';
import { Problem } from './problem.ts';

/**
 * Checks the confirmations of a new run before any write is sent. A run that comes to a step that nobody has confirmed is suspended
 * there; where it cannot wait, because an `always` around the step may have something to put right, a missing reply is a no.
 * @param confirm Ids of steps that are confirmed by name.
 * @param canAsk Whether somebody is there to be asked about the others.
 * @throws `Problem` where one is about a step that requires none, or where nobody can be asked about a step that every run comes to
 * and at which it may not be able to wait.
 */
export function checkConfirmations(plan: Plan, confirm: readonly string[], canAsk: boolean): void {
  const questions = checkNames(plan, confirm);
  const open = questions.filter(({ id, isCertain, canWait }) => isCertain && !canWait && !isConfirmed(id, confirm));
  if (open.length === 0 || canAsk) return;
  throw new Problem(
    `confirmation required, and there is no terminal to ask on; the run could not wait there, because an always around it may have something to put right; no write was sent:\n${open.map(({ id, question }) => `  ${id}: ${question}`).join('\n')}\nAdd ${open.map(({ id }) => `--confirm ${id}`).join(' ')} to confirm.`,
    'refused',
  );
}

/**
 * Checks that each step that is confirmed by name requires it: a typo would count for nothing.
 * @returns The questions of a plan.
 */
export function checkNames(plan: Plan, confirm: readonly string[]): Question[] {
  const questions = questionsIn(plan);
  const unknown = confirm.filter((name) => !questions.some(({ id }) => isConfirmed(id, [name])));
  if (unknown.length > 0) {
    const ids = questions.map(({ id }) => id);
    throw new Problem(
      `--confirm ${unknown.join(', ')}: no such step requires confirmation; ${ids.length > 0 ? `these do: ${ids.join(', ')}` : 'none does'}${unknown.map((id) => didYouMean(id, ids)).join('')}`,
      'arguments',
    );
  }
  return questions;
}

/** Of a step in a loop: which iteration, or any. */
const iteration = /#(?:\d+|\*)/g;

/** Returns whether a step is confirmed by name. `ID#*` stands for each iteration of a step in a loop. */
export function isConfirmed(step: string, names: readonly string[]): boolean {
  return names.some((name) => {
    if (name.replace(iteration, '#') !== step.replace(iteration, '#')) return false;
    const which = step.match(iteration) ?? [];
    return (name.match(iteration) ?? []).every((one, at) => one === which[at] || one === '#*' || which[at] === '#*');
  });
}

interface Question {
  /** Of the step. */
  readonly id: string;
  readonly question: string;
  /** False where a condition or a list that only the run knows decides whether the run comes to it. */
  readonly isCertain: boolean;
  /** False where an `always` around it may have something to put right by then. */
  readonly canWait: boolean;
}

function questionsIn(plan: Plan): Question[] {
  const uncertain = new Set<string>();
  const visited = nodesIn(plan);
  const places = new Map(visited.map(({ node }, place) => [node.id, place]));
  return visited.flatMap(({ node, section, within }, place) => {
    if (isUncertain(node) || (within !== undefined && uncertain.has(within))) uncertain.add(node.id);
    if (node.kind === 'skipped' || node.confirm === undefined || section === 'rollback') return [];
    // A loop is asked about before its first iteration, and whatever its list is.
    const isCertain = within === undefined || !uncertain.has(within) ? !hasCondition(node) : false;
    const canWait = section === 'steps' && !followsOwedWrite(place, visited, places);
    return [{ id: node.id, question: node.confirm, isCertain, canWait }];
  });
}

/** Returns whether a write may come before a step inside a block around it that has an `always`: in an earlier iteration, too. */
function followsOwedWrite(place: number, visited: readonly Visited[], places: ReadonlyMap<string, number>): boolean {
  let end = place;
  const isOwed = (block: number) =>
    visited
      .slice(block, end)
      .some(({ node, section }) => section === 'steps' && node.kind === 'request' && node.effect === 'write');
  for (let around = placeAround(place); around !== undefined; around = placeAround(around)) {
    const block = visited[around]?.node;
    if (block?.kind !== 'block') continue;
    if (block.repeat) end = endOf(around);
    if (block.always && isOwed(around)) return true;
  }
  return false;

  function endOf(block: number): number {
    const after = visited.findIndex(({ depth }, at) => at > block && depth <= (visited[block]?.depth ?? 0));
    return after < 0 ? visited.length : after;
  }

  function placeAround(inner: number): number | undefined {
    const within = visited[inner]?.within;
    return within === undefined ? undefined : places.get(within);
  }
}

/** Returns whether only the run knows if what is inside a node runs. A block that may be in place already is come to the first time. */
function isUncertain(node: PlannedNode): boolean {
  return hasCondition(node) || (node.kind === 'block' && node.for_each !== undefined);
}

function hasCondition(node: PlannedNode): boolean {
  return node.kind !== 'skipped' && node.when !== undefined && node.when.length > 0;
}
