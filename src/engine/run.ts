import type { Plan } from '../plan/index.ts';
import type { RunOutcome, RunSummary } from './event.ts';
import { runNodes } from './node.ts';
import { checkWindows } from './permission.ts';
import type { Ports } from './ports.ts';
import { createSession, emit, type Flow, type Frame, type RunOptions, type Session } from './session.ts';
import { rollBack, undoFor } from './undo.ts';

export type { RunOptions } from './session.ts';

/**
 * Runs a plan: preflight, steps, `always` of every block that was entered, and after a failure the rollback, in reverse
 * order, of everything whose request may have been sent. A pure function of the plan and its ports.
 * @returns What the `run-finished` event says. It never throws for anything that a server, network or person does.
 */
export async function run(plan: Plan, options: RunOptions, ports: Ports): Promise<RunSummary> {
  const session = createSession(plan, options, ports);
  await emit(session, {
    type: 'run-started',
    run: options.id,
    mode: options.mode,
    plan: options.planId,
    runbook: plan.runbook.file,
    title: plan.runbook.title,
    environment: plan.environment.name,
  });
  const flow = await runPlan(session);
  const isUndoing = flow === 'stop' && !session.isDry;
  const rolled_back = isUndoing && (await rollBack(session, ({ steps, frame }) => runNodes(steps, session, frame)));
  const { redactor } = options;
  const summary: RunSummary = {
    outcome: outcomeOf(session, flow),
    ...(session.failure ? { failure: redactor.value(session.failure) } : {}),
    in_doubt: session.inDoubt,
    cleanup_failures: redactor.value(session.cleanupFailures),
    writes: session.writes,
    predicted_writes: session.predicted,
    rolled_back,
    notes: redactor.value(session.notes),
  };
  await emit(session, { type: 'run-finished', ...summary });
  return summary;
}

async function runPlan(session: Session): Promise<Flow> {
  const { plan } = session;
  const preflight: Frame = { phase: 'preflight', depth: 0, passes: [], undo: [] };
  if ((await runNodes(plan.preflight, session, preflight)) === 'stop') return 'stop';
  if (!session.isDry && checkWindows(session) === 'stop') return 'stop';
  const frame: Frame = { ...preflight, phase: 'steps' };
  const undo = undoFor(plan, 'the runbook', session, frame);
  return runNodes(plan.steps, session, undo ? { ...frame, undo: [undo] } : frame);
}

function outcomeOf({ inDoubt, cleanupFailures, wasInterrupted, writes }: Session, flow: Flow): RunOutcome {
  if (inDoubt.length > 0 || cleanupFailures.length > 0) return 'needs-a-person';
  if (flow === 'go-on') return 'done';
  if (wasInterrupted) return 'interrupted';
  return writes === 0 ? 'refused' : 'failed';
}
