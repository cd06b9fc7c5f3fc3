import { runbookFiles, runbookHeadIn, shown } from '../../host/files.ts';
import { table } from '../table.ts';

/** `runbook list`: the runbooks that a name can mean, by what they say of themselves; the rest of them is not read. */
export function list(): void {
  const rows = runbookFiles().map((path) => {
    const head = runbookHeadIn(path)?.value;
    return head
      ? [path.replace(/^.*\/|\.yaml$/g, ''), head.elasticsearch, head.strategy ?? '–', head.title]
      : [shown(path), '–', '–', 'not valid: see runbook validate'];
  });
  process.stdout.write(table([['RUNBOOK', 'ELASTICSEARCH', 'STRATEGY', 'TITLE'], ...rows]));
}
