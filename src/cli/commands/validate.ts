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
  const given = paths.map((path) => resolve(path));
  const known = new Set(given);
  const heads = new Map<string, Loaded<RunbookHead>>();
  for (const [index, path] of given.entries()) {
    const head = sets[index] && runbookOf(path, sets[index]);
    if (head) heads.set(path, head);
  }
  // Each folder is looked at once, and each file in it.
  const names = new Set([...heads.values()].map(({ value }) => value.name));
  const beside = new Map<string, readonly string[]>();
  for (const path of heads.keys()) if (!beside.has(dirname(path))) beside.set(dirname(path), runbooksBeside(path));
  for (const path of new Set([...beside.values()].flat())) {
    const head = known.has(path) ? undefined : runbookHeadIn(path, names);
    if (head) heads.set(path, head);
  }
  const byName = new Map<string, string[]>();
  for (const [path, { value }] of heads) byName.set(value.name, [...(byName.get(value.name) ?? []), path]);
  const found = new Map<string, Diagnostic>();
  const compared = new Set<string>();
  for (const path of given) {
    const runbook = heads.get(path);
    const rivals = runbook ? (byName.get(runbook.value.name) ?? []) : [];
    const near = rivals.length > 1 ? [...given, ...(beside.get(dirname(path)) ?? [])] : [];
    for (const other of rivals.filter((rival) => near.includes(rival))) {
      const pair = [path, other].sort().join('\0');
      if (basename(other) === basename(path) || compared.has(pair)) continue;
      compared.add(pair);
      // The error stands in the file that its reader can change.
      const [mine, theirs] = isBundled(path) ? [heads.get(other), runbook] : [runbook, heads.get(other)];
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
