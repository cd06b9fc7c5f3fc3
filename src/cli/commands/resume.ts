import { Problem } from '../../host/problem.ts';
import { continuation, type ResumeOptions, recordedRun } from '../../host/resume.ts';
import { attend } from '../attend.ts';

/** `runbook resume`: goes on with a run whose process has ended before the run. */
export async function resume(id: string, options: ResumeOptions): Promise<number> {
  const recorded = await recordedRun(id);
  const last = recorded.events.at(-1);
  if (last?.type === 'run-finished') {
    const next = last.outcome === 'rolled-back' ? 'Run' : `Undo it with runbook rollback ${id}, or run`;
    throw new Problem(
      `the run ${id} is finished (${last.outcome}): there is nothing to go on with. ${next} it again: what is there already is left as it is.`,
    );
  }
  return attend(await continuation(recorded, options, 'on-failure'));
}
