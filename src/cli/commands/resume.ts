import { prepareResume, type ResumeOptions } from '../../host/resume.ts';
import { readRun } from '../../host/run-folders.ts';
import { attend } from '../attend.ts';

/** `runbook resume`: goes on with a run whose process has ended before the run. */
export async function resume(id: string, options: ResumeOptions): Promise<number> {
  return attend(await prepareResume(await readRun(id), options));
}
