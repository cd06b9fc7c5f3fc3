import { appendFile, writeFile } from 'node:fs/promises';
import { approvalsBeside, uncountedLines } from '../../host/approvals.ts';
import { isPlanFile, readPlanFile } from '../../host/plan-file.ts';
import { Problem } from '../../host/problem.ts';
import { repositoryPath } from '../../host/repository.ts';
import { folderOf, runSubject } from '../../host/run-folders.ts';
import { formats, formatsOf, isFormat, jobSummary, type Subject } from '../../report/index.ts';
import { inertLines, print } from '../print.ts';

export interface ReportOptions {
  readonly format: string;
  /** A file instead of standard output. */
  readonly out?: string;
  /** With a plan: whose approvals are shown. */
  readonly allowedSigners?: string;
}

/** `runbook report`: a run, or a plan in a file, in one of the formats. A record that was changed is refused. */
export async function report(argument: string, { format, out, allowedSigners }: ReportOptions): Promise<void> {
  const what = isPlanFile(argument) ? 'plan' : 'run';
  if (!isFormat(format) || !formatsOf(what).includes(format))
    throw new Problem(`--format ${format}: a ${what} is shown as ${formatsOf(what).join(', ')}`, 'arguments');
  if (what === 'run' && allowedSigners !== undefined)
    throw new Problem(
      `--allowed-signers is for plans; of a run: runbook verify ${argument} --allowed-signers FILE`,
      'arguments',
    );
  const subject = what === 'plan' ? await planSubject(argument, allowedSigners) : await runSubject(folderOf(argument));
  const text = formats[format].render({ ...subject, annotationPath: repositoryPath() });
  if (out === undefined) print(text);
  else
    await writeFile(out, text).catch((error: Error) => {
      throw new Problem(`--out ${out}: ${error.message}`);
    });
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (format === 'github' && summary) await appendFile(summary, jobSummary(subject));
}

async function planSubject(file: string, allowedSigners: string | undefined): Promise<Subject> {
  const kept = readPlanFile(file);
  const subject = { plan: kept.plan, id: kept.id, bytes: kept.text };
  if (allowedSigners === undefined) return subject;
  const approvals = await approvalsBeside(kept, allowedSigners);
  for (const line of uncountedLines(approvals)) process.stderr.write(`${inertLines(line)}\n`);
  return { ...subject, approvals: approvals.counted };
}
