import { prepareResume, type ResumeOptions } from '../../host/resume.ts';
import { readRun } from '../../host/run-folders.ts';
import { attend } from '../attend.ts';
import { warnOfTorn } from '../torn.ts';

/** `runbook resume`: goes on with a run whose process has ended before the run. */
export async function resume(id: string, options: ResumeOptions & { readonly verbose: boolean }): Promise<number> {
  const recorded = await readRun(id);
  warnOfTorn(recorded);
  return attend(await prepareResume(recorded, options), options);
}
