import {
  holderIn,
  isRestored,
  kinds,
  type LockCall,
  type LockHolder,
  type LockProtocol,
  type LockVersion,
} from '../kinds/index.ts';
import type { Plan, PlannedLock } from '../plan/index.ts';
import { exchange, recordedCall, unwanted } from './exchange.ts';
import type { Findings } from './findings.ts';
import type { Ports } from './ports.ts';
import type { LockReason, Reason } from './reason.ts';
import type { Recorder } from './recorder.ts';
import type { SendResult } from './result.ts';
import { hasSucceeded, isRefusal, pauseBefore } from './retry.ts';

/** How often the heartbeat is written, and after how long without one a lock counts as left behind. */
const beatEvery = 60_000;
const expiresAfter = 900_000;
/** A write does not go out behind a heartbeat that is this old: the timer has not come, as on a machine that was suspended. */
const overdueAfter = 1.5 * beatEvery;
/** How long one heartbeat of another process is waited for: it may take a moment. Two that do not come tell that it has ended. */
const awaitBeat = beatEvery + 15_000;
const callTimeout = 30_000;
/** How acquiring and releasing are tried again while the cluster does not respond. */
const retry = { attempts: 4, delay_ms: 1_000, budget_ms: 600_000 };

/** The locks of a run: a document in each cluster that the plan writes to. */
export interface Locks {
  /**
   * Acquires all of them before the first write, and writes their heartbeats from then on. A lock that a process of this run
   * has left is this one's once that process has ended.
   * @returns Why there is none; undefined where all are held.
   */
  readonly acquire: () => Promise<LockReason | undefined>;
  /** Writes the heartbeats that are overdue. A lock that is somebody else's now stops what this run still writes. */
  readonly keep: () => Promise<void>;
  /** Writes no more heartbeats. Who resumes the run goes on with its locks. */
  readonly rest: () => Promise<void>;
  /** Releases what is held. What cannot be released stands in the way of the next run only. */
  readonly release: () => Promise<void>;
  /** Looks who else holds the lock of a connection; undefined where nobody does, or where that cannot be read. */
  readonly otherHolder: (connection: string) => Promise<LockHolder | undefined>;
  /** Returns why there is no lock, or not any more: nothing but what cleans up is sent. */
  readonly problem: () => LockReason | undefined;
}

interface Surroundings {
  readonly plan: Plan;
  readonly options: { readonly id: string; readonly owner: string; readonly process: string };
  readonly ports: Ports;
  readonly recorder: Recorder;
  readonly findings: Findings;
}

/** A lock document that this run has written. */
interface HeldLock {
  readonly lock: PlannedLock;
  /** In milliseconds since 1970. */
  readonly since: number;
  /** When its heartbeat was written last, or was tried to be, by the monotonic clock. */
  readonly beat: number;
  /** Which index it is in; undefined where that may not be read. */
  readonly index?: string;
}

/** @param isOff Nobody is kept out: it is a dry run, or was asked for. */
export function createLocks({ isOff, ...run }: Surroundings & { readonly isOff: boolean }): Locks {
  const { plan, ports, recorder, findings } = run;
  const held = new Map<string, HeldLock>();
  /** Iterations run side by side: whoever comes while the locks are acquired waits for them. */
  let acquiring: Promise<void> | undefined;
  let problem: LockReason | undefined;
  let stop: (() => Promise<void>) | undefined;
  /** The last of the heartbeats: the timer's and those before a write come one after the other. */
  let last: Promise<void> = Promise.resolve();
  let isBeating = false;
  const beat = (after: number): Promise<void> => {
    last = last
      .catch(() => undefined)
      .then(() => {
        isBeating = true;
        return beatAll(after);
      })
      .finally(() => {
        isBeating = false;
      });
    return last;
  };
  const beatAll = async (after: number): Promise<void> => {
    for (const one of [...held.values()]) {
      const { connection } = one.lock;
      const now = ports.monotonic();
      if (now - one.beat < after) continue;
      const kept = await keep(one, run);
      if (kept !== 'lost') {
        held.set(connection, { ...kept, beat: now });
        if (one.index !== undefined && kept.index !== one.index)
          await recorder.record({
            type: 'lock',
            connection,
            state: 'acquired',
            reason: { kind: 'lock-index-moved' },
          });
        continue;
      }
      held.delete(connection);
      const reason: LockReason = { kind: 'lock-lost', connection };
      problem ??= reason;
      await recorder.record({ type: 'lock', connection, state: 'lost', reason });
    }
  };
  const rest = async (): Promise<void> => {
    await stop?.();
    stop = undefined;
  };
  const acquireAll = async (): Promise<void> => {
    for (const lock of plan.locks) {
      const { connection } = lock;
      const acquired = await acquire(lock, run);
      if ('held' in acquired) {
        held.set(connection, acquired.held);
        // One that is under way is enough.
        stop ??= ports.every(beatEvery, async () => (isBeating ? undefined : beat(0)));
        const why = acquired.reason ? { reason: acquired.reason } : {};
        await recorder.record({ type: 'lock', connection, state: 'acquired', ...why });
        continue;
      }
      problem = acquired.reason;
      if (acquired.isUncertain) findings.locksLeft.push({ kind: 'lock-uncertain', connection });
      await recorder.record({ type: 'lock', connection, state: 'refused', reason: problem });
      break;
    }
  };
  return {
    rest,
    otherHolder: async (connection) => {
      const lock = plan.locks.find((one) => one.connection === connection);
      const found = lock && (await find(lock, run, await indexOf(lock, run)));
      return found?.kind === 'other' ? found.holder : undefined;
    },
    keep: () => beat(overdueAfter),
    problem: () => problem,
    acquire: async () => {
      if (isOff) return problem;
      acquiring ??= acquireAll();
      await acquiring;
      return problem;
    },
    release: async () => {
      await rest();
      for (const { lock } of [...held.values()].reverse()) {
        const { connection } = lock;
        const cause = await release(lock, run);
        if (cause === undefined) {
          await recorder.record({ type: 'lock', connection, state: 'released' });
          continue;
        }
        const reason: LockReason = { kind: 'lock-not-released', connection, cause };
        findings.locksLeft.push(reason);
        await recorder.record({ type: 'lock', connection, state: 'not-released', reason });
      }
      held.clear();
    },
  };
}

type Acquired =
  | { readonly held: HeldLock; readonly reason?: LockReason }
  | { readonly reason: LockReason; readonly isUncertain: boolean };

async function acquire(lock: PlannedLock, run: Surroundings): Promise<Acquired> {
  const { connection, path } = lock;
  const since = run.ports.now();
  let isUncertain = false;
  const acquired = await repeatedly<Acquired>(run, async () => {
    const index = await indexFor(lock, run);
    if (index.kind === 'no-response') return { again: index.result };
    const held: HeldLock = { lock, since, beat: run.ports.monotonic(), ...idOf(index) };
    const result = await write(held, run);
    if (isWritten(result, lock, run)) return { done: { held } };
    const isSent = result.kind === 'response' || result.sent === 'maybe';
    const found: Found = isSent ? await find(lock, run, index) : { kind: 'unknown', result };
    if (found.kind === 'other')
      return { done: { reason: { kind: 'lock-held', connection, holder: found.holder }, isUncertain } };
    const earlier = found.kind === 'earlier' ? await whatBecameOf(found, lock, run) : 'ended';
    if (earlier !== 'ended') return { done: { reason: earlier, isUncertain } };
    if (found.kind === 'ours' || found.kind === 'leftover' || found.kind === 'earlier') {
      const reason: { reason?: LockReason } =
        found.kind === 'leftover' ? { reason: { kind: 'lock-left-by-restore', holder: found.holder } } : {};
      if (isWritten(await write(held, run, found.version), lock, run)) return { done: { held, ...reason } };
    }
    const refused = result.kind === 'response' && isRefusal(result.status);
    if (found.kind === 'none') isUncertain = false;
    else if (isSent && !refused) isUncertain = true;
    // 409: what was deleted between the two calls can be created now. 429: later.
    const isFinal = refused && result.status !== 409 && result.status !== 429;
    return isFinal ? { stop: result } : { again: result };
  });
  if ('done' in acquired) return acquired.done;
  return {
    reason: { kind: 'lock-not-acquired', connection, path, cause: unwanted(acquired.last, run.recorder.redactor) },
    isUncertain,
  };
}

/**
 * Writes the heartbeat of one lock. A lock that has gone with its index, or that a restore has replaced, is acquired again:
 * this run may be what deletes and restores all indices. A document that has gone alone was removed by somebody.
 */
async function keep(held: HeldLock, run: Surroundings): Promise<HeldLock | 'lost'> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const index = await indexOf(held.lock, run);
    const found = await find(held.lock, run, index);
    // A cluster that does not respond is asked again with the next heartbeat.
    if (index.kind === 'no-response' || found.kind === 'unknown') return held;
    if (found.kind === 'other' || found.kind === 'earlier') return 'lost';
    if (found.kind === 'none' && !hasMoved(held, index)) return 'lost';
    const now = { ...held, ...idOf(index.kind === 'missing' ? await indexFor(held.lock, run) : index) };
    const result = await write(now, run, found.kind === 'none' ? undefined : found.version);
    if (isWritten(result, held.lock, run)) return now;
    // 409: somebody has written it since. Who that was decides.
    if (result.kind === 'no-response' || result.status !== 409) break;
  }
  return held;
}

/** Returns whether the index that a lock was written into has gone. */
function hasMoved({ index: before }: HeldLock, now: Index): boolean {
  return before !== undefined && (now.kind === 'missing' || (now.kind === 'in-place' && now.index !== before));
}

/** @returns Why it is not released; undefined where it is. */
async function release(lock: PlannedLock, run: Surroundings): Promise<Reason | undefined> {
  const released = await repeatedly(run, async () => {
    // Looked at first: in an index that was deleted and made again, another run's lock may have the number of ours.
    const found = await find(lock, run);
    if (found.kind === 'unknown') return { again: found.result };
    if (found.kind !== 'ours') return { done: true };
    const result = await call(protocolOf(lock, run).remove(lock, found.version), lock, run);
    const isGone = result.kind === 'response' && (result.status === 200 || result.status === 404);
    return isGone ? { done: true } : { again: result };
  });
  return 'done' in released ? undefined : unwanted(released.last, run.recorder.redactor);
}

/** Tries until it is done, cannot be, or has been tried often enough. */
async function repeatedly<T>(
  { ports }: Surroundings,
  once: () => Promise<{ readonly done: T } | { readonly again: SendResult } | { readonly stop: SendResult }>,
): Promise<{ readonly done: T } | { readonly last: SendResult }> {
  const first = ports.monotonic();
  for (let attempt = 1; ; attempt++) {
    const tried = await once();
    if ('done' in tried) return tried;
    if ('stop' in tried) return { last: tried.stop };
    const pause = pauseBefore(attempt + 1, retry, tried.again, first, ports);
    if (pause === undefined) return { last: tried.again };
    await ports.sleep(pause);
  }
}

/** @returns Why the lock of another process of this run may not be taken over; `ended` where it may. */
async function whatBecameOf(
  found: Extract<Found, { kind: 'earlier' }>,
  lock: PlannedLock,
  run: Surroundings,
): Promise<LockReason | 'ended'> {
  const { connection } = lock;
  const { ports, recorder } = run;
  const { process, holder } = found;
  const atWork = (certain: boolean): LockReason => ({ kind: 'run-at-work', connection, holder, certain });
  const state = ports.stateOf(process);
  if (state !== 'unknown') return state === 'ended' ? 'ended' : atWork(true);
  const reason: LockReason = { kind: 'awaiting-heartbeat', connection, holder, wait_ms: 2 * awaitBeat };
  await recorder.record({ type: 'lock', connection, state: 'waiting', reason });
  for (let missed = 0; missed < 2; missed++) {
    await ports.sleep(awaitBeat);
    // A signal has ended the pause.
    if (ports.interruption() !== 'none') return atWork(false);
    const now = await find(lock, run);
    if (now.kind === 'unknown') return atWork(false);
    const isSame = now.kind === 'earlier' && JSON.stringify(now.version) === JSON.stringify(found.version);
    if (!isSame) return now.kind === 'none' ? 'ended' : atWork(true);
  }
  return 'ended';
}

type Found =
  | { readonly kind: 'ours'; readonly version: LockVersion }
  /** Another process of this run has written it. */
  | { readonly kind: 'earlier'; readonly version: LockVersion; readonly holder: LockHolder; readonly process: string }
  | { readonly kind: 'other'; readonly holder: LockHolder }
  /** The document of an index that was deleted or closed and then restored from a snapshot, with this document in it. */
  | { readonly kind: 'leftover'; readonly version: LockVersion; readonly holder: LockHolder }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly result: SendResult };

async function find(lock: PlannedLock, run: Surroundings, index?: Index): Promise<Found> {
  const result = await call(protocolOf(lock, run).read(lock), lock, run);
  if (result.kind === 'response' && result.status === 404) return { kind: 'none' };
  const found = result.kind === 'response' ? protocolOf(lock, run).found(result) : undefined;
  if (!found?.source) return { kind: 'unknown', result };
  const { version, source } = found;
  const { id, process } = run.options;
  if (source.run === id && source.process === process) return { kind: 'ours', version };
  const holder = holderIn(source, run.ports.now());
  const isLeftover = index?.kind === 'in-place' && isRestored(source, index.index);
  if (isLeftover) return { kind: 'leftover', version, holder };
  if (source.run !== id) return { kind: 'other', holder };
  return { kind: 'earlier', version, holder, process: typeof source.process === 'string' ? source.process : '' };
}

type Index =
  | { readonly kind: 'in-place'; readonly index: string }
  /** `unknown`: it may not be looked at. */
  | { readonly kind: 'missing' | 'unknown' }
  | { readonly kind: 'no-response'; readonly result: SendResult };

function idOf(index: Index): { readonly index?: string } {
  return index.kind === 'in-place' ? { index: index.index } : {};
}

async function indexOf(lock: PlannedLock, run: Surroundings): Promise<Index> {
  const result = await call(protocolOf(lock, run).readIndex(lock), lock, run);
  if (result.kind === 'no-response') return { kind: 'no-response', result };
  if (result.status === 404) return { kind: 'missing' };
  const index = result.status === 200 ? protocolOf(lock, run).indexId(result.body) : undefined;
  return index === undefined ? { kind: 'unknown' } : { kind: 'in-place', index };
}

/** The index of the locks, created where it is missing. Where that is refused, writing the document says what is wrong. */
async function indexFor(lock: PlannedLock, run: Surroundings): Promise<Index> {
  const index = await indexOf(lock, run);
  if (index.kind !== 'missing') return index;
  const created = await call(protocolOf(lock, run).createIndex(lock), lock, run);
  if (created.kind === 'response' && hasSucceeded(created.status)) run.findings.lockIndices.add(lock.connection);
  return indexOf(lock, run);
}

function write({ lock, since, index }: HeldLock, run: Surroundings, over?: LockVersion): Promise<SendResult> {
  const { plan, options, ports } = run;
  const at = (ms: number) => new Date(ms).toISOString();
  const now = ports.now();
  const document = {
    run: options.id,
    process: options.process,
    owner: options.owner,
    runbook: plan.runbook.file,
    ...(index === undefined ? {} : { index }),
    since: at(since),
    heartbeat: at(now),
    expires: at(now + expiresAfter),
  };
  return call(protocolOf(lock, run).write(lock, document, over), lock, run);
}

/** Returns whether a response to a write of the document says that it is written. */
function isWritten(result: SendResult, lock: PlannedLock, run: Surroundings): boolean {
  return result.kind === 'response' && protocolOf(lock, run).found(result) !== undefined;
}

/** Sends with the credentials of the lock; where that has ended (a 401 changes nothing), with the identity that takes over. */
async function call(lockCall: LockCall, lock: PlannedLock, run: Surroundings): Promise<SendResult> {
  const result = await callAs(lock.identity, lockCall, lock, run);
  const hasEnded = result.kind === 'response' && result.status === 401;
  return hasEnded && lock.successor !== undefined ? callAs(lock.successor, lockCall, lock, run) : result;
}

/** One call about a lock, recorded like any other. */
async function callAs(
  identity: string | undefined,
  { method, path, query = {}, body }: LockCall,
  { connection }: PlannedLock,
  run: Surroundings,
): Promise<SendResult> {
  const effect = method === 'GET' ? 'read' : 'write';
  const login = identity === undefined ? {} : { identity };
  const request = { type: 'http' as const, connection, ...login, method, path, query, ...(body ? { body } : {}) };
  const opaque_id = `runbook/${run.options.id}/lock/${connection}`;
  const recorded = recordedCall(request, effect, opaque_id);
  const owner = { purpose: 'lock' } as const;
  if (effect === 'write') await run.recorder.record({ type: 'write-intended', ...owner, attempt: 1, call: recorded });
  return exchange({ effect, request, timeout_ms: callTimeout, opaque_id }, recorded, owner, run);
}

/** @throws where the plan has a lock on a connection that cannot be locked: it was not made by the planner. */
function protocolOf({ connection }: PlannedLock, { plan }: Surroundings): LockProtocol {
  const planned = plan.environment.connections[connection];
  const protocol = planned && kinds[planned.kind].lock;
  if (!protocol) throw new TypeError(`the connection "${connection}" cannot be locked`);
  return protocol;
}
