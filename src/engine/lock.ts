import { isObject, type Json, type JsonObject } from '../language/index.ts';
import type { PlannedLock } from '../plan/index.ts';
import type { RecordedCall } from './event.ts';
import { saidBy } from './judge.ts';
import { isRefusal } from './past.ts';
import type { Answer } from './ports.ts';
import { emit, type HeldLock, type Session } from './session.ts';

/** How often the heartbeat is written, and after how long without one a lock counts as left behind. */
const beatEvery = 60_000;
const expiresAfter = 900_000;
const callTimeout = 30_000;
/** Pauses before taking or giving back is tried again while the cluster does not answer. */
const pauses = [1_000, 2_000, 4_000];

/**
 * Takes the lock of every cluster that the plan writes to: a document that can be created once. A lock of this run, left
 * by an earlier process, is this run's.
 * @returns Why there is none; undefined where all are held.
 */
export async function takeLocks(session: Session): Promise<string | undefined> {
  const { plan, options, isDry } = session;
  if (session.locks || isDry || !options.clusterLock) return session.lockProblem;
  session.locks = new Map();
  for (const lock of plan.locks) {
    const taken = await take(lock, session);
    if (typeof taken !== 'string') {
      session.locks.set(lock.connection, taken);
      await emit(session, { type: 'lock', connection: lock.connection, state: 'taken' });
      continue;
    }
    session.lockProblem = taken;
    await emit(session, { type: 'lock', connection: lock.connection, state: 'refused', reason: taken });
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
    const answer = await put(held.lock, session, held.since, { ...held.version });
    // A cluster that does not answer is asked again with the next heartbeat.
    session.locks?.set(connection, { ...held, beat: now, ...versionIn(answer) });
    if (answer.kind === 'failure' || (answer.status !== 409 && answer.status !== 404)) continue;
    // A heartbeat whose answer was lost has changed the version, too.
    const found = await find(held.lock, session);
    if (found.kind === 'ours') {
      session.locks?.set(connection, { ...held, beat: now, version: found.version });
      continue;
    }
    session.locks?.delete(connection);
    const reason = `the lock of ${connection} was taken away from this run; another one may be working there`;
    session.lockProblem ??= reason;
    await emit(session, { type: 'lock', connection, state: 'lost', reason });
  }
}

/** Gives back what is held. What cannot be given back is a note: it stands in the way of the next run only. */
export async function releaseLocks(session: Session): Promise<void> {
  for (const { lock, version } of [...(session.locks?.values() ?? [])].reverse()) {
    const { connection } = lock;
    const problem = await release(lock, version, session);
    if (problem === undefined) {
      await emit(session, { type: 'lock', connection, state: 'released' });
      continue;
    }
    const note = `The lock of ${connection} could not be given back (${problem}). Remove it with runbook unlock, once the cluster answers.`;
    session.notes.push({ severity: 'warning', note: session.options.redactor.text(note) });
    await emit(session, { type: 'lock', connection, state: 'not-released', reason: problem });
  }
  delete session.locks;
}

async function take(lock: PlannedLock, session: Session): Promise<HeldLock | string> {
  const since = session.ports.now();
  let said = '';
  let mayBeThere = false;
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await session.ports.sleep(pause);
    const made = await put(lock, session, since, { op_type: 'create' });
    const version = versionIn(made);
    if (version) return { lock, since, beat: since, ...version };
    const isSent = made.kind === 'answer' || made.sent === 'maybe';
    const found: Found = isSent ? await find(lock, session) : { kind: 'unknown' };
    if (found.kind === 'ours') return { lock, since, beat: since, version: found.version };
    if (found.kind === 'other')
      return `${lock.connection} is locked by ${found.holder}. Wait for it; where it died, go on with it (runbook resume) or remove its lock (runbook unlock)`;
    said = saidBy(made);
    if (found.kind === 'none') mayBeThere = false;
    else if (isSent && !(made.kind === 'answer' && isRefusal(made.status))) mayBeThere = true;
    // 409: what was deleted between the two calls can be created now. 429: later.
    if (made.kind === 'answer' && isRefusal(made.status) && made.status !== 409 && made.status !== 429) break;
  }
  if (mayBeThere) {
    const note = `The lock of ${lock.connection} may have been taken, and its answer was lost. Look, once the cluster answers: runbook unlock ${lock.connection}.`;
    session.notes.push({ severity: 'warning', note });
  }
  return `the lock of ${lock.connection} cannot be taken: PUT ${lock.path}: ${said}. With --no-cluster-lock it goes on without: make sure that nobody else is at work there`;
}

async function release(lock: PlannedLock, version: HeldLock['version'], session: Session): Promise<string | undefined> {
  let said = '';
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await session.ports.sleep(pause);
    const answer = await call(lock, session, 'DELETE', { ...version });
    if (answer.kind === 'answer' && (answer.status === 200 || answer.status === 404)) return undefined;
    said = saidBy(answer);
    // An answer that was lost: either the lock is gone, or a heartbeat has changed its version.
    const found = await find(lock, session);
    if (found.kind === 'none' || found.kind === 'other') return undefined;
    if (found.kind === 'ours') version = found.version;
  }
  return said;
}

type Found =
  | { readonly kind: 'ours'; readonly version: HeldLock['version'] }
  | { readonly kind: 'other'; readonly holder: string }
  | { readonly kind: 'none' | 'unknown' };

async function find(lock: PlannedLock, session: Session): Promise<Found> {
  const answer = await call(lock, session, 'GET', {});
  if (answer.kind === 'failure') return { kind: 'unknown' };
  if (answer.status === 404) return { kind: 'none' };
  const source = isObject(answer.body) && isObject(answer.body._source) ? answer.body._source : undefined;
  const version = versionIn(answer);
  if (!source || !version) return { kind: 'unknown' };
  if (source.run === session.options.id) return { kind: 'ours', ...version };
  return { kind: 'other', holder: lockHolder(source, session.ports.now()) };
}

/** Who holds a lock, for people. */
export function lockHolder(source: JsonObject, now: number): string {
  const { run, owner, heartbeat, expires } = source;
  const age = Math.max(0, Math.round((now - Date.parse(String(heartbeat))) / 1_000));
  const isExpired = Date.parse(String(expires)) < now;
  return `run ${String(run)} of ${String(owner)}, whose last heartbeat was ${age} s ago${isExpired ? ' (expired: that process has ended, or cannot reach the cluster)' : ''}`;
}

function put(lock: PlannedLock, session: Session, since: number, query: JsonObject): Promise<Answer> {
  const { plan, options, ports } = session;
  const at = (ms: number) => new Date(ms).toISOString();
  const now = ports.now();
  return call(lock, session, 'PUT', query, {
    run: options.id,
    owner: options.owner,
    runbook: plan.runbook.file,
    since: at(since),
    heartbeat: at(now),
    expires: at(now + expiresAfter),
  });
}

/** One call about a lock, recorded like any other. */
async function call(
  { connection, identity, path }: PlannedLock,
  session: Session,
  method: 'GET' | 'PUT' | 'DELETE',
  query: JsonObject,
  body?: JsonObject,
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

/** What the next write has to name; undefined where the answer is no document's. */
function versionIn(answer: Answer): { readonly version: HeldLock['version'] } | undefined {
  if (answer.kind === 'failure' || answer.status >= 300 || !isObject(answer.body)) return undefined;
  const { _seq_no, _primary_term } = answer.body as Record<string, Json>;
  if (typeof _seq_no !== 'number' || typeof _primary_term !== 'number') return undefined;
  return { version: { if_seq_no: _seq_no, if_primary_term: _primary_term } };
}
