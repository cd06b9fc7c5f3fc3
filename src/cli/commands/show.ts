import { folderOf, recordIn } from '../../host/run-folders.ts';
import { linesOf } from '../../report/index.ts';

/** `runbook show`: every call and assertion of one run. */
export async function show(id: string): Promise<void> {
  const { events } = await recordIn(folderOf(id));
  for (const event of events) for (const line of linesOf(event, true)) process.stdout.write(`${line}\n`);
  if (events.at(-1)?.type !== 'run-finished')
    process.stdout.write(
      `The journal ends here: the run is still running, or its process died (runbook resume ${id} continues it).\n`,
    );
}
