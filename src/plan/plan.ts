import type { Connection, Content, MaintenanceWindow, Method, SecretReference } from '../language/index.ts';
import type { Json, JsonObject } from '../text/index.ts';

/**
 * What a run will do: the runbook with its fragments expanded and everything rendered but what only the run knows.
 * Texts in it are templates in canonical form (`printTemplate`): `{{steps.…}}`, `{{run.id}}` and secrets stand in them
 * as references. It is JSON and holds no secret.
 */
export interface Plan {
  readonly format: 'runbook-plan/v1';
  /** Who made it, where somebody said so: an approval of that name is none where that is asked for. */
  readonly author?: string;
  readonly runbook: {
    readonly name: string;
    readonly elasticsearch: string;
    readonly title: string;
    readonly file: string;
  };
  readonly environment: {
    readonly name: string;
    readonly connections: { readonly [name: string]: PlannedConnection };
    readonly maintenance_windows?: readonly MaintenanceWindow[];
    /** Where the key is that seals what rollbacks must remember of secrets; there where one of them must. */
    readonly seal?: SecretReference;
  };
  /** By dotted name: a member of an object has one of its own, `repository.name`. */
  readonly inputs: { readonly [name: string]: { readonly value: Json } | { readonly secret: SecretReference } };
  /** A document in each cluster that is written to: it keeps other runs out. */
  readonly locks: readonly PlannedLock[];
  /** Reads that must hold before anything else is done. */
  readonly preflight: readonly PlannedRequest[];
  readonly steps: readonly PlannedNode[];
  readonly rollback: readonly PlannedNode[];
}

/** A connection as a reviewer may see it: where it leads, whom it trusts and as whom, and where the secret is that proves it. */
export interface PlannedConnection {
  readonly kind: Connection['kind'];
  readonly url: string;
  readonly auth: PlannedAuth;
  readonly identities?: { readonly [name: string]: PlannedAuth };
  /** Identities that the server accepts only later in the run: they are not checked before the first write. */
  readonly valid_later?: readonly string[];
  readonly cluster_uuid?: string;
  /** The SHA-256 of the bytes of `ca`, in hexadecimal. */
  readonly ca_sha256?: string;
  /** The SHA-256 fingerprint of the certificate authority, as the environment file has it. */
  readonly fingerprint?: string;
  /** Of a bucket, without `oss-`. */
  readonly region?: string;
}

/** Who authenticates, and where the secret for it is. An access key is that of a bucket. */
export type PlannedAuth =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: SecretReference }
  | { readonly type: 'api_key' | 'bearer'; readonly secret: SecretReference }
  | { readonly type: 'access_key'; readonly id: SecretReference; readonly secret: SecretReference };

/** Created before the first write, kept while the run goes on, deleted at its end. */
export interface PlannedLock {
  readonly connection: string;
  /** An identity that goes on when the connection's own credentials does not. */
  readonly identity?: string;
  /** An identity that takes over once the one before is refused. */
  readonly successor?: string;
  readonly path: string;
  /** Created first where it is missing. */
  readonly index: { readonly path: string; readonly body: JsonObject };
}

export type PlannedNode = PlannedRequest | PlannedNote | PlannedBlock | SkippedNode;

interface Common {
  /** Unique in the plan: `create-snapshot`, `backup-repository/verify`, `copy#2`. */
  readonly id: string;
  /** Its place, for people: `3.1`; a rollback's `3.r1`. */
  readonly number: string;
  readonly title: string;
  /** `users-7.10.yaml:41:5`. */
  readonly at: string;
}

interface Conditional extends Common {
  readonly when?: readonly WhenCondition[];
  /** A template that gives a list when the step is reached. */
  readonly for_each?: Json;
  /** The question to a person. */
  readonly confirm?: string;
  readonly disruptive?: true;
}

export interface PlannedRequest extends Conditional {
  readonly kind: 'request';
  readonly effect: 'read' | 'write';
  readonly request: Request;
  readonly expect: PlannedExpect;
  readonly until?: readonly Condition[];
  /** What is polled for, in the author's words, to stand behind "waiting for". */
  readonly waiting?: string;
  readonly every_ms?: number;
  readonly timeout_ms: number;
  /** Of a poll: how far what it waits for is. */
  readonly progress?: PlannedProgress;
  readonly save?: { readonly [name: string]: Saving };
  readonly done_when?: PlannedRead;
  /** Compares content; decides in the place of `done_when` whether the write is sent. */
  readonly unchanged_when?: PlannedRead;
  /** Reads that are sent where it has failed, before anything is undone. */
  readonly evidence?: readonly PlannedNode[];
  readonly rollback?: readonly PlannedNode[];
  /** The step of an `always` around it that puts it right. */
  readonly undone_by?: string;
  /** Why it stays when the run fails or is rolled back. */
  readonly keep?: string;
  /** Where nobody can tell whether this write took effect, the run stops as it is and can be resumed. */
  readonly on_unknown?: 'suspend';
  /** No pause begins that would end later than `budget_ms` after the first answer. */
  readonly retry: { readonly attempts: number; readonly delay_ms: number; readonly budget_ms: number };
}

/** A value of a response that later steps read. */
export interface Saving {
  /** JMESPath over the body. */
  readonly path: string;
  /** What the variables are that it reads. */
  readonly variables?: JsonObject;
  /** Saved as it is where there is no such value. */
  readonly default?: Json;
  readonly secret?: true;
  /** Its SHA-256 is saved in its place. */
  readonly digest?: true;
  /** A rollback reads it: the journal keeps it, sealed. */
  readonly sealed?: true;
}

/** Something that a person must know; nothing is sent. */
export interface PlannedNote extends Conditional {
  readonly kind: 'note';
  readonly severity: 'info' | 'warning';
  readonly note: string;
}

/** How often a block's steps run: again and again until the conditions pass, at most so many times. */
export interface Repetition {
  /** Over what the iteration has saved. */
  readonly until: readonly WhenCondition[];
  /**
   * @asType integer
   * @minimum 1
   * @maximum 100000
   */
  readonly max_iterations: number;
  /** The pause between two iterations. */
  readonly every_ms?: number;
}

export interface PlannedBlock extends Conditional {
  readonly kind: 'block';
  /**
   * Of a loop: how many of its iterations may run at once.
   * @asType integer
   * @minimum 2
   * @maximum 100
   */
  readonly parallel?: number;
  readonly repeat?: Repetition;
  readonly done_when?: PlannedRead;
  readonly steps: readonly PlannedNode[];
  readonly always?: readonly PlannedNode[];
  readonly rollback?: readonly PlannedNode[];
}

/** A step that planning has decided not to run. */
export interface SkippedNode extends Common {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
  /** It would only have said something. */
  readonly isNote?: true;
}

/** Why a step does not run: a condition is not met, or the environment has no such connection. */
export type SkipReason =
  | { readonly kind: 'condition-not-met'; readonly subject: string; readonly actual: Json; readonly expect: Json }
  /** Of each alternative, the first condition that is not met. */
  | { readonly kind: 'no-alternative-met'; readonly unmet: readonly SkipReason[] }
  | { readonly kind: 'no-connection'; readonly connection: string };

/** A path or an expression, and the literal or matcher that its value must meet. */
export interface Condition {
  readonly subject: string;
  /** Of JMESPath: what `$inputs`, `$steps` and the others are that it reads. */
  readonly variables?: JsonObject;
  readonly expect: Json;
}

/** A condition of a `when`: it is met, or all conditions of one of the alternatives are. */
export type WhenCondition = Condition | { readonly any: readonly (readonly WhenCondition[])[] };

export interface PlannedExpect {
  /** Numbers or classes, `2xx`; one of them must be the response's. */
  readonly status: readonly (number | string)[];
  /** By name, in any letter case. */
  readonly headers?: readonly Condition[];
  readonly body: readonly Condition[];
  readonly message?: string;
}

export interface PlannedRead {
  readonly request: Request;
  readonly expect: PlannedExpect;
  /** What the step saves where this read finds its effect; whether it is secret, the step says. */
  readonly save?: { readonly [name: string]: Pick<Saving, 'path' | 'variables' | 'default'> };
  /** Asked where this read cannot tell. */
  readonly otherwise?: PlannedRead;
  /** After an unknown outcome: how long to ask again while no read can tell. */
  readonly timeout_ms?: number;
}

/** How far what a poll waits for is. It is shown, and decides nothing. */
export interface PlannedProgress {
  /** Sent beside the poll; without it the numbers are in the poll's own response. */
  readonly request?: Request;
  readonly measures: readonly PlannedMeasure[];
}

export interface PlannedMeasure {
  /** JMESPath over the response. */
  readonly done: string;
  /** JMESPath over the response, or a number: a template where only the run knows it. */
  readonly total?: { readonly path: string } | { readonly value: Json };
  /** What the variables are that the expressions read. */
  readonly variables?: JsonObject;
  readonly unit: string;
}

/** One request to a connection. */
export type Request = HttpRequest | OssRequest;

export interface HttpRequest extends Content {
  readonly type: 'http';
  readonly connection: string;
  readonly identity?: string;
  readonly method: Method;
  readonly path: string;
  readonly query?: JsonObject;
  readonly headers?: JsonObject;
}

export interface OssRequest {
  readonly type: 'oss';
  readonly connection: string;
  readonly operation: 'bucketInfo' | 'list' | 'head';
  readonly key?: string;
  readonly prefix?: string;
}
