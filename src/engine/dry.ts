import { TemplateError } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import type { Finished } from './event.ts';
import { MissingOutput } from './render.ts';
import type { Session } from './session.ts';

/**
 * In a dry run, a read behind a predicted write sees the world without that write: what failed may hold then. Nobody knows
 * which of the writes before it counts: it is the last one on the same connection, or the last one.
 */
export function dependent(
  { request: { connection } }: PlannedRequest,
  finished: Finished,
  { isDry, predicted }: Session,
  facts = finished.reason,
): Finished {
  const before = predicted.findLast((one) => one.connection === connection) ?? predicted.at(-1);
  if (!isDry || !before) return finished;
  const reason = facts === undefined ? {} : { reason: `now ${facts}` };
  return { outcome: 'depends', depends_on: before.step, ...reason };
}

/** What a dry run says of a step that needs what only a write before it would give; undefined where it is no such step. */
export function dependentOn(error: unknown, { isDry, predicted, options }: Session): Finished | undefined {
  const before = predicted.at(-1);
  if (!isDry || !before || !(error instanceof TemplateError)) return undefined;
  if (!(error instanceof MissingOutput))
    return { outcome: 'depends', depends_on: before.step, reason: error.told(options.redactor.inOneLine) };
  return { outcome: 'depends', depends_on: error.step, reason: `it needs steps.${error.step}.${error.output}` };
}
