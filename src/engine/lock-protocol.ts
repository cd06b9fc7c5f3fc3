import type { PlannedLock } from '../plan/index.ts';
import { isObject, type Json, type JsonObject } from '../text/index.ts';
import type { LockHolder } from './reason.ts';

/** A request about a lock, on the lock's connection. */
export interface LockCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: JsonObject;
  readonly body?: JsonObject;
}

/** Which version of a document a write replaces: nothing else is written over. */
export interface Version {
  readonly if_seq_no: number;
  readonly if_primary_term: number;
}

export interface LockDocument {
  readonly run: string;
  readonly owner: string;
  readonly runbook: string;
  /** Which index it was written into (`indexIdIn`). */
  readonly index?: string;
  /** ISO 8601, as the next two. */
  readonly since: string;
  readonly heartbeat: string;
  readonly expires: string;
}

export function readLock({ path }: PlannedLock): LockCall {
  return { method: 'GET', path };
}

/** Creates the document, or writes it over a version of its own. */
export function writeLock({ path }: PlannedLock, document: LockDocument, over?: Version): LockCall {
  return { method: 'PUT', path, query: over ? { ...over } : { op_type: 'create' }, body: { ...document } };
}

export function removeLock({ path }: PlannedLock, version: Version): LockCall {
  return { method: 'DELETE', path, query: { ...version } };
}

export function readLockIndex({ index }: Pick<PlannedLock, 'index'>): LockCall {
  const query = { filter_path: '*.settings.index.uuid,*.settings.index.history.uuid' };
  return { method: 'GET', path: `${index.path}/_settings`, query };
}

export function createLockIndex({ index }: PlannedLock): LockCall {
  return { method: 'PUT', path: index.path, body: index.body };
}

/** What a response says of a lock's document; undefined where it is about none. */
export function lockIn(response: {
  readonly status: number;
  readonly body: Json;
}): { readonly version: Version; readonly source?: JsonObject } | undefined {
  if (response.status >= 300 || !isObject(response.body)) return undefined;
  const { _seq_no, _primary_term, _source } = response.body;
  if (typeof _seq_no !== 'number' || typeof _primary_term !== 'number') return undefined;
  const version = { if_seq_no: _seq_no, if_primary_term: _primary_term };
  return { version, ...(isObject(_source) ? { source: _source } : {}) };
}

/**
 * Tells an index from the one of the same name before it, in a response to `readLockIndex`: its uuid, another one after it was
 * deleted and restored, and its history's, another one after it was closed and restored.
 */
export function indexIdIn(body: Json): string | undefined {
  const [first] = isObject(body) ? Object.values(body) : [];
  const settings = isObject(first) && isObject(first.settings) ? first.settings.index : undefined;
  if (!isObject(settings) || typeof settings.uuid !== 'string') return undefined;
  const history = isObject(settings.history) ? settings.history.uuid : undefined;
  return typeof history === 'string' ? `${settings.uuid}/${history}` : settings.uuid;
}

/**
 * Whether a lock document came out of a snapshot: it names the index that it was written into, and is in another one now
 * (docs/decisions/0007). One that names none counts as written where it is.
 */
export function isRestored({ index }: JsonObject, now: string): boolean {
  return typeof index === 'string' && index !== now;
}

/** Who holds a lock, from its document, which others may have written. */
export function holderIn({ run, owner, heartbeat, expires }: JsonObject, now: number): LockHolder {
  const age = Math.max(0, now - Date.parse(String(heartbeat)));
  return {
    run: String(run),
    owner: String(owner),
    age_ms: Number.isFinite(age) ? age : 0,
    expired: Date.parse(String(expires)) < now,
  };
}
