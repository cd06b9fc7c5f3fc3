import { TemplateError } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import type { StepResult } from './event.ts';
import { reasonOf } from './render.ts';
import type { Session } from './session.ts';

/**
 * In a dry run, a read behind a predicted write sees the world without that write: what failed may pass then. Nobody knows
 * which of the writes before it counts: it is the last one on the same connection, or the last one.
 */
export function dependent(
  { request: { connection } }: PlannedRequest,
  result: StepResult,
  { isDry, prediction: { writes } }: Session,
): StepResult {
  const before = writes.findLast((one) => one.connection === connection) ?? writes.at(-1);
  if (!isDry || !before) return result;
  const { reason } = result;
  return { outcome: 'depends', depends_on: before.step, ...(reason === undefined ? {} : { reason }) };
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
