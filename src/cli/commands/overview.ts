import { basename } from 'node:path';
import { type EnvironmentFile, environmentFiles, environmentsHereText } from '../../host/environment-files.ts';
import { bundledFolder, runbookFiles } from '../../host/files.ts';
import { statusHere } from '../../host/status.ts';
import { briefLines, type RunStatus } from '../../report/index.ts';
import { here } from '../here.ts';
import { inertLines } from '../print.ts';

/** More runs, runbooks or environment files than these are counted only: everything is on one screen. */
const most = 3;

/** `runbook` alone: what one can do next in this folder, unfinished runs first. Offline. */
export async function overview(): Promise<void> {
  const { runs } = await statusHere();
  const own = runbookFiles()
    .filter((path) => !path.startsWith(bundledFolder))
    .map((path) => basename(path, '.yaml'));
  const environments = environmentFiles();
  const waiting = runs.filter(({ state }) => state !== 'failed' && state !== 'interrupted');
  const parts = [runsText(waiting), filesText(own, environments), nextText(own, environments, waiting.length > 0)];
  process.stdout.write(inertLines(`${parts.filter((part) => part !== '').join('\n\n')}\n`));
}

/** The runs that wait for somebody; those that only failed are for `runbook status`. */
function runsText(waiting: readonly RunStatus[]): string {
  if (waiting.length === 0) return '';
  const rest = waiting.length - most;
  const lines = waiting.slice(0, most).flatMap((run) => briefLines(run, here()).map((line) => `  ${line}`));
  const more = rest > 0 ? [`  … and ${rest} more`] : [];
  return ['First:', ...lines, ...more, '  # What is left of them, and the other commands', '  runbook status'].join(
    '\n',
  );
}

function filesText(own: readonly string[], environments: readonly EnvironmentFile[]): string {
  const rest = own.length - most;
  const names = `${own.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const runbooks = own.length > 0 ? [`Runbooks here: ${names}`] : [];
  const hidden = environments.length - most;
  return [
    ...runbooks,
    ...(environments.length > 0 ? [environmentsHereText(environments.slice(0, most))] : []),
    ...(hidden > 0 ? [`  … and ${hidden} more`] : []),
  ].join('\n');
}

/** The next commands, with names where there is only one. */
function nextText(own: readonly string[], environments: readonly EnvironmentFile[], isBusy: boolean): string {
  const [environment] = environments;
  const rows = environment
    ? forRunning(own.length === 1 ? (own[0] ?? '') : 'NAME', environments.length === 1 ? environment.path : 'FILE')
    : [
        ['runbook sandbox', 'Start a test environment; it writes an environment file'],
        ['runbook plan NAME --env FILE', 'Then, with that file: every call of a run'],
      ];
  const all = [...(own.length === 1 ? [] : [['runbook list', 'The runbooks that you can run']]), ...rows];
  // Whoever has something to put right needs no introduction.
  const last = [...(isBusy ? all.slice(-1) : all), ['runbook --help', 'All commands']];
  const title =
    environment || own.length > 0 ? 'Next:' : 'There is no environment file and no runbook in this folder. To begin:';
  return [title, ...last.flatMap(([command, what]) => [`  # ${what}`, `  ${command}`])].join('\n');
}

function forRunning(name: string, env: string): string[][] {
  return [
    [`runbook validate ${name} --env ${env}`, 'Check the runbook and the environment'],
    [`runbook plan ${name} --env ${env}`, 'Every call of a run; nothing is sent'],
    [`runbook exec ${name} --env ${env} --dry-run`, 'Predict every write; only reads are sent'],
  ];
}
