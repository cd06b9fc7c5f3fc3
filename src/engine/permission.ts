import { nodesIn, type PlannedNode, type SkippedNode } from '../plan/index.ts';
import { renderText } from './render.ts';
import { emit, type Flow, fail, type Here, pastOfStep, type Session, valuesIn } from './session.ts';
import { isInWindow, windowsInWords } from './window.ts';

/** Before anything is written: whether now is a time for the disruptive steps of the plan. */
export function checkWindows(session: Session): Flow {
  const disruptive = firstDisruptive(session.plan);
  if (!disruptive || isWindowOpen(session)) return 'go-on';
  return fail(session, disruptive.id, outsideWindow(session));
}

/** Why a step that needs a window or a person may not run; undefined where it may. */
export async function refusalOf(node: Exclude<PlannedNode, SkippedNode>, here: Here): Promise<string | undefined> {
  const { session, frame, id } = here;
  if (node.disruptive && !isWindowOpen(session)) return outsideWindow(session);
  if (node.confirm === undefined) return undefined;
  const question = renderText(node.confirm, valuesIn(session, frame));
  const answered = pastOfStep(here)?.confirmed;
  const confirmed = answered ?? (await session.ports.confirm({ step: id, question }));
  if (answered === undefined) await emit(session, { type: 'confirmation', step: id, question, confirmed });
  return confirmed ? undefined : `it was not confirmed: ${question}`;
}

function isWindowOpen({ plan, ports }: Session): boolean {
  return isInWindow(plan.environment.maintenance_windows, ports.now());
}

function outsideWindow({ plan: { environment } }: Session): string {
  return `this step is disruptive, and now is outside the maintenance windows of ${environment.name} (${windowsInWords(environment.maintenance_windows ?? [])})`;
}

function firstDisruptive(plan: Session['plan']): PlannedNode | undefined {
  return nodesIn(plan).find(
    ({ node, section }) => section === 'steps' && node.kind !== 'skipped' && node.disruptive === true,
  )?.node;
}
