import { plaintextWarning } from '../kinds/index.ts';
import { type Plan, type PlannedNode, wholeRunbook } from '../plan/index.ts';
import { accountsOf, isGone, lookAgain } from './account.ts';
import { checkWindows } from './admission.ts';
import { callsByHand } from './by-hand.ts';
import type { Event, Kept, Left, RunOutcome, RunResumed, RunStarted, RunSummary, Suspension } from './event.ts';
import { summarized } from './findings.ts';
import { runNodes } from './node.ts';
import { notesThatHold } from './note.ts';
import type { Ports } from './ports.ts';
import { createRedactor } from './redactor.ts';
import { type Replay, replayOf } from './replay.ts';
import { neededRollbacks, noteRollback, rollBack } from './rollback.ts';
import { createSession, type Flow, type Frame, type RunOptions, type Session } from './session.ts';

export type { RunOptions } from './session.ts';

/**
 * Runs a plan: preflight, steps, `always` of every block that was entered, and after a failure the rollback, in reverse
 * order, of everything whose request may have been sent. A pure function of the plan, its ports and, where a run goes on,
 * of what was recorded of it: recorded steps are replayed, nothing is sent for them, and it goes on live where they end.
 * @returns What the `run-finished` event says.
 * @throws `Cancelled` where a port has thrown it, and nothing else: an error of a server, a network or an operator ends the run in its summary.
 */
export async function run(plan: Plan, options: RunOptions, ports: Ports): Promise<RunSummary> {
  const replay = options.journal ? replayOf([...options.journal, resumed(options)]) : undefined;
  const isRollback = replay?.isRollbackWanted === true;
  const session = createSession(plan, isRollback ? { ...options, rollback: 'now' } : options, ports, replay);
  try {
    return await runIn(session, options);
  } finally {
    // A run that can be resumed keeps its locks, and its process ends.
    await session.locks.rest();
  }
}

async function runIn(session: Session, options: RunOptions): Promise<RunSummary> {
  const { plan, replay, recorder, clock, findings, locks } = session;
  const isRollback = session.options.rollback === 'now';
  if (replay) await recorder.record(resumed(options));
  else clock.started_at = await recorder.record(started(plan, options));
  const suspended = replay && (await obstacle(session, replay));
  if (suspended) {
    findings.suspended = suspended;
    await recorder.record({ type: 'suspended', ...suspended });
    return summaryOf(session, { flow: 'stop' });
  }
  const flow = await runPlan(session);
  const isUndoing = !session.isDry && !findings.suspended && (flow === 'stop' || isRollback);
  const isWanted = isUndoing && session.options.rollback !== 'never';
  const rolledBack = isWanted && (await rollBack(session, ({ steps, frame }) => runNodes(steps, session, frame)));
  // A run that can be resumed keeps its locks: nobody else should come in between.
  if (findings.suspended) return summaryOf(session, { flow });
  if (isUndoing) await lookAgain(session);
  await locks.release();
  const summary = summaryOf(session, { flow, rolledBack, ...(isUndoing ? accountsOf(session) : {}) });
  await recorder.record({ type: 'run-finished', ...summary });
  return summary;
}

async function runPlan(session: Session): Promise<Flow> {
  const { plan, replay } = session;
  const preflight: Frame = { phase: 'preflight', depth: 0, iterations: [], undo: [], around: [] };
  await warnOfPlaintext(session);
  if ((await runNodes(plan.preflight, session, preflight)) === 'stop') return 'stop';
  // A run that has begun to write must come to an end, whatever the time.
  if (!session.isDry && !replay && checkWindows(session) === 'stop') return 'stop';
  const frame: Frame = { ...preflight, phase: 'steps' };
  const undo = noteRollback(plan, wholeRunbook, session, frame);
  return runNodes(plan.steps, session, undo ? { ...frame, undo: [undo] } : frame);
}

/** Says, before anything is sent, which connections send credentials without TLS. An earlier process has said it already. */
async function warnOfPlaintext({ plan, replay, recorder, findings }: Session): Promise<void> {
  for (const [name, connection] of Object.entries(plan.environment.connections)) {
    const note = plaintextWarning(name, connection);
    const first = plan.preflight.find(({ request }) => request.connection === name);
    if (note === undefined || !first) continue;
    const { id: step, number } = first;
    const past = replay?.steps.get(step);
    // A step that is replayed brings its note along.
    if (!past?.finished) findings.notes.push({ severity: 'warning', note, behind: 0 });
    if (!past?.note) await recorder.record({ type: 'noted', step, number, depth: 0, severity: 'warning', note });
  }
}

/** What of a recorded run a replay needs. */
export type Recorded = Pick<RunOptions, 'id' | 'unsealed'> & {
  readonly redactor: RunOptions['redactor'];
  /** Everything that was recorded of it. */
  readonly journal: readonly Event[];
};

/**
 * Returns what rolls back a recorded run, the newest first: a replay that sends nothing.
 * @param journal Everything that was recorded of the run.
 */
export async function rollbacksOf(
  plan: Plan,
  journal: readonly Event[],
): Promise<readonly { readonly step: string; readonly steps: readonly PlannedNode[] }[]> {
  return neededRollbacks(await replayed(plan, { id: '', redactor: createRedactor(), journal }));
}

/** Replays a recorded run, as if somebody had asked again for its rollback: what failed last time is tried again. Nothing is sent. */
export async function replayed(plan: Plan, { id, redactor, unsealed, journal }: Recorded): Promise<Session> {
  // A wait for a server that never responds must end.
  let now = 0;
  const ports: Ports = {
    send: async () => ({ kind: 'no-response', sent: 'no', cause: 'dry-run' }),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    now: () => now,
    monotonic: () => now,
    every: () => async () => undefined,
    stateOf: () => 'unknown',
    random: () => 0,
    confirm: async () => 'no',
    decide: async () => 'unknown',
    record: async () => undefined,
    seal: async () => '',
    interruption: () => 'stop',
  };
  const origin = { runbook: '', env: '', set: [], files: {}, confirm: [] };
  const shared = { id, planId: '', mode: 'real', redactor, ...(unsealed ? { unsealed } : {}) } as const;
  const by = { operator: '', owner: '', process: '', version: '' };
  const rest = { rollback: 'now', clusterLock: false, ...by, origin } as const;
  const asked: Event = { at: '', type: 'run-resumed', as: 'rollback', version: '', operator: '' };
  const session = createSession(plan, { ...shared, ...rest }, ports, replayOf([...journal, asked]));
  await runPlan(session);
  return session;
}

function resumed({ rollback, version, operator }: RunOptions): RunResumed & { readonly at: string } {
  return { at: '', type: 'run-resumed', as: rollback === 'now' ? 'rollback' : 'resume', version, operator };
}

function started(plan: Plan, options: RunOptions): RunStarted {
  return {
    type: 'run-started',
    run: options.id,
    mode: options.mode,
    plan: options.planId,
    runbook: plan.runbook.file,
    title: plan.runbook.title,
    environment: plan.environment.name,
    version: options.version,
    operator: options.operator,
    origin: options.origin,
    rollback: options.rollback !== 'never',
    cluster_lock: options.clusterLock,
  };
}

/** Returns what keeps a run from going on: then nothing is sent, and it is as it was. */
async function obstacle({ recorder, locks }: Session, { hasWritten }: Replay): Promise<Suspension | undefined> {
  if (recorder.isUnrecorded())
    return { by: 'journal', reason: { kind: 'journal-not-writable', message: recorder.problem() ?? '' } };
  // Another run may have come in between: its lock is in the way of all that this one would send.
  const reason = hasWritten ? await locks.acquire() : undefined;
  return reason && { by: 'lock', reason };
}

/** The progress of a run. */
interface Course {
  readonly flow: Flow;
  /** Something was rolled back completely. */
  readonly rolledBack?: boolean;
  /** Of a run that has not succeeded. */
  readonly kept?: readonly Kept[];
  readonly left?: readonly Left[];
}

function summaryOf(session: Session, course: Course): RunSummary {
  const { rolledBack = false, kept = [], left = [] } = course;
  const { findings, options, prediction, rollback } = session;
  // What was looked at again and is not in place is not unknown any more.
  findings.inDoubt = findings.inDoubt.filter((step) => !isGone(rollback.sent.get(step)));
  const outcome = outcomeOf(session, course);
  const needed = session.isDry ? [] : neededRollbacks(session);
  return {
    outcome,
    ...(findings.wasInterrupted ? { interrupted: true } : {}),
    ...summarized(findings, notesThatHold(session), options.redactor),
    predicted_writes: prediction.writes.filter(({ perItem }) => !perItem).length,
    predicted_writes_per_item: prediction.writes.filter(({ perItem }) => perItem).length,
    rolled_back: rolledBack && needed.length === 0,
    can_be_rolled_back: needed.map(({ step }) => step),
    by_hand: options.redactor.record(outcome === 'done' ? [] : callsByHand(needed, session)),
    kept: options.redactor.record(kept),
    left: options.redactor.record(left),
  };
}

function outcomeOf(session: Session, { flow, left = [] }: Course): RunOutcome {
  const { inDoubt, cleanupFailures, wasInterrupted, writes, suspended } = session.findings;
  if (suspended?.by === 'confirmation') return 'waiting-for-confirmation';
  if (suspended || cleanupFailures.length > 0 || left.length > 0) return 'intervention-required';
  // A step of unknown outcome has been rolled back, whether it took effect or not.
  if (session.options.rollback === 'now')
    return neededRollbacks(session).length === 0 ? 'rolled-back' : 'intervention-required';
  if (inDoubt.length > 0) return 'intervention-required';
  if (flow === 'go-on') return 'done';
  if (wasInterrupted) return 'interrupted';
  return writes === 0 ? 'refused' : 'failed';
}
