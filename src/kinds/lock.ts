import type { PlannedLock } from '../plan/index.ts';
import { type Json, type JsonObject, textOf } from '../text/index.ts';

/** How a kind of server keeps the document of a lock: what is sent for it, and what the responses say. */
export interface LockProtocol {
  /** Where the document is, and what it needs to be there. */
  readonly place: Pick<PlannedLock, 'path' | 'index'>;
  readonly read: (lock: LockPlace) => LockCall;
  /** Creates the document; with a version, writes it over that one and no other. */
  readonly write: (lock: LockPlace, document: LockDocument, over?: LockVersion) => LockCall;
  readonly remove: (lock: LockPlace, version: LockVersion) => LockCall;
  readonly readIndex: (lock: LockPlace) => LockCall;
  readonly createIndex: (lock: LockPlace) => LockCall;
  /** Returns what a response says of the document; undefined where it is about none. */
  readonly found: (response: LockResponse) => FoundLock | undefined;
  /** Tells an index from the one of the same name before it, in a response to `readIndex`; undefined where it does not tell. */
  readonly indexId: (body: Json) => string | undefined;
}

type LockPlace = Pick<PlannedLock, 'path' | 'index'>;

/** A request about a lock, on the lock's connection. */
export interface LockCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: JsonObject;
  readonly body?: JsonObject;
}

export interface LockResponse {
  readonly status: number;
  readonly body: Json;
}

/** Which version of the document a write replaces, as parameters. */
export type LockVersion = JsonObject;

export interface FoundLock {
  readonly version: LockVersion;
  /** Its document; anybody may have written it. Missing in the response to a write. */
  readonly source?: JsonObject;
}

export interface LockDocument {
  readonly run: string;
  /** The process of the run that has written it: no two have the same name. */
  readonly process: string;
  readonly owner: string;
  readonly runbook: string;
  /** Which index it was written into (`indexId`). */
  readonly index?: string;
  /** ISO 8601, as the next two. */
  readonly since: string;
  readonly heartbeat: string;
  readonly expires: string;
}

/** Who holds a lock, as its document says. */
export interface LockHolder {
  readonly run: string;
  readonly owner: string;
  /** Since its last heartbeat. */
  readonly age_ms: number;
  readonly expired: boolean;
}

/**
 * Returns whether a lock document came out of a snapshot: it names the index that it was written into, and is in another one now
 * (docs/decisions/0007). One that names none counts as written where it is.
 */
export function isRestored({ index }: JsonObject, now: string): boolean {
  return typeof index === 'string' && index !== now;
}

/** Returns who holds a lock. @param now Milliseconds since 1970. */
export function holderIn({ run, owner, heartbeat, expires }: JsonObject, now: number): LockHolder {
  const age = Math.max(0, now - Date.parse(textOf(heartbeat ?? '')));
  return {
    run: textOf(run ?? 'undefined'),
    owner: textOf(owner ?? 'undefined'),
    age_ms: Number.isFinite(age) ? age : 0,
    expired: Date.parse(textOf(expires ?? '')) < now,
  };
}
