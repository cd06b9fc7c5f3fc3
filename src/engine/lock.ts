import type { PlannedLock } from '../plan/index.ts';
import { isObject, type Json, type JsonObject } from '../text/index.ts';
import type { RecordedCall } from './event.ts';
import { saidBy } from './judge.ts';
import { isRefusal } from './past.ts';
import type { Answer } from './ports.ts';
import { emit, type HeldLock, type Session } from './session.ts';

/** How often the heartbeat is written, and after how long without one a lock counts as left behind. */
const beatEvery = 60_000;
const expiresAfter = 900_000;
const callTimeout = 30_000;
/** Pauses before acquiring or releasing is tried again while the cluster does not answer. */
const pauses = [1_000, 2_000, 4_000];

/**
 * Acquires the lock of every cluster that the plan writes to: a document that can be created once. A lock of this run, left
 * by an earlier process, is this run's.
 * @returns Why there is none; undefined where all are held.
 */
export async function takeLocks(session: Session): Promise<string | undefined> {
  const { plan, options, isDry } = session;
  if (session.locks || isDry || !options.clusterLock) return session.lockProblem;
  session.locks = new Map();
  for (const lock of plan.locks) {
    const { connection } = lock;
    const taken = await take(lock, session);
    if (typeof taken === 'object') {
      session.locks.set(connection, taken.held);
      const why = taken.reason === undefined ? {} : { reason: taken.reason };
      await emit(session, { type: 'lock', connection, state: 'taken', ...why });
      continue;
    }
    session.lockProblem = taken;
    await emit(session, { type: 'lock', connection, state: 'refused', reason: taken });
    return taken;
  }
  return undefined;
}

/** Writes the heartbeat of the locks whose time has come. One that is somebody else's now stops what this run still writes. */
export async function keepLocks(session: Session): Promise<void> {
  for (const held of session.locks?.values() ?? []) {
    const { connection } = held.lock;
    const now = session.ports.now();
    if (now - held.beat < beatEvery) continue;
    const kept = await keep(held, session);
    if (kept !== 'lost') {
      session.locks?.set(connection, { ...kept, beat: now });
      if (held.index !== undefined && kept.index !== held.index)
        await emit(session, { type: 'lock', connection, state: 'taken', reason: movedReason });
      continue;
    }
    session.locks?.delete(connection);
    const reason = `the lock of ${connection} was taken away from this run; another one may be working there`;
    session.lockProblem ??= reason;
    await emit(session, { type: 'lock', connection, state: 'lost', reason });
  }
}

const movedReason = 'its index was deleted or restored while this run held the lock, which was acquired again';

/** Releases what is held. What cannot be released is a note: it stands in the way of the next run only. */
export async function releaseLocks(session: Session): Promise<void> {
  for (const { lock } of [...(session.locks?.values() ?? [])].reverse()) {
    const { connection } = lock;
    const problem = await release(lock, session);
    if (problem === undefined) {
      await emit(session, { type: 'lock', connection, state: 'released' });
      continue;
    }
    const note = `The lock of ${connection} could not be released (${problem}). Remove it with runbook unlock, once the cluster answers.`;
    session.notes.push({ severity: 'warning', note: session.options.redactor.text(note) });
    await emit(session, { type: 'lock', connection, state: 'not-released', reason: problem });
  }
  delete session.locks;
}

interface Taken {
  readonly held: HeldLock;
  /** What had to be put out of the way. */
  readonly reason?: string;
}

async function take(lock: PlannedLock, session: Session): Promise<Taken | string> {
  const since = session.ports.now();
  let said = '';
  let mayBeThere = false;
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await session.ports.sleep(pause);
    const index = await indexFor(lock, session);
    if (index.kind === 'unanswered') {
      said = index.said;
      continue;
    }
    const held: HeldLock = { lock, since, beat: since, ...idOf(index) };
    const made = await put(held, session, { op_type: 'create' });
    if (isWritten(made)) return { held };
    const isSent = made.kind === 'answer' || made.sent === 'maybe';
    const found: Found = isSent ? await find(lock, session, index) : { kind: 'unknown', said: '' };
    if (found.kind === 'other')
      return `${lock.connection} is locked by ${found.holder}. Wait for it; where it died, go on with it (runbook resume) or remove its lock (runbook unlock)`;
    if (found.kind === 'ours' || found.kind === 'leftover') {
      const reason = found.kind === 'leftover' ? { reason: leftoverText(found.holder) } : {};
      if (isWritten(await put(held, session, found.version))) return { held, ...reason };
    }
    said = saidBy(made);
    if (found.kind === 'none') mayBeThere = false;
    else if (isSent && !(made.kind === 'answer' && isRefusal(made.status))) mayBeThere = true;
    // 409: what was deleted between the two calls can be created now. 429: later.
    if (made.kind === 'answer' && isRefusal(made.status) && made.status !== 409 && made.status !== 429) break;
  }
  if (mayBeThere) {
    const note = `The lock of ${lock.connection} may have been acquired, and its answer was lost. Look, once the cluster answers: runbook unlock ${lock.connection}.`;
    session.notes.push({ severity: 'warning', note });
  }
  return `the lock of ${lock.connection} cannot be taken: PUT ${lock.path}: ${said}. With --no-cluster-lock it goes on without: make sure that nobody else is at work there`;
}

/** What a lock that came back with a restore is to a reader. */
export function leftoverText(holder: string): string {
  return `the lock of ${holder}, was restored from a snapshot together with its index, and is not in force`;
}

/**
 * Writes the heartbeat of one lock. A lock that has gone with its index, or that a restore has replaced, is acquired again:
 * this run may be what deletes and restores all indices. A document that has gone alone was removed by somebody.
 */
async function keep(held: HeldLock, session: Session): Promise<HeldLock | 'lost'> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const index = await indexOf(held.lock, session);
    const found = await find(held.lock, session, index);
    // A cluster that does not answer is asked again with the next heartbeat.
    if (index.kind === 'unanswered' || found.kind === 'unknown') return held;
    if (found.kind === 'other' || (found.kind === 'none' && !hasMoved(held, index))) return 'lost';
    const now = { ...held, ...idOf(index.kind === 'missing' ? await indexFor(held.lock, session) : index) };
    const answer = await put(now, session, found.kind === 'none' ? { op_type: 'create' } : found.version);
    if (isWritten(answer)) return now;
    // 409: somebody has written it since. Who that was decides.
    if (answer.kind === 'failure' || answer.status !== 409) break;
  }
  return held;
}

/** Whether the index that a lock was written into has gone. */
function hasMoved(held: HeldLock, index: Index): boolean {
  return (
    held.index !== undefined && (index.kind === 'missing' || (index.kind === 'there' && index.index !== held.index))
  );
}

async function release(lock: PlannedLock, session: Session): Promise<string | undefined> {
  let said = '';
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await session.ports.sleep(pause);
    // Looked at first: in an index that was deleted and made anew, another run's lock may have the number of ours.
    const found = await find(lock, session);
    if (found.kind === 'unknown') {
      said = found.said;
      continue;
    }
    if (found.kind !== 'ours') return undefined;
    const answer = await call(lock, session, { method: 'DELETE', path: lock.path, query: found.version });
    if (answer.kind === 'answer' && (answer.status === 200 || answer.status === 404)) return undefined;
    said = saidBy(answer);
  }
  return said;
}

type Version = { readonly if_seq_no: number; readonly if_primary_term: number };
type Found =
  | { readonly kind: 'ours'; readonly version: Version }
  | { readonly kind: 'other'; readonly holder: string }
  /** The document of an index that was deleted or closed and then restored from a snapshot, with this document in it. */
  | { readonly kind: 'leftover'; readonly version: Version; readonly holder: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly said: string };

async function find(lock: PlannedLock, session: Session, index?: Index): Promise<Found> {
  const answer = await call(lock, session, { method: 'GET', path: lock.path });
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'none' };
  const version = versionIn(answer);
  const source = version && isObject(version.body._source) ? version.body._source : undefined;
  if (!version || !source) return { kind: 'unknown', said: saidBy(answer) };
  if (source.run === session.options.id) return { kind: 'ours', version: version.of };
  const holder = lockHolder(source, session.ports.now());
  const isLeftover = index?.kind === 'there' && isRestored(source, index.index);
  return isLeftover ? { kind: 'leftover', version: version.of, holder } : { kind: 'other', holder };
}

/**
 * Whether a lock document travelled in a snapshot: it names the index that it was written into, and is in another one now
 * (docs/decisions/0007). One that names none counts as written where it is.
 */
export function isRestored({ index }: JsonObject, now: string): boolean {
  return typeof index === 'string' && index !== now;
}

/**
 * What tells an index from the one of the same name before it, in an answer to `…/_settings`: its uuid, another one after
 * it was deleted and restored, and its history's, another one after it was closed and restored.
 */
export function indexIdIn(body: Json): string | undefined {
  const [first] = isObject(body) ? Object.values(body) : [];
  const settings = isObject(first) && isObject(first.settings) ? first.settings.index : undefined;
  if (!isObject(settings) || typeof settings.uuid !== 'string') return undefined;
  const history = isObject(settings.history) ? settings.history.uuid : undefined;
  return typeof history === 'string' ? `${settings.uuid}/${history}` : settings.uuid;
}

/** Who holds a lock, for people. */
export function lockHolder(source: JsonObject, now: number): string {
  const { run, owner, heartbeat, expires } = source;
  const age = Math.max(0, Math.round((now - Date.parse(String(heartbeat))) / 1_000));
  const isExpired = Date.parse(String(expires)) < now;
  return `run ${String(run)} of ${String(owner)}, whose last heartbeat was ${age} s ago${isExpired ? ' (expired: that process has ended, or cannot reach the cluster)' : ''}`;
}

type Index =
  | { readonly kind: 'there'; readonly index: string }
  /** It may not be looked at. */
  | { readonly kind: 'missing' | 'unknown' }
  | { readonly kind: 'unanswered'; readonly said: string };

function idOf(index: Index): { readonly index?: string } {
  return index.kind === 'there' ? { index: index.index } : {};
}

async function indexOf(lock: PlannedLock, session: Session): Promise<Index> {
  const query = { filter_path: '*.settings.index.uuid,*.settings.index.history.uuid' };
  const answer = await call(lock, session, { method: 'GET', path: `${lock.index.path}/_settings`, query });
  if (answer.kind === 'failure') return { kind: 'unanswered', said: saidBy(answer) };
  if (answer.status === 404) return { kind: 'missing' };
  const index = answer.status === 200 ? indexIdIn(answer.body) : undefined;
  return index === undefined ? { kind: 'unknown' } : { kind: 'there', index };
}

/** The index of the locks, created where it is missing. Where that is refused, writing the document says what is wrong. */
async function indexFor(lock: PlannedLock, session: Session): Promise<Index> {
  const index = await indexOf(lock, session);
  if (index.kind !== 'missing') return index;
  await call(lock, session, { method: 'PUT', path: lock.index.path, body: lock.index.body });
  return indexOf(lock, session);
}

function put({ lock, since, index }: HeldLock, session: Session, query: JsonObject): Promise<Answer> {
  const { plan, options, ports } = session;
  const at = (ms: number) => new Date(ms).toISOString();
  const now = ports.now();
  const body = {
    run: options.id,
    owner: options.owner,
    runbook: plan.runbook.file,
    ...(index === undefined ? {} : { index }),
    since: at(since),
    heartbeat: at(now),
    expires: at(now + expiresAfter),
  };
  return call(lock, session, { method: 'PUT', path: lock.path, query, body });
}

interface LockCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: JsonObject;
  readonly body?: JsonObject;
}

/** Sends with the login of the lock; where that has ended (a 401 changes nothing), with the identity that takes over. */
async function call(lock: PlannedLock, session: Session, sent: LockCall): Promise<Answer> {
  const answer = await callAs(lock.identity, lock, session, sent);
  const hasEnded = answer.kind === 'answer' && answer.status === 401;
  return hasEnded && lock.successor !== undefined ? callAs(lock.successor, lock, session, sent) : answer;
}

/** One call about a lock, recorded like any other. */
async function callAs(
  identity: string | undefined,
  { connection }: PlannedLock,
  session: Session,
  { method, path, query = {}, body }: LockCall,
): Promise<Answer> {
  const { ports, options } = session;
  const step = `lock/${connection}`;
  const effect = method === 'GET' ? 'read' : 'write';
  const login = identity === undefined ? {} : { identity };
  const request = { ...login, connection, query, ...(body === undefined ? {} : { body }) };
  const opaque_id = `runbook/${options.id}/${step}`;
  const shown: RecordedCall = { ...request, effect, request: `${method} ${path}`, opaque_id };
  if (effect === 'write') await emit(session, { type: 'write-intended', step, attempt: 1, call: shown });
  const started = ports.now();
  const answer = await ports
    .send({ effect, request: { type: 'http', method, path, ...request }, timeout_ms: callTimeout, opaque_id })
    .catch((error: unknown): Answer => ({ kind: 'failure', sent: 'maybe', reason: String(error) }));
  const common = { step, purpose: 'lock', call: shown, duration_ms: ports.now() - started } as const;
  if (answer.kind === 'failure')
    await emit(session, { type: 'call-failed', ...common, sent: answer.sent, reason: answer.reason });
  else await emit(session, { type: 'call-answered', ...common, status: answer.status, warnings: answer.warnings });
  return answer;
}

/** Whether an answer to a write of the document says that it is written. */
function isWritten(answer: Answer): boolean {
  return versionIn(answer) !== undefined;
}

/** The document of an answer, and what the next write has to name; undefined where the answer is no document's. */
function versionIn(answer: Answer): { readonly body: JsonObject; readonly of: Version } | undefined {
  if (answer.kind === 'failure' || answer.status >= 300 || !isObject(answer.body)) return undefined;
  const { _seq_no, _primary_term } = answer.body;
  if (typeof _seq_no !== 'number' || typeof _primary_term !== 'number') return undefined;
  return { body: answer.body, of: { if_seq_no: _seq_no, if_primary_term: _primary_term } };
}
