import { basename, dirname, resolve } from 'node:path';
import { overlaps } from '../../check/index.ts';
import {
  bundledFolder,
  type LoadedFiles,
  locateRunbook,
  readEnvironment,
  readFiles,
  runbookFiles,
  runbookHeadIn,
  runbooksBeside,
  shown,
} from '../../host/files.ts';
import { repositoryPath } from '../../host/repository.ts';
import { version } from '../../host/version.ts';
import { type FileSet, isFragment, type Loaded, type RunbookHead } from '../../language/index.ts';
import { githubDiagnostics, sarif } from '../../report/index.ts';
import { type Diagnostic, printDiagnostic } from '../../text/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { print } from '../print.ts';

export interface ValidateOptions {
  readonly env: readonly string[];
  readonly format: 'text' | 'github' | 'sarif';
  readonly strict?: boolean;
}

/** `runbook validate`: every error of every file, not the first. Exit code 2 where there is one, and with `strict` for a warning. */
export async function validate(
  names: readonly string[],
  { env, format, strict = false }: ValidateOptions,
): Promise<number> {
  const paths = names.length > 0 ? names.map(locateRunbook) : runbookFiles();
  const sets = paths.map(readFiles);
  const files: LoadedFiles<unknown>[] = [...sets, ...env.map(readEnvironment)];
  // By what is printed: a fragment that several runbooks use is wrong once.
  const found = new Map<string, Diagnostic>();
  for (const { checked, print, placed } of files)
    for (const diagnostic of checked.diagnostics) found.set(print(diagnostic), placed(diagnostic));
  for (const [text, diagnostic] of overlapsOf(paths, sets)) found.set(text, diagnostic);
  const diagnostics = [...found.values()];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const words = `${files.length} ${files.length === 1 ? 'file' : 'files'} checked: ${errors} ${errors === 1 ? 'error' : 'errors'}${warnings > 0 ? `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : ''}\n`;
  switch (format) {
    case 'text':
      process.stdout.write(`${[...found.keys()].map((text) => `${text}\n\n`).join('')}${words}`);
      break;
    case 'github':
      process.stdout.write(`${githubDiagnostics(diagnostics, repositoryPath())}${words}`);
      break;
    case 'sarif':
      print(sarif(diagnostics, version));
      break;
  }
  return errors > 0 || (strict && warnings > 0) ? exitCodes.usage : exitCodes.done;
}

/** As it is printed → where a runbook and one beside it are for the same version. A file that hides another of its name is not beside it. */
function overlapsOf(paths: readonly string[], sets: readonly LoadedFiles<FileSet>[]): Map<string, Diagnostic> {
  const found = new Map<string, Diagnostic>();
  const compared = new Set<string>();
  const given = paths.map((path) => resolve(path));
  for (const [index, path] of given.entries()) {
    const runbook = sets[index] ? runbookOf(path, sets[index]) : undefined;
    for (const other of runbook ? [...given, ...runbooksBeside(path)] : []) {
      const pair = [path, other].sort().join('\0');
      if (basename(other) === basename(path) || compared.has(pair)) continue;
      compared.add(pair);
      // The error stands in the file that its reader can change.
      const rival = runbookHeadIn(other, runbook?.value.name);
      const [mine, theirs] = isBundled(path) ? [rival, runbook] : [runbook, rival];
      for (const diagnostic of mine && theirs ? overlaps(mine, theirs) : [])
        found.set(printDiagnostic(diagnostic, mine?.source.text), diagnostic);
    }
  }
  return found;
}

/** The runbook of a file, its file named as a user would. Parsing takes most of the time: what was loaded is not parsed again. */
function runbookOf(path: string, { checked }: LoadedFiles<FileSet>): Loaded<RunbookHead> | undefined {
  const main = checked.value?.main;
  if (!main) return runbookHeadIn(path);
  const { source, value } = main;
  return isFragment(value) ? undefined : { source: { ...source, file: shown(path) }, value };
}

function isBundled(path: string): boolean {
  return dirname(path) === bundledFolder;
}
