import { rollbacksOf } from '../../engine/index.ts';
import { Problem } from '../../host/problem.ts';
import { prepareRollback, type ResumeOptions } from '../../host/resume.ts';
import { readRun } from '../../host/run-folders.ts';
import { rollbackText } from '../../report/index.ts';
import { attend } from '../attend.ts';
import { ask, isInteractive } from '../terminal.ts';

export interface RollbackOptions extends ResumeOptions {
  readonly yes: boolean;
}

/** `runbook rollback`: undoes what a run may have sent, in reverse order. */
export async function rollback(id: string, options: RollbackOptions): Promise<number> {
  const recorded = await readRun(id);
  const execution = await prepareRollback(recorded, options);
  const { events, plan, started } = recorded;
  const undos = await rollbacksOf(plan, events);
  if (undos.length === 0) {
    throw new Problem(
      `the run ${id} has nothing to undo: it has sent no write that its runbook can undo, or all of them are undone`,
    );
  }
  process.stdout.write(`${rollbackText(undos, plan)}\n`);
  if (!options.yes) {
    if (!isInteractive())
      throw new Problem(
        'a person has to confirm, and there is no terminal to ask on; nothing was sent. Add --yes once somebody has decided.',
        'refused',
      );
    if ((await ask(`Undo this on ${started.environment}? Type yes to go on: `)) !== 'yes')
      throw new Problem('it was not confirmed; nothing was sent', 'refused');
  }
  return attend(execution);
}
