import { type Loaded, lowestCommonVersion, type RunbookHead } from '../language/index.ts';
import type { Diagnostic } from '../text/index.ts';

/**
 * Returns an error at the first runbook where the second has the same name and their ranges have a version in common:
 * the name and that version would mean both. Not a rule, for a rule sees one runbook.
 */
export function overlaps({ source, value }: Loaded<RunbookHead>, other: Loaded<RunbookHead>): Diagnostic[] {
  if (other.value.name !== value.name) return [];
  const version = lowestCommonVersion(value.elasticsearch, other.value.elasticsearch);
  if (version === undefined) return [];
  return [
    {
      code: 'overlapping-range',
      severity: 'error',
      message: `"${value.name}" on Elasticsearch ${version}, for example, could mean this runbook (${value.elasticsearch}) or ${other.source.file} (${other.value.elasticsearch})`,
      file: source.file,
      range: source.rangeOf(['elasticsearch']),
      help: 'Narrow one of the ranges, or rename one of the runbooks. A file in ./runbooks replaces a bundled runbook where it has the same file name.',
    },
  ];
}
