import { nodesIn, type Plan } from '../plan/index.ts';
import { Problem } from './problem.ts';

/**
 * Checks the confirmations of a run before any write is sent.
 * @param confirm Ids of steps that are confirmed by name.
 * @param canAsk Whether somebody is there to be asked about the others.
 * @throws `Problem` where one is about a step that requires none, or where one is missing and nobody can be asked.
 */
export function checkConfirmations(plan: Plan, confirm: readonly string[], canAsk: boolean): void {
  const questions = questionsIn(plan);
  const unknown = confirm.filter((id) => !questions.has(id));
  if (unknown.length > 0) {
    throw new Problem(
      `--confirm ${unknown.join(', ')}: no such step requires confirmation; ${questions.size > 0 ? `these do: ${[...questions.keys()].join(', ')}` : 'none does'}`,
    );
  }
  const open = [...questions.keys()].filter((id) => !confirm.includes(id));
  if (open.length === 0 || canAsk) return;
  throw new Problem(
    `confirmation required, and there is no terminal to ask on; no write was sent:\n${open.map((id) => `  ${id}: ${questions.get(id)}`).join('\n')}\nAdd ${open.map((id) => `--confirm ${id}`).join(' ')} to confirm.`,
    'refused',
  );
}

/** Step → the question to a person. */
function questionsIn(plan: Plan): ReadonlyMap<string, string> {
  return new Map(
    nodesIn(plan).flatMap(({ node, section }) =>
      node.kind === 'skipped' || node.confirm === undefined || section === 'rollback' ? [] : [[node.id, node.confirm]],
    ),
  );
}
