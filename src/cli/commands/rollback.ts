import { rollbacksOf } from '../../engine/index.ts';
import { Problem } from '../../host/problem.ts';
import { prepareRollback, type ResumeOptions } from '../../host/resume.ts';
import { rollbackPreview } from '../../host/rollback-preview.ts';
import { readRun } from '../../host/run-folders.ts';
import { rollbackText } from '../../report/index.ts';
import { attend } from '../attend.ts';
import { choose, isInteractive } from '../terminal.ts';
import { warnOfTorn } from '../torn.ts';

export interface RollbackOptions extends ResumeOptions {
  readonly yes: boolean;
  readonly verbose: boolean;
}

/** `runbook rollback`: rolls back what a run may have sent, in reverse order. */
export async function rollback(id: string, options: RollbackOptions): Promise<number> {
  const recorded = await readRun(id);
  warnOfTorn(recorded);
  const execution = await prepareRollback(recorded, options);
  const { events, plan, started } = recorded;
  if ((await rollbacksOf(plan, events)).length === 0) {
    throw new Problem(
      `the run ${id} has nothing to roll back: its journal has no write that its runbook can roll back, or all of them are rolled back`,
    );
  }
  process.stdout.write(`${rollbackText(await rollbackPreview(execution, recorded), plan)}\n`);
  if (!options.yes) {
    if (!isInteractive())
      throw new Problem(
        'confirmation required, and there is no terminal to ask on; nothing was rolled back. Add --yes to confirm.',
        'refused',
      );
    if ((await choose(`Roll this back on ${started.environment}? Type yes or no: `, ['yes', 'no'])) !== 'yes')
      throw new Problem('not confirmed; nothing was rolled back', 'refused');
  }
  return attend(execution, options);
}
