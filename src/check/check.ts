import { type FileSet, type Fragment, type Loaded, noGaps, type Runbook } from '../language/index.ts';
import { type Diagnostic, inOrder, type Range } from '../text/index.ts';
import { kindsGiven } from './kinds-given.ts';
import { lintDiagnostics } from './lint/silence.ts';
import type { CheckedFile } from './rule.ts';
import { rules } from './rules/index.ts';

/**
 * Everything that is wrong with a file and the fragments it uses beyond their schema, in the order of the files. Where a file
 * has errors, what is left of it is checked, and no advice is given.
 */
export function check({ main, fragments }: FileSet): Diagnostic[] {
  const files: Loaded<Runbook | Fragment>[] = [main, ...fragments.values()];
  const isIntact = files.every(({ gaps }) => gaps === undefined);
  const given = kindsGiven({ main, fragments });
  return inOrder(
    files.flatMap((loaded) => {
      const { gaps = noGaps } = loaded;
      const name = loaded === main ? '' : loaded.source.file;
      const folder = name.slice(0, name.lastIndexOf('/') + 1);
      const file: CheckedFile = {
        ...loaded,
        gaps,
        fragment: (use) => {
          const found = fragments.get(folder + use);
          return found && { value: found.value, gaps: found.gaps ?? noGaps };
        },
        kindsGiven: given.get(name),
        ...('elasticsearch' in main.value ? { elasticsearch: main.value.elasticsearch } : {}),
      };
      const found = rules
        .flatMap((rule) => rule(file))
        .filter(({ range }) => !gaps.told.some((told) => isSame(told, range)));
      return isIntact ? [...found, ...lintDiagnostics(file)] : found;
    }),
  );
}

function isSame({ start, end }: Range, other: Range | undefined): boolean {
  return start.offset === other?.start.offset && end.offset === other.end.offset;
}
