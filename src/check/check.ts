import type { FileSet, Fragment, Loaded, Runbook } from '../language/index.ts';
import { type Diagnostic, inOrder } from '../text/index.ts';
import { lintDiagnostics } from './lint/silence.ts';
import type { CheckedFile } from './rule.ts';
import { rules } from './rules/index.ts';

/** Everything that is wrong with a file and the fragments it uses beyond their schema, in the order of the files. */
export function check({ main, fragments }: FileSet): Diagnostic[] {
  const files: Loaded<Runbook | Fragment>[] = [main, ...fragments.values()];
  return inOrder(
    files.flatMap((loaded) => {
      const name = loaded === main ? '' : loaded.source.file;
      const folder = name.slice(0, name.lastIndexOf('/') + 1);
      const file: CheckedFile = {
        ...loaded,
        fragment: (use) => fragments.get(folder + use)?.value,
        ...('elasticsearch' in main.value ? { elasticsearch: main.value.elasticsearch } : {}),
      };
      return [...rules.flatMap((rule) => rule(file)), ...lintDiagnostics(file)];
    }),
  );
}
