import { Problem } from '../../host/problem.ts';
import { folderOf, recordIn } from '../../host/run-folders.ts';
import { commandText, detailedLines } from '../../report/index.ts';
import { noEventText } from '../../runs/index.ts';
import { inert } from '../../text/index.ts';
import { tornText } from '../torn.ts';

/** `runbook show`: every call and assertion of one run. */
export async function show(id: string): Promise<void> {
  const folder = folderOf(id);
  const { events, torn } = await recordIn(folder);
  if (events.length === 0) throw new Problem(noEventText(folder), 'failed');
  const linesOf = detailedLines();
  for (const event of events) for (const line of linesOf(event)) process.stdout.write(`${line}\n`);
  if (torn > 0) process.stdout.write(`${tornText(torn)}\n`);
  const [started] = events;
  const origin = started?.type === 'run-started' ? started.origin : {};
  const command = commandText('resume', { run: id, origin });
  if (events.at(-1)?.type !== 'run-finished')
    process.stdout.write(
      `The journal ends here: the run is still running, or its process died (${inert(command)} continues it).\n`,
    );
}
