import type { Loaded, RunbookHead } from '../language/index.ts';
import type { Diagnostic } from '../text/index.ts';

/**
 * Returns a warning where the file of a runbook has another name than the runbook: it is looked up by the file's name. Not a rule,
 * for that matters only in a folder in which runbooks are looked up.
 * @param stem The file's name without its extension.
 */
export function misnamed({ source, value }: Loaded<RunbookHead>, stem: string): Diagnostic[] {
  if (stem === value.name || stem.startsWith(`${value.name}-`)) return [];
  return [
    {
      code: 'file-name',
      severity: 'warning',
      message: `the runbook "${value.name}" is in the file ${stem}.yaml: its name finds nothing`,
      file: source.file,
      range: source.rangeOf(['name']),
      help: `Name the file ${value.name}-VERSION.yaml, with the lowest version of its range`,
    },
  ];
}
