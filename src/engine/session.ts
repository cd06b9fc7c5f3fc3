import type { Plan, PlannedLock, PlannedNode, PlannedRequest } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { CleanupFailure, Event, NewEvent, Note, Origin, Phase } from './event.ts';
import type { Past, PastStep } from './past.ts';
import type { Ports } from './ports.ts';
import type { Redactor } from './redactor.ts';
import type { Outputs, Values } from './render.ts';

export interface RunOptions {
  readonly id: string;
  /** The plan's id, for the record. */
  readonly planId: string;
  /** A dry run sends reads and predicts writes. */
  readonly mode: 'real' | 'dry';
  /** The values of secret inputs, by dotted name. */
  readonly secrets: ReadonlyMap<string, Json>;
  /** Knows every secret of the process; what steps save as secret is added to it. */
  readonly redactor: Redactor;
  /** After a failure; `now`: somebody wants the run undone, whatever became of it. */
  readonly rollback: 'on-failure' | 'never' | 'now';
  /** Whether the clusters that are written to are locked for other runs. */
  readonly clusterLock: boolean;
  /** Who runs this, for others who find the lock. */
  readonly owner: string;
  /** For the record. */
  readonly version: string;
  readonly origin: Origin;
  /** What an earlier process has recorded of this run: it is replayed, and the run goes on where it ends. */
  readonly journal?: readonly Event[];
  /** What was sealed in that journal: step → name → value. */
  readonly unsealed?: ReadonlyMap<string, ReadonlyMap<string, Json>>;
}

/** One run: what it was given, and all of its state. */
export interface Session {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly ports: Ports;
  readonly isDry: boolean;
  readonly past: Past | undefined;
  /** Step → what it saved. */
  readonly outputs: Map<string, Outputs>;
  /** Reads whose secrets were in the memory of an earlier process only. */
  readonly forgotten: Map<string, { readonly node: PlannedRequest; readonly frame: Frame }>;
  /** What a rollback may have to undo, the oldest first. */
  readonly undoStack: Undo[];
  readonly inDoubt: string[];
  readonly notes: Note[];
  readonly cleanupFailures: CleanupFailure[];
  /** Dry run: steps whose answer would be another one after the predicted writes. */
  readonly undetermined: Set<string>;
  /** The first thing that went wrong. */
  failure?: { readonly step: string; readonly reason: string };
  wasInterrupted: boolean;
  /** Writes that were sent, or may have been. */
  writes: number;
  /** Dry run: writes that would be sent, or that depend on one that would be, in their order. */
  readonly predicted: { readonly step: string; readonly connection: string }[];
  /** Why the journal cannot be written; with a reserve on the disk it may be written again. */
  journalProblem?: string;
  /** The last event is in no journal. */
  isUnrecorded: boolean;
  isRollingBack: boolean;
  /** Why the run cannot go on before somebody decides. */
  suspended?: { readonly step: string; readonly reason: string };
  /** Locks that are held, by connection; undefined before they are needed. */
  locks?: Map<string, HeldLock>;
  /** Why there is no lock, or not any more: nothing but what cleans up is sent. */
  lockProblem?: string;
}

/** Where a node runs. */
export interface Frame {
  readonly phase: Phase;
  readonly depth: number;
  /** Which pass of each loop around it, the outermost first. */
  readonly passes: readonly number[];
  readonly item?: Json;
  /** What undoes the blocks around it, the outermost first. */
  readonly undo: readonly Undo[];
}

/** A step that is running: its session, its place, its id. */
export interface Here {
  readonly session: Session;
  readonly frame: Frame;
  readonly id: string;
}

/** A lock document that this run has written. */
export interface HeldLock {
  readonly lock: PlannedLock;
  readonly since: number;
  /** When its heartbeat was written last, or was tried to be, in milliseconds since 1970. */
  readonly beat: number;
  /** Which index it is in; undefined where that may not be read. */
  readonly index?: string;
}

/** Something that a rollback may have to undo. */
export interface Undo {
  readonly step: string;
  readonly steps: readonly PlannedNode[];
  readonly frame: Frame;
  /** Whether a request that it undoes may have been sent. */
  isNeeded: boolean;
}

/** Whether the steps after a node may run. */
export type Flow = 'go-on' | 'stop';

export function createSession(plan: Plan, options: RunOptions, ports: Ports, past: Past | undefined): Session {
  return {
    plan,
    options,
    ports,
    isDry: options.mode === 'dry',
    past,
    outputs: new Map(),
    forgotten: new Map(),
    undoStack: [],
    inDoubt: [],
    notes: [],
    cleanupFailures: [],
    undetermined: new Set(),
    wasInterrupted: false,
    isUnrecorded: false,
    isRollingBack: false,
    writes: 0,
    predicted: [],
  };
}

/** Stamps an event, takes the secrets out of it and gives it to the journal. */
export async function emit(session: Session, event: NewEvent): Promise<void> {
  const { ports, options } = session;
  const stamped = { ...event, at: new Date(ports.now()).toISOString() } as Event;
  try {
    await ports.record(options.redactor.record(stamped));
    session.isUnrecorded = false;
  } catch (error) {
    // Without its record a run must not write; what cleans up goes on all the same.
    session.isUnrecorded = (error as { isKept?: boolean }).isKept !== true;
    session.journalProblem ??= options.redactor.text(error instanceof Error ? error.message : String(error));
  }
}

/** Notes the first failure. */
export function fail(session: Session, step: string, reason: string): Flow {
  session.failure ??= { step, reason };
  return 'stop';
}

/** Only what belongs to the operation itself stops for a signal: what cleans up goes on. */
export function isStopping({ ports, past, options }: Session, { phase }: Frame): boolean {
  if (phase === 'always') return false;
  if (phase === 'rollback') return ports.interruption() === 'stop-without-rollback';
  return ports.interruption() !== 'none' || past?.isInterrupted === true || options.rollback === 'now';
}

/** What the journal says of a step, where a run goes on. */
export function pastOfStep({ session, id }: Here): PastStep | undefined {
  return session.past?.steps.get(id);
}

export function isCleanup({ phase }: Frame): boolean {
  return phase === 'always' || phase === 'rollback';
}

/** What names mean in a frame. */
export function valuesIn({ options, outputs }: Session, { passes, item }: Frame): Values {
  return { run: options.id, secrets: options.secrets, outputs, passes, ...(item === undefined ? {} : { item }) };
}
