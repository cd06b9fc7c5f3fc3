import { chooseRunbook, versionGiven } from '../../host/choose.ts';
import { extrasOf, inputsOf, isPlanFile, type PlanFile, readPlanFile } from '../../host/plan-file.ts';
import { planFromFiles } from '../../host/plan-from-files.ts';
import { Problem } from '../../host/problem.ts';
import { diffMarkdown, diffOf, diffText } from '../../report/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { print } from '../print.ts';

export interface DiffOptions {
  readonly format: 'text' | 'markdown' | 'json';
  readonly env?: string;
  readonly set: readonly string[];
  readonly elasticsearch?: string;
  readonly detailedExitcode: boolean;
}

type Planned = Pick<PlanFile, 'plan' | 'id'>;

/** `runbook diff`: what one plan does that another does not; a runbook stands for the plan that it gives now. */
export async function diff(before: string, after: string, options: DiffOptions): Promise<number> {
  const kept = [before, after].map((argument) => (isPlanFile(argument) ? readPlanFile(argument) : undefined));
  const sideOf = async (argument: string, index: number): Promise<Planned> =>
    kept[index] ?? (await runbookSide(argument, kept[1 - index], options));
  const [old, now] = [await sideOf(before, 0), await sideOf(after, 1)];
  const difference = diffOf(old.plan, old.id, now.plan, now.id);
  switch (options.format) {
    case 'text':
      print(diffText(difference));
      break;
    case 'markdown':
      print(diffMarkdown(difference));
      break;
    case 'json':
      print(`${JSON.stringify(difference, null, 2)}\n`);
      break;
  }
  return options.detailedExitcode && !difference.same ? exitCodes['something-to-do'] : exitCodes.done;
}

/** Planned with the inputs of the plan that it is compared with, as `exec --plan` does; its author and pins are no differences. */
async function runbookSide(name: string, other: PlanFile | undefined, options: DiffOptions): Promise<Planned> {
  const { env, set } = options;
  if (env === undefined)
    throw new Problem(`${name} is a runbook: --env says for which environment it is planned`, 'arguments');
  const path = await chooseRunbook(name, versionGiven(options.elasticsearch));
  return planFromFiles(path, { env, set, ...(other ? { ...extrasOf(other.plan), inputs: inputsOf(other.plan) } : {}) });
}
