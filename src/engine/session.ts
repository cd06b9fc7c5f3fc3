import type { Json, JsonObject } from '../language/index.ts';
import type { Plan, PlannedNode } from '../plan/index.ts';
import type { Event, NewEvent, Note, Phase, StepOutcome } from './event.ts';
import type { Ports } from './ports.ts';
import type { Redactor } from './redactor.ts';
import type { Outputs, Values } from './render.ts';

export interface RunOptions {
  readonly id: string;
  /** The plan's id, for the record. */
  readonly planId: string;
  /** A dry run sends reads and predicts writes. */
  readonly mode: 'real' | 'dry';
  /** The values of secret inputs, by name. */
  readonly secrets: ReadonlyMap<string, Json>;
  /** Knows every secret of the process; what steps save as secret is added to it. */
  readonly redactor: Redactor;
}

/** One run: what it was given, and all of its state. */
export interface Session {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly ports: Ports;
  readonly isDry: boolean;
  /** Step → what it saved. */
  readonly outputs: Map<string, Outputs>;
  /** What a rollback may have to undo, the oldest first. */
  readonly undoStack: Undo[];
  readonly inDoubt: string[];
  readonly notes: Note[];
  readonly cleanupFailures: { readonly step: string; readonly reason: string }[];
  /** Dry run: steps whose answer would be another one after the predicted writes. */
  readonly undetermined: Set<string>;
  /** The first thing that went wrong. */
  failure?: { readonly step: string; readonly reason: string };
  wasInterrupted: boolean;
  /** Writes that were sent, or may have been. */
  writes: number;
  /** Dry run: writes that would be sent. */
  predicted: number;
  /** Why the journal cannot be written. */
  journalProblem?: string;
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

/** Something that a rollback may have to undo. */
export interface Undo {
  readonly step: string;
  readonly steps: readonly PlannedNode[];
  readonly frame: Frame;
  /** Whether a request that it undoes may have been sent. */
  isNeeded: boolean;
}

/** How a step ended. */
export interface Finished {
  readonly outcome: StepOutcome;
  readonly reason?: string;
  readonly saved?: JsonObject;
}

/** Whether the steps after a node may run. */
export type Flow = 'go-on' | 'stop';

export function createSession(plan: Plan, options: RunOptions, ports: Ports): Session {
  return {
    plan,
    options,
    ports,
    isDry: options.mode === 'dry',
    outputs: new Map(),
    undoStack: [],
    inDoubt: [],
    notes: [],
    cleanupFailures: [],
    undetermined: new Set(),
    wasInterrupted: false,
    writes: 0,
    predicted: 0,
  };
}

/** Stamps an event, takes the secrets out of it and gives it to the journal. */
export async function emit(session: Session, event: NewEvent): Promise<void> {
  const { ports, options } = session;
  const stamped = { at: new Date(ports.now()).toISOString(), ...event } as Event;
  try {
    await ports.record(options.redactor.value(stamped));
  } catch (error) {
    // Without its record a run must not write; what cleans up goes on all the same.
    session.journalProblem ??= options.redactor.text(error instanceof Error ? error.message : String(error));
  }
}

/** Notes the first failure. */
export function fail(session: Session, step: string, reason: string): Flow {
  session.failure ??= { step, reason };
  return 'stop';
}

/** Only what belongs to the operation itself stops for a signal: what cleans up goes on. */
export function isStopping({ ports }: Session, { phase }: Frame): boolean {
  if (phase === 'always') return false;
  if (phase === 'rollback') return ports.interruption() === 'stop-without-rollback';
  return ports.interruption() !== 'none';
}

export function isCleanup({ phase }: Frame): boolean {
  return phase === 'always' || phase === 'rollback';
}

/** Waits, and says why. */
export async function wait({ session, id }: Here, reason: string, ms: number): Promise<void> {
  await emit(session, { type: 'waiting', step: id, reason, ms });
  await session.ports.sleep(ms);
}

/** What names mean in a frame. */
export function valuesIn({ options, outputs }: Session, { passes, item }: Frame): Values {
  return { run: options.id, secrets: options.secrets, outputs, passes, ...(item === undefined ? {} : { item }) };
}
