import { prepareResume, type ResumeOptions } from '../../host/resume.ts';
import { readRun } from '../../host/run-folders.ts';
import { inert } from '../../text/index.ts';
import { attend } from '../attend.ts';
import { tornText } from '../torn.ts';

/** `runbook resume`: goes on with a run whose process has ended before the run. */
export async function resume(id: string, options: ResumeOptions & { readonly verbose: boolean }): Promise<number> {
  const recorded = await readRun(id);
  if (recorded.torn > 0)
    process.stderr.write(
      `${inert(
        tornText(
          recorded.torn,
          recorded.lost.map(({ step }) => step),
        ),
      )}\n`,
    );
  return attend(await prepareResume(recorded, options), options);
}
