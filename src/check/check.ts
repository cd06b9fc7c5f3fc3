import { type Bundle, type Diagnostic, type Fragment, inOrder, type Loaded, type Runbook } from '../language/index.ts';
import type { CheckedFile } from './rule.ts';
import { rules } from './rules/index.ts';

/** Everything that is wrong with a runbook and its fragments beyond their schema, in the order of the files. */
export function check(bundle: Bundle): Diagnostic[] {
  const files: Loaded<Runbook | Fragment>[] = [bundle.runbook, ...bundle.fragments.values()];
  return inOrder(
    files.flatMap((loaded) => {
      const name = loaded === bundle.runbook ? '' : loaded.source.file;
      const folder = name.slice(0, name.lastIndexOf('/') + 1);
      const file: CheckedFile = { ...loaded, fragment: (use) => bundle.fragments.get(folder + use)?.value };
      return rules.flatMap((rule) => rule(file));
    }),
  );
}
