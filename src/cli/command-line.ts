import type { CommanderError, Option } from 'commander';
import { environmentsHereText } from '../host/environment-files.ts';
import { didYouMean } from '../text/suggestion.ts';
import { inertLines } from './print.ts';

/** Says which option a command lacks; of an environment file, which ones there are. None is chosen: it says what is changed. */
export function missingText({ flags, long, description }: Option): string {
  return inertLines(
    long === '--env' ? `missing ${flags}\n${environmentsHereText()}` : `missing ${flags}: ${description}`,
  );
}

/** Says which values an option takes. */
export function choiceText({ long, argChoices = [] }: Option, value: string): string {
  return inertLines(
    `${long} does not take "${value}"${didYouMean(value, argChoices)}\nAllowed values: ${argChoices.join(', ')}`,
  );
}

/** Returns what helps after an error of commander: the command that shows what is missing. Nothing where its own words do. */
export async function adviceOn({ code, message }: CommanderError, [first = '']: readonly string[]): Promise<string> {
  if (code === 'commander.missingArgument' && message.includes("'runbook'")) return 'runbook list shows the runbooks\n';
  if (code === 'commander.missingArgument' && message.includes("'run'"))
    return 'runbook status shows the runs that wait for somebody, runbook runs all of them\n';
  if (code !== 'commander.unknownCommand') return '';
  const { runbookFiles } = await import('../host/files.ts');
  const isRunbook = runbookFiles().some((path) => path === first || path.endsWith(`/${first}.yaml`));
  return isRunbook ? inertLines(`${first} is a runbook: runbook plan ${first} --env FILE shows what it does\n`) : '';
}
