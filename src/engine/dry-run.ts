import { areIndependent, mayWait, touchedBy } from '../kinds/index.ts';
import { TemplateError } from '../language/index.ts';
import { nodesRunBy, type PlannedNode, type Request } from '../plan/index.ts';
import type { StepResult } from './event.ts';
import type { Reason } from './reason.ts';
import { instanceId, reasonOf } from './render.ts';
import { noteWrite, type Session, type StepContext } from './session.ts';

/** Notes a write that would be sent, or may be. @param request With what the run knows filled in; undefined where it is not known. */
export function predict(request: Request | undefined, context: StepContext): void {
  const { session, id } = context;
  const touched = request && touchedBy(request, 'write', session.plan);
  noteWrite(context, { step: id, touched, perItem: false });
}

/** Notes the writes of a node that cannot be gone into before an earlier step has really been sent. */
export function predictInside(node: PlannedNode, context: StepContext): void {
  const { frame, id } = context;
  const perItem = node.kind === 'block' && node.for_each !== undefined;
  for (const one of nodesRunBy(node)) {
    const isWrite = one.kind === 'request' && one.effect === 'write';
    const step = one === node ? id : instanceId(one.id, frame.iterations);
    if (isWrite) noteWrite(context, { step, touched: undefined, perItem });
  }
}

/**
 * Returns the last predicted write that a read may depend on: one that is not proven to change nothing of what it reads. The
 * read sees the world without that write.
 * @param status Of its response.
 */
export function writeBefore(read: Request, { isDry, plan, prediction }: Session, status?: number): string | undefined {
  if (!isDry) return undefined;
  const touched = touchedBy(read, 'read', plan, status);
  return prediction.writes.findLast((write) => !areIndependent(write.touched, touched))?.step;
}

/** Returns the predicted write that a server might wait for, if it were asked now. Such a read is not sent. */
export function writeToWaitFor(read: Request, session: Session): string | undefined {
  return mayWait(read, session.plan) ? writeBefore(read, session) : undefined;
}

/** In a dry run, a read that fails behind a predicted write may pass then. */
export function dependent(read: Request, reason: Reason, session: Session): StepResult {
  const before = writeBefore(read, session, statusIn(reason));
  return before === undefined ? { outcome: 'failed', reason } : { outcome: 'depends', depends_on: before, reason };
}

/** The status of the response that a reason is about, as far as it tells. */
export function statusIn(reason: Reason): number | undefined {
  if (reason.kind === 'response' || reason.kind === 'unreadable-response') return reason.status;
  if (reason.kind !== 'unexpected-response') return undefined;
  return reason.failed.flatMap((one) => (one.of === 'status' ? [one.actual] : []))[0];
}

/** Returns what a dry run says of a step that needs what only a write before it would give; undefined where it is no such step. */
export function dependentOn(error: unknown, { isDry, prediction, options }: Session): StepResult | undefined {
  const before = prediction.writes.at(-1);
  if (!isDry || !before || !(error instanceof TemplateError)) return undefined;
  const reason = reasonOf(error, options.redactor);
  if (reason.kind !== 'missing-output') return { outcome: 'depends', depends_on: before.step, reason };
  const { step, output } = reason;
  return { outcome: 'depends', depends_on: step, reason: { kind: 'needs-output', step, output } };
}
