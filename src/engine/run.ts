import type { Plan, PlannedNode } from '../plan/index.ts';
import type { Event, NewEvent, RunOutcome, RunSummary } from './event.ts';
import { releaseLocks, takeLocks } from './lock.ts';
import { runNodes } from './node.ts';
import { type Past, pastOf } from './past.ts';
import { checkWindows } from './permission.ts';
import type { Ports } from './ports.ts';
import { createRedactor } from './redactor.ts';
import { createSession, emit, type Flow, type Frame, type RunOptions, type Session } from './session.ts';
import { neededUndos, rollBack, undoFor } from './undo.ts';

export type { RunOptions } from './session.ts';

/**
 * Runs a plan: preflight, steps, `always` of every block that was entered, and after a failure the rollback, in reverse
 * order, of everything whose request may have been sent. A pure function of the plan, its ports and, where a run goes on,
 * of what was recorded of it: recorded steps are replayed, nothing is sent for them, and it goes on live where they end.
 * @returns What the `run-finished` event says. It never throws for anything that a server, network or person does.
 */
export async function run(plan: Plan, options: RunOptions, ports: Ports): Promise<RunSummary> {
  const past = options.journal ? pastOf([...options.journal, resumedBy(options)]) : undefined;
  const isRollback = past?.isRollbackWanted === true;
  const wanted: RunOptions = isRollback ? { ...options, rollback: 'now' } : options;
  const session = createSession(plan, wanted, discreet(ports, options), past);
  await emit(session, past ? resumedBy(options) : startedBy(plan, options));
  const problem = past ? await obstacle(session, past) : undefined;
  if (problem !== undefined) {
    session.suspended = problem;
    await emit(session, { type: 'suspended', ...session.suspended });
    return summaryOf(session, 'stop', false);
  }
  const flow = await runPlan(session);
  const isUndoing = !session.isDry && !session.suspended && (flow === 'stop' || isRollback);
  const isWanted = isUndoing && wanted.rollback !== 'never';
  const rolledBack = isWanted && (await rollBack(session, ({ steps, frame }) => runNodes(steps, session, frame)));
  // A run that can be resumed keeps its locks: nobody else should come in between.
  if (session.suspended) return summaryOf(session, flow, false);
  await releaseLocks(session);
  const left = isUndoing && !isWanted ? neededUndos(session).map(({ step }) => step) : [];
  const summary = summaryOf(session, flow, rolledBack, left);
  await emit(session, { type: 'run-finished', ...summary });
  return summary;
}

/** What a person is asked holds no secret, like what is recorded: a server's words may be in it. */
function discreet(ports: Ports, { redactor }: RunOptions): Ports {
  return {
    ...ports,
    confirm: (question) => ports.confirm(redactor.record(question)),
    decide: (question) => ports.decide(redactor.record(question)),
  };
}

/**
 * What undoes a recorded run, the newest first: a replay that sends nothing.
 * @param journal Everything that was recorded of the run.
 */
export async function undosOf(
  plan: Plan,
  journal: readonly Event[],
): Promise<readonly { readonly step: string; readonly steps: readonly PlannedNode[] }[]> {
  // What waits for a server that never answers has to come to an end.
  let now = 0;
  const ports: Ports = {
    send: async () => ({ kind: 'failure', sent: 'no', reason: 'nothing is sent' }),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    now: () => now,
    random: () => 0,
    confirm: async () => false,
    decide: async () => 'unknown',
    record: async () => undefined,
    seal: async () => '',
    interruption: () => 'stop',
  };
  const origin = { runbook: '', env: '', set: [], files: {}, confirm: [] };
  const shared = { id: '', planId: '', mode: 'real', secrets: new Map(), redactor: createRedactor() } as const;
  const rest = { rollback: 'now', clusterLock: false, owner: '', version: '', origin } as const;
  // As if it had been asked for again: what failed last time is tried again.
  const asked: Event = { at: '', type: 'run-resumed', as: 'rollback', version: '' };
  const session = createSession(plan, { ...shared, ...rest }, ports, pastOf([...journal, asked]));
  await runPlan(session);
  return neededUndos(session);
}

function resumedBy({ rollback, version }: RunOptions): Event {
  return { at: '', type: 'run-resumed', as: rollback === 'now' ? 'rollback' : 'resume', version };
}

function startedBy(plan: Plan, options: RunOptions): NewEvent {
  return {
    type: 'run-started',
    run: options.id,
    mode: options.mode,
    plan: options.planId,
    runbook: plan.runbook.file,
    title: plan.runbook.title,
    environment: plan.environment.name,
    version: options.version,
    origin: options.origin,
    rollback: options.rollback !== 'never',
    cluster_lock: options.clusterLock,
  };
}

/** What keeps a run from going on: then nothing is sent, and it is as it was. */
async function obstacle(session: Session, { steps }: Past): Promise<Session['suspended']> {
  if (session.isUnrecorded)
    return { step: 'journal', reason: `the journal cannot be written (${session.journalProblem})` };
  const hasWritten = [...steps.values()].some(({ attempts }) => attempts > 0);
  // Another run may have come in between: its lock is in the way of all that this one would send.
  const reason = hasWritten ? await takeLocks(session) : undefined;
  return reason === undefined ? undefined : { step: 'lock', reason };
}

function summaryOf(session: Session, flow: Flow, rolled_back: boolean, left: readonly string[] = []): RunSummary {
  const { redactor } = session.options;
  return {
    outcome: outcomeOf(session, flow, rolled_back, left),
    ...(session.failure ? { failure: redactor.record(session.failure) } : {}),
    in_doubt: session.inDoubt,
    cleanup_failures: redactor.record(session.cleanupFailures),
    writes: session.writes,
    predicted_writes: session.predicted.length,
    rolled_back,
    not_rolled_back: left,
    ...(session.suspended ? { suspended: redactor.record(session.suspended) } : {}),
    notes: redactor.record(session.notes),
  };
}

async function runPlan(session: Session): Promise<Flow> {
  const { plan, past } = session;
  const preflight: Frame = { phase: 'preflight', depth: 0, passes: [], undo: [] };
  if ((await runNodes(plan.preflight, session, preflight)) === 'stop') return 'stop';
  // A run that has begun to write has to come to an end, whatever the time.
  if (!session.isDry && !past && checkWindows(session) === 'stop') return 'stop';
  const frame: Frame = { ...preflight, phase: 'steps' };
  const undo = undoFor(plan, 'the runbook', session, frame);
  return runNodes(plan.steps, session, undo ? { ...frame, undo: [undo] } : frame);
}

function outcomeOf(session: Session, flow: Flow, rolledBack: boolean, left: readonly string[]): RunOutcome {
  const { inDoubt, cleanupFailures, wasInterrupted, writes, options, suspended } = session;
  if (suspended || cleanupFailures.length > 0 || left.length > 0) return 'needs-a-person';
  // What was in doubt before has been undone, whether it took effect or not.
  if (options.rollback === 'now')
    return rolledBack || neededUndos(session).length === 0 ? 'rolled-back' : 'needs-a-person';
  if (inDoubt.length > 0) return 'needs-a-person';
  if (flow === 'go-on') return 'done';
  if (wasInterrupted) return 'interrupted';
  return writes === 0 ? 'refused' : 'failed';
}
