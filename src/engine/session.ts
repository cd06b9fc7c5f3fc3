import type { Touched } from '../kinds/index.ts';
import type { Plan, PlannedNode, PlannedRequest } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { CleanupFailure, Event, Origin, Phase } from './event.ts';
import { createFindings, type Findings } from './findings.ts';
import { createLocks, type Locks } from './lock.ts';
import { cancelledTogether, type Ports } from './ports.ts';
import type { Reason } from './reason.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { Redactor } from './redactor.ts';
import { type Item, instanceId, type Outputs, type Values } from './render.ts';
import type { PastStep, Replay, RollbackState, Seen } from './replay.ts';
import { explainingLockouts } from './restored-users.ts';

export interface RunOptions {
  readonly id: string;
  /** The plan's id, for the journal. */
  readonly planId: string;
  /** A dry run sends reads and predicts writes. */
  readonly mode: 'real' | 'dry';
  /** Knows every secret of the process; what steps save as secret is added to it. */
  readonly redactor: Redactor;
  /** After a failure; `now`: somebody wants the run rolled back, whatever became of it. */
  readonly rollback: 'on-failure' | 'never' | 'now';
  /** True if the clusters that are written to are locked for other runs. */
  readonly clusterLock: boolean;
  /** Who runs this, for the journal: `dana@laptop`. */
  readonly operator: string;
  /** Who runs this and in which process, for others who find the lock. */
  readonly owner: string;
  /** The name of this process of the run: none before it and none beside it has had the same. */
  readonly process: string;
  /** For the journal. */
  readonly version: string;
  readonly origin: Origin;
  /** The events of an earlier process of this run: they are replayed, and the run continues after them. */
  readonly journal?: readonly Event[];
  /** The sealed values of that journal: step → name → value. */
  readonly unsealed?: ReadonlyMap<string, ReadonlyMap<string, Json>>;
}

/** One run: what it was given, and its state by subject. */
export interface Session {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly ports: Ports;
  readonly isDry: boolean;
  /** The events of an earlier process. */
  readonly replay: Replay | undefined;
  readonly recorder: Recorder;
  /** When the run started, as its first event says: ISO 8601, in each process of it the same. */
  readonly clock: { started_at: string };
  readonly findings: Findings;
  readonly outputs: OutputStore;
  readonly locks: Locks;
  readonly rollback: Rollback;
  readonly prediction: Prediction;
}

/** The outputs of steps. */
export interface OutputStore {
  /** Step → name → value. */
  readonly saved: Map<string, Outputs>;
  /** Reads whose secrets were in the memory of an earlier process only. */
  readonly lost: Map<string, { readonly node: PlannedRequest; readonly frame: Frame }>;
}

/** What was sent, and what rolls it back. */
export interface Rollback {
  /** The rollbacks that may be needed, the oldest first. */
  readonly stack: Undo[];
  /** Step → its write that was sent, or may have been, the oldest first. */
  readonly sent: Map<string, SentWrite>;
  /** Step → which of the run's intents its first one was, from 1; also that of an earlier process. */
  readonly intended: Map<string, number>;
  /** Steps of an `always` that have succeeded. */
  readonly succeeded: Set<string>;
  isRunning: boolean;
}

/** Something that a rollback may have to roll back. */
export interface Undo {
  readonly step: string;
  readonly steps: readonly PlannedNode[];
  readonly frame: Frame;
  /** How it has ended. */
  state?: RollbackState;
}

/** A write of the operation that was sent, or may have been. At its end a run that has not succeeded accounts for each. */
export interface SentWrite {
  readonly node: PlannedRequest;
  readonly context: StepContext;
  /** What rolls it back, the outermost first. */
  readonly undos: readonly Undo[];
  /** `done`: the step did all that it was to do. `succeeded`: a response says that it took effect. `unknown`: it may have. */
  certainty: 'done' | 'succeeded' | 'unknown';
  /** What its idempotency check said last, after it was sent. */
  seen?: Seen;
}

/** A write that a dry run predicts. */
export interface PredictedWrite {
  readonly step: string;
  /** All that it touches; undefined where nobody can tell. */
  readonly touched: Touched | undefined;
  /** It is in a loop over values that only the run knows: there is one for each item. */
  readonly perItem: boolean;
}

/** The predictions of a dry run. */
export interface Prediction {
  /** Writes that would change, or that depend on one that would be, in their order. */
  readonly writes: PredictedWrite[];
  /** Steps whose response would be another one after the predicted writes. */
  readonly undetermined: Set<string>;
  /** Steps behind a predicted write that may change what they read, and which write that is. */
  readonly provisional: Map<string, string>;
}

/** Where a node runs. */
export interface Frame {
  readonly phase: Phase;
  readonly depth: number;
  /** Which iteration of each loop around it, the outermost first, from 1. */
  readonly iterations: readonly number[];
  readonly item?: Item;
  /** The rollbacks of the enclosing blocks, the outermost first. */
  readonly undo: readonly Undo[];
  /** What has happened in each of the enclosing blocks, the outermost first. */
  readonly around: readonly Tally[];
  /** Dry run: the predicted write that a condition around it may depend on. */
  readonly provisionalBy?: string;
}

/** What has happened in a block so far. Iterations run side by side: what the run has counted meanwhile may be another one's. */
export interface Tally {
  readonly hasAlways: boolean;
  /** Writes that were sent, or may have been; in a dry run, those that are predicted. */
  writes: number;
  /** A step of it has failed, or has an unknown outcome. */
  hasFailed: boolean;
  /** The first of its `always`, and of those inside it. */
  cleanupFailure?: CleanupFailure;
}

/** A step that is running: its session, its place, its id. */
export interface StepContext {
  readonly session: Session;
  readonly frame: Frame;
  readonly id: string;
}

/** Says whether the steps after a node may run. */
export type Flow = 'go-on' | 'stop';

/** Runs nodes in their order; the interpreter hands itself down. */
export type RunNodes = (nodes: readonly PlannedNode[], session: Session, frame: Frame) => Promise<Flow>;

export function createSession(plan: Plan, options: RunOptions, given: Ports, replay: Replay | undefined): Session {
  const together = cancelledTogether(given);
  const ports = { ...together, send: explainingLockouts(together, plan, options.journal) };
  const recorder = createRecorder(ports, options.redactor);
  const findings = createFindings();
  const isDry = options.mode === 'dry';
  return {
    plan,
    options,
    ports,
    isDry,
    replay,
    recorder,
    clock: { started_at: options.journal?.find(({ type }) => type === 'run-started')?.at ?? timeOf({ ports }) },
    findings,
    outputs: { saved: new Map(), lost: new Map() },
    locks: createLocks({ plan, options, ports, recorder, findings, isOff: isDry || !options.clusterLock }),
    rollback: {
      stack: [],
      sent: new Map(),
      intended: new Map(replay?.intended),
      succeeded: new Set(),
      isRunning: false,
    },
    prediction: { writes: [], undetermined: new Set(), provisional: new Map() },
  };
}

/** A step's context: its id is that of its iteration. */
export function contextOf({ id }: { readonly id: string }, session: Session, frame: Frame): StepContext {
  return { session, frame, id: instanceId(id, frame.iterations) };
}

/** Notes the first failure. Where iterations run side by side, an earlier process may have found another one first. */
export function fail({ findings, replay }: Session, step: string, reason: Reason): Flow {
  if (!findings.failure || step === replay?.firstFailed) findings.failure = { step, reason };
  return 'stop';
}

/** Only what belongs to the operation itself stops for a signal: what cleans up goes on. */
export function isStopping({ ports, replay, options }: Session, { phase }: Frame): boolean {
  if (phase === 'always') return false;
  if (phase === 'rollback' || phase === 'evidence') return ports.interruption() === 'stop-without-rollback';
  return ports.interruption() !== 'none' || replay?.isInterrupted === true || options.rollback === 'now';
}

/** Returns what the journal says of a step, where a run goes on. */
export function pastOf({ session, id }: StepContext): PastStep | undefined {
  return session.replay?.steps.get(id);
}

/** Returns whether an earlier process has begun an iteration, or has ended a step of it without. */
export function isBegun(steps: readonly PlannedNode[], session: Session, frame: Frame): boolean {
  return steps.some((step) => pastOf(contextOf(step, session, frame)) !== undefined);
}

/** Counts writes of a step that were sent, or may have been. */
export function countWrites({ session, frame }: StepContext, count: number): void {
  session.findings.writes += count;
  for (const tally of frame.around) tally.writes += count;
}

/** Notes a write of a dry run. */
export function noteWrite({ session, frame }: StepContext, write: PredictedWrite): void {
  session.prediction.writes.push(write);
  for (const tally of frame.around) tally.writes++;
}

/** Returns whether the `always` of a block around this has something to put right. */
export function owesAlways({ around }: Frame): boolean {
  return around.some(({ hasAlways, writes }) => hasAlways && writes > 0);
}

export function isCleanup({ phase }: Frame): boolean {
  return phase === 'always' || phase === 'rollback';
}

/** The time as reasons have it, ISO 8601. */
export function timeOf({ ports }: Pick<Session, 'ports'>): string {
  return new Date(ports.now()).toISOString();
}

/** Returns what names mean in a frame. */
export function valuesIn({ options, clock, outputs }: Session, { iterations, item }: Frame): Values {
  const run = { id: options.id, started_at: clock.started_at };
  return { run, outputs: outputs.saved, iterations, ...(item === undefined ? {} : { item }) };
}
