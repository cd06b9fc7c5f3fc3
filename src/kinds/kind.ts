import type { Connection, EnvironmentConnection } from '../language/index.ts';
import type { HttpRequest, Plan, PlannedConnection, PlannedRequest, Request } from '../plan/index.ts';
import type { CallDescription, Catalogue } from './catalogue.ts';
import type { HttpDialect } from './dialect.ts';
import type { LockProtocol } from './lock.ts';
import type { Pitfalls } from './pitfalls.ts';
import type { PrivilegesFor } from './privileges.ts';
import type { Secrets, Target } from './target.ts';
import type { Touch } from './touch.ts';

export type KindName = Connection['kind'];

/** The settings of a kind in the environment file. */
export type SettingsOf<K extends KindName> = Extract<EnvironmentConnection, { kind?: K }>;

/** Everything that the rest of the program must know of a kind of connection. A new one is a folder and a line in `index.ts`. */
export interface Kind<S extends EnvironmentConnection = EnvironmentConnection> {
  /** The key of the steps that send requests to it. */
  readonly step: 'call' | 'oss';
  /** How it takes calls and gives responses; none where its steps are not calls. */
  readonly http?: HttpDialect;
  /**
   * Returns a connection as a reviewer may see it.
   * @param pin The `cluster_uuid` that was seen there; the environment's own pin comes first.
   */
  planned(settings: S, pin: string | undefined): Pick<PlannedConnection, 'url' | 'auth' | 'cluster_uuid' | 'region'>;
  /** Returns the read that must pass before the first write, once for each identity that the plan uses there. */
  preflight(subject: PreflightSubject<S>): Preflight;
  /** Returns what its client needs to open it. */
  target(settings: S, secrets: Secrets): Promise<Target>;
  /** Where it says which version it is, as `version.number`, and which cluster; none where it has no version. */
  readonly about?: { readonly path: string; readonly hasClusterUuid: boolean };
  /** What its servers have; none where nobody has written it down. */
  readonly catalogue?: Catalogue;
  /** How operations on its servers go wrong; none where nobody has written it down. */
  readonly pitfalls?: Pitfalls;
  /** Returns what the catalogue has of a call, for people. */
  readonly describe?: (method: string, path: string) => Promise<CallDescription | undefined>;
  /** What a login needs for a call, and whether a call asks a server for that; none where nothing is known of it. */
  readonly privileges?: {
    readonly needed: PrivilegesFor;
    readonly isQuestion: (request: Pick<HttpRequest, 'path'>) => boolean;
  };
  /**
   * Returns all that a call reads or changes, by the kind's table; undefined where the table does not have it. `written` is its
   * effect. Without a table every call may touch everything.
   */
  readonly touches?: (request: Request, written: boolean) => readonly Touch[] | undefined;
  /** Returns the snapshot from which a request replaces the users of the server; undefined where it replaces none. */
  usersRestoredBy?(request: Pick<HttpRequest, 'method' | 'path' | 'body'>): string | undefined;
  /** How a document in it keeps other runs out; none where a run cannot lock it. */
  readonly lock?: LockProtocol;
}

/** A connection, and an identity that is used there; the connection's own where there is none. */
export interface PreflightSubject<S> {
  readonly name: string;
  readonly settings: S;
  readonly connection: PlannedConnection;
  readonly identity?: string;
  readonly runbook: Plan['runbook'];
}

export type Preflight = Pick<PlannedRequest, 'title' | 'request' | 'expect'>;
