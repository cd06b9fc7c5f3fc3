import { folderOf, recordIn } from '../../host/run-folders.ts';
import { commandText, linesOf } from '../../report/index.ts';
import { inert } from '../../text/index.ts';

/** `runbook show`: every call and assertion of one run. */
export async function show(id: string): Promise<void> {
  const { events } = await recordIn(folderOf(id));
  for (const event of events) for (const line of linesOf(event, true)) process.stdout.write(`${line}\n`);
  const [started] = events;
  const origin = started?.type === 'run-started' ? started.origin : {};
  const command = commandText('resume', { run: id, origin });
  if (events.at(-1)?.type !== 'run-finished')
    process.stdout.write(
      `The journal ends here: the run is still running, or its process died (${inert(command)} continues it).\n`,
    );
}
