import { readRunbook, runbookFiles, shown } from '../../host/files.ts';
import { table } from '../table.ts';

/** `runbook list`: the runbooks that a name can mean. */
export function list(): void {
  const rows = runbookFiles().map((path) => {
    const { checked } = readRunbook(path);
    const runbook = checked.value?.runbook.value;
    return runbook
      ? [path.replace(/^.*\/|\.yaml$/g, ''), runbook.elasticsearch, runbook.strategy ?? '–', runbook.title]
      : [shown(path), '–', '–', 'not valid: see runbook validate'];
  });
  process.stdout.write(table([['RUNBOOK', 'ELASTICSEARCH', 'STRATEGY', 'TITLE'], ...rows]));
}
