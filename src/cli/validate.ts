import type { Diagnostic } from '../language/index.ts';
import { githubDiagnostics, sarif } from '../report/index.ts';
import { exitCodes } from './exit-codes.ts';
import { locateRunbook, type ReadFile, readEnvironment, readFiles, runbookFiles } from './files.ts';
import { print } from './print.ts';
import { version } from './version.ts';

export interface ValidateOptions {
  readonly env: readonly string[];
  readonly format: 'text' | 'github' | 'sarif';
}

/** `runbook validate`: every error of every file, not the first. Exit code 2 where there is one. */
export async function validate(names: readonly string[], { env, format }: ValidateOptions): Promise<number> {
  const paths = names.length > 0 ? names.map(locateRunbook) : runbookFiles();
  const files: ReadFile<unknown>[] = [...paths.map(readFiles), ...env.map(readEnvironment)];
  // By what is printed: a fragment that several runbooks use is wrong once.
  const found = new Map<string, Diagnostic>();
  for (const { checked, print, placed } of files)
    for (const diagnostic of checked.diagnostics) found.set(print(diagnostic), placed(diagnostic));
  const diagnostics = [...found.values()];
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const words = `${files.length} ${files.length === 1 ? 'file' : 'files'} checked: ${errors} ${errors === 1 ? 'error' : 'errors'}${warnings > 0 ? `, ${warnings} warnings` : ''}\n`;
  switch (format) {
    case 'text':
      process.stdout.write(`${[...found.keys()].map((text) => `${text}\n\n`).join('')}${words}`);
      break;
    case 'github':
      process.stdout.write(`${githubDiagnostics(diagnostics)}${words}`);
      break;
    case 'sarif':
      print(sarif(diagnostics, version));
      break;
  }
  return errors > 0 ? exitCodes.usage : exitCodes.done;
}
