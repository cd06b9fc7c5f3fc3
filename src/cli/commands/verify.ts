import { approvalsRecorded } from '../../host/approvals.ts';
import { folderOf, recordedPlan, recordIn } from '../../host/run-folders.ts';
import { approvalText, factsOf, unfoundedIn } from '../../report/index.ts';
import { inert } from '../../text/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { tornText } from '../torn.ts';

export interface VerifyOptions {
  /** The hash that the journal must end in. */
  readonly head?: string;
  readonly allowedSigners?: string;
}

/** `runbook verify`: whether the journal of a run is as it was written, and who has approved its plan. */
export async function verify(id: string, { head: expected, allowedSigners }: VerifyOptions): Promise<number> {
  const { events, head, torn, plan } = await recordIn(folderOf(id));
  if (expected !== undefined && expected !== head) {
    process.stdout.write(
      `NOT the same journal: it ends in ${head}, expected ${expected}. Lines were added or cut off at its end, or all of it was rewritten.\n`,
    );
    return exitCodes.failed;
  }
  const [started] = events;
  if (started?.type === 'run-started' && started.run !== id) {
    process.stdout.write(
      `NOT the journal of ${id}: it is that of ${inert(started.run)}, in a folder of another name\n`,
    );
    return exitCodes.failed;
  }
  const last = events.at(-1);
  process.stdout.write(
    `${events.length} events, each follows from the one before; the plan is the one that was run. It ends in ${head}\n`,
  );
  if (torn > 0) process.stdout.write(`${tornText(torn)}\n`);
  if (last?.type !== 'run-finished')
    process.stdout.write('The run is not finished: it is still running, its process died, or the end was cut off.\n');
  if (expected === undefined)
    process.stdout.write(
      'Whether lines were cut off at the end is only told by the hash that the run has printed: --head HASH\n',
    );
  const planned = recordedPlan(plan, folderOf(id));
  const unfounded = unfoundedIn(factsOf(planned, events));
  for (const { says, when, step } of unfounded)
    process.stdout.write(
      `NOT supported by the events: ${inert(says)}${step === undefined ? '' : ` (${inert(step)})`}\n  It is only said if: ${inert(when)}\n`,
    );
  const isTrue = unfounded.length === 0 ? exitCodes.done : exitCodes.failed;
  if (started?.type !== 'run-started' || allowedSigners === undefined) return isTrue;
  return (await verifyApprovals({ started, plan: planned, planText: plan }, allowedSigners)) || isTrue;
}

/** The approvals in the journal, with the same checks as `exec` made before the run began. */
async function verifyApprovals(
  recorded: Parameters<typeof approvalsRecorded>[0],
  allowedSigners: string,
): Promise<number> {
  const { approvals = [], approvals_required: policy } = recorded.started.origin;
  const required = policy?.required ?? 1;
  if (approvals.length === 0) {
    process.stdout.write('NOT approved: the run began without approvals\n');
    return exitCodes.failed;
  }
  const { counted, uncounted } = await approvalsRecorded(recorded, allowedSigners);
  for (const given of counted) process.stdout.write(`approved by ${inert(approvalText(given))}\n`);
  for (const { label, problem } of uncounted)
    process.stdout.write(`NOT approved by ${inert(label)}: ${inert(problem)}\n`);
  const isEnough = counted.length >= required;
  if (!isEnough)
    process.stdout.write(`NOT enough: ${counted.length} of the ${required} approvals that the run required\n`);
  return isEnough && uncounted.length === 0 ? exitCodes.done : exitCodes.failed;
}
