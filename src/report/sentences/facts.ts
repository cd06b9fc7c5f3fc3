import {
  type Event,
  hasSucceeded,
  instanceId,
  isRefusal,
  plannedAmong,
  type RunSummary,
  type StepOutcome,
  type Suspension,
  sentIn,
  wentAlong,
} from '../../engine/index.ts';
import { nodesIn, type Plan, type PlannedNode, wholeRunbook } from '../../plan/index.ts';
import { dialectFor } from '../outline.ts';

/** The events of a run, folded into what its sentences stand on. No sentence is read here: only what was sent and what came back. */
export interface RunFacts {
  /** What the last event says, where the run has ended. */
  readonly summary: RunSummary | undefined;
  /** Where the last event suspends the run. */
  readonly suspended: Suspension | undefined;
  /** Of each step that may have sent a write, whatever sends it: a step, an `always` or a rollback. */
  readonly writes: ReadonlyMap<string, WriteFacts>;
  /** Steps and blocks whose rollback is complete. */
  readonly rolledBack: ReadonlySet<string>;
  readonly isInterrupted: boolean;
  /** Somebody has asked for the rollback. */
  readonly isRollbackWanted: boolean;
  /** How each step has ended. */
  readonly outcomes: ReadonlyMap<string, StepOutcome>;
  /** Steps that say that nothing of them was sent. */
  readonly notSent: ReadonlySet<string>;
  /** The lock of each connection, as its last request has left it: `unknown` where it may have been acquired or released. */
  readonly locks: ReadonlyMap<string, 'acquired' | 'released' | 'unknown'>;
}

/** The write of one step: what its responses say of it, and what became of it. */
export interface WriteFacts {
  readonly step: string;
  readonly phase: 'steps' | 'always' | 'rollback';
  /** Requests that were sent, or may have been. */
  readonly requests: number;
  /** Whether one of them took effect, as far as the responses tell, or the operator. */
  readonly effect: 'none' | 'possible' | 'certain';
  /** What its idempotency check said last, since the last request. */
  readonly seen?: 'in-place' | 'not-in-place' | 'unknown';
  /** How it is accounted for where the run has not succeeded. */
  readonly account?: 'rolled-back' | 'not-in-place' | 'put-right' | 'kept' | 'leaves-nothing';
}

type DraftWrite = { -readonly [K in keyof WriteFacts]: WriteFacts[K] } & { isPending?: boolean };

/** Folds a journal: the events of all processes of a run, in their order. */
export function factsOf(plan: Plan, events: readonly Event[]): RunFacts {
  const writes = new Map<string, DraftWrite>();
  const outcomes = new Map<string, StepOutcome>();
  const phases = new Map<string, string>();
  const rolledBack = new Set<string>();
  const notNeeded = new Set<string>();
  const notSent = new Set<string>();
  const locks = new Map<string, 'acquired' | 'released' | 'unknown'>();
  let isInterrupted = false;
  let isRollbackWanted = false;
  for (const event of events) {
    switch (event.type) {
      case 'step-started':
        phases.set(event.step, event.phase);
        break;
      case 'write-intended':
        if (event.purpose === 'lock') locks.set(event.call.connection, 'unknown');
        else if (event.purpose === 'step') intend(writes, event.step, phases.get(event.step));
        break;
      case 'line-lost':
        intend(writes, event.step, phases.get(event.step));
        break;
      case 'response':
      case 'no-response':
        if (event.purpose === 'step' && event.call.effect === 'write') judge(writes.get(event.step), event);
        break;
      case 'effect-checked': {
        const write = writes.get(event.step);
        if (write) write.seen = event.effect;
        break;
      }
      case 'decided': {
        if (event.took_effect) settle(writes.get(event.step));
        break;
      }
      case 'step-finished':
        outcomes.set(event.step, event.outcome);
        if (event.outcome === 'done') settle(writes.get(event.step));
        if (event.reason?.kind === 'not-sent' && !event.reason.again) notSent.add(event.step);
        else notSent.delete(event.step);
        break;
      case 'lock':
        if (event.state === 'acquired' || event.state === 'released') locks.set(event.connection, event.state);
        break;
      case 'rollback-started':
        // It is tried anew, from its beginning.
        for (const [step, { phase }] of writes) if (phase === 'rollback') writes.delete(step);
        break;
      case 'step-rolled-back':
        if (event.clean) rolledBack.add(event.step);
        else rolledBack.delete(event.step);
        break;
      case 'rollback-skipped':
        notNeeded.add(event.step);
        break;
      case 'interrupted':
        isInterrupted = true;
        break;
      case 'run-resumed':
        isRollbackWanted ||= event.as === 'rollback';
        break;
      default:
    }
  }
  const last = events.at(-1);
  const summary = last?.type === 'run-finished' ? last : undefined;
  const places = placesIn(plan);
  for (const write of writes.values()) {
    if (write.isPending) write.effect = atLeast(write.effect, 'possible');
    const account = accountOf(write, { plan, places, rolledBack, notNeeded, outcomes, kept: summary?.kept ?? [] });
    if (account) write.account = account;
  }
  return {
    summary,
    suspended: last?.type === 'suspended' ? last : undefined,
    writes,
    rolledBack,
    isInterrupted,
    isRollbackWanted,
    outcomes,
    notSent,
    locks,
  };
}

function intend(writes: Map<string, DraftWrite>, step: string, phase: string | undefined): void {
  const write = writes.get(step) ?? {
    step,
    phase: (phase ?? 'steps') as WriteFacts['phase'],
    requests: 0,
    effect: 'none',
  };
  // Of one without a recorded response nobody knows.
  if (write.isPending) write.effect = atLeast(write.effect, 'possible');
  write.requests++;
  write.isPending = true;
  delete write.seen;
  writes.set(step, write);
}

function judge(write: DraftWrite | undefined, event: Extract<Event, { type: 'response' | 'no-response' }>): void {
  if (!write) return;
  write.isPending = false;
  if (event.type === 'response') {
    if (isRefusal(event.status)) return;
    write.effect = atLeast(write.effect, hasSucceeded(event.status) ? 'certain' : 'possible');
    return;
  }
  if (sentIn(event) === 'maybe') write.effect = atLeast(write.effect, 'possible');
  else write.requests--;
}

/** It was read back, or somebody has said that it took effect. */
function settle(write: DraftWrite | undefined): void {
  if (write) Object.assign(write, { effect: 'certain', isPending: false });
}

function atLeast(effect: WriteFacts['effect'], least: 'possible' | 'certain'): WriteFacts['effect'] {
  return effect === 'certain' ? effect : least;
}

/** A node of the plan, and the ids of what is around it, its own first. */
interface Place {
  readonly node: PlannedNode;
  readonly around: readonly string[];
}

function placesIn(plan: Plan): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { node, within } of nodesIn(plan)) {
    const around = within === undefined ? [wholeRunbook] : (places.get(within)?.around ?? []);
    places.set(node.id, { node, around: [node.id, ...around] });
  }
  return places;
}

interface Known {
  readonly plan: Plan;
  readonly places: ReadonlyMap<string, Place>;
  readonly rolledBack: ReadonlySet<string>;
  readonly notNeeded: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, StepOutcome>;
  readonly kept: RunSummary['kept'];
}

function accountOf({ step, seen, effect }: DraftWrite, known: Known): WriteFacts['account'] {
  const { plan, places, rolledBack, notNeeded, outcomes, kept } = known;
  const plannedOf = plannedAmong(places);
  const { id = '', iterations = [] } = plannedOf(step) ?? {};
  const place = places.get(id);
  if (place?.node.kind !== 'request') return undefined;
  const { request, undone_by } = place.node;
  const isIn = (steps: ReadonlySet<string>) => place.around.some((id) => steps.has(instanceId(id, iterations)));
  if (kept.some((one) => one.step === step)) return 'kept';
  if (request.type === 'http' && dialectFor(request, plan).leavesNothing(request)) return 'leaves-nothing';
  if (isIn(rolledBack)) return 'rolled-back';
  if (undone_by !== undefined) {
    const outcome = outcomes.get(instanceId(undone_by, iterations));
    if (outcome === 'done' || outcome === 'unchanged' || outcome === 'in-place') return 'put-right';
  }
  if (seen === 'not-in-place' || isIn(notNeeded)) return 'not-in-place';
  const undone = [...rolledBack].flatMap((one) => {
    const { id: of = one, iterations: at = [] } = plannedOf(one) ?? {};
    const node = places.get(of)?.node;
    const steps = node && 'rollback' in node ? node.rollback : undefined;
    return steps ? [{ steps, iterations: at }] : [];
  });
  return effect === 'certain' && wentAlong(place.node, iterations, undone, plan) ? 'rolled-back' : undefined;
}
