import type { Diagnostic } from '../language/index.ts';
import { exitCodes } from './exit-codes.ts';
import { locateRunbook, readEnvironment, readFiles, runbookFiles } from './files.ts';

/** `runbook validate`: every error of every file, not the first. Exit code 2 where there is one. */
export async function validate(
  names: readonly string[],
  { env }: { readonly env: readonly string[] },
): Promise<number> {
  const paths = names.length > 0 ? names.map(locateRunbook) : runbookFiles();
  let errors = 0;
  let warnings = 0;
  const printed = new Set<string>();
  const report = (diagnostics: readonly Diagnostic[], print: (diagnostic: Diagnostic) => string) => {
    for (const diagnostic of diagnostics) {
      const text = print(diagnostic);
      // A fragment that several runbooks use is wrong once.
      if (printed.has(text)) continue;
      printed.add(text);
      if (diagnostic.severity === 'error') errors++;
      else warnings++;
      process.stdout.write(`${text}\n\n`);
    }
  };
  for (const path of paths) {
    const { checked, print } = readFiles(path);
    report(checked.diagnostics, print);
  }
  for (const path of env) {
    const { checked, print } = readEnvironment(path);
    report(checked.diagnostics, print);
  }
  const files = paths.length + env.length;
  process.stdout.write(
    `${files} ${files === 1 ? 'file' : 'files'} checked: ${errors} ${errors === 1 ? 'error' : 'errors'}${warnings > 0 ? `, ${warnings} warnings` : ''}\n`,
  );
  return errors > 0 ? exitCodes.usage : exitCodes.done;
}
