// Generated from schemas/environment.v1.schema.json by `npm run generate`: change the schema, not this file.
import type {Json} from '../text/value.ts';

/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "name".
 */
export type Name = string;
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "connection".
 */
export type EnvironmentConnection = ElasticsearchSettings | KibanaSettings | OssSettings | HttpSettings;
/**
 * http(s)://host:port, without user, password or query.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "url".
 */
export type Url = string;
/**
 * A PEM file with the certificate authority, relative to this file.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "ca".
 */
export type Ca = string;
/**
 * SHA-256 fingerprint of the certificate authority.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "fingerprint".
 */
export type Fingerprint = string;
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "inputList".
 */
export type InputList = (string | number | boolean)[];
/**
 * HH:MM, in quotes.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "time".
 */
export type Time = string;
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "kind".
 */
export type Kind = 'elasticsearch' | 'kibana' | 'oss' | 'http';
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "inputMapping".
 */
export type InputMapping = InputMembers | SecretReference;

/**
 * Where a runbook's connections are, who logs in, and with which inputs. Secrets only by reference.
 */
export interface Environment {
  apiVersion: 'runbook/v1';
  environment: Name;
  connections: {
    [k: string]: EnvironmentConnection;
  };
  /**
   * Input → value, a secret by reference, or the members of an input of type object.
   */
  inputs?: {
    [k: string]: string | number | boolean | InputList | InputMembers | SecretReference;
  };
  journal?: {
    seal: SecretReference;
  };
  requires?: Requirements;
  /**
   * When disruptive steps may run. Without any: whenever a person confirms.
   *
   * @minItems 1
   */
  maintenance_windows?: [MaintenanceWindow, ...MaintenanceWindow[]];
}
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "elasticsearch".
 */
export interface ElasticsearchSettings {
  /**
   * elasticsearch is the default.
   */
  kind?: 'elasticsearch';
  url: Url;
  auth?: Auth;
  ca?: Ca;
  fingerprint?: Fingerprint;
  /**
   * The run is refused at any other cluster.
   */
  cluster_uuid?: string;
  identities?: Identities;
}
/**
 * Exactly one of basic, api_key, bearer.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "auth".
 */
export interface Auth {
  basic?: {
    username: string;
    password: SecretReference;
  };
  api_key?: SecretReference;
  bearer?: SecretReference;
}
/**
 * { env: NAME }, { file: path } or { command: [program, argument…] }.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "secretReference".
 */
export interface SecretReference {
  env?: string;
  /**
   * Relative to this file. One trailing line break is left out.
   */
  file?: string;
  /**
   * Run without a shell; its standard output is the secret.
   *
   * @minItems 1
   */
  command?: [string, ...string[]];
}
/**
 * Alternate identities, for `as`: recovery: { auth: … }.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "identities".
 */
export interface Identities {
  [k: string]: Identity;
}
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "identity".
 */
export interface Identity {
  auth: Auth;
}
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "kibana".
 */
export interface KibanaSettings {
  kind: 'kibana';
  url: Url;
  space?: Name;
  auth?: Auth;
  ca?: Ca;
  fingerprint?: Fingerprint;
}
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "oss".
 */
export interface OssSettings {
  kind: 'oss';
  endpoint: Url;
  region: string;
  bucket: string;
  access_key_id: SecretReference;
  access_key_secret: SecretReference;
}
/**
 * Any JSON API.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "http".
 */
export interface HttpSettings {
  kind: 'http';
  url: Url;
  auth?: Auth;
  ca?: Ca;
  fingerprint?: Fingerprint;
  /**
   * A path that responds with 2xx to these credentials while the server is up; it is read before the first write. Without it / is read, which may also redirect or be missing.
   */
  health?: string;
  identities?: Identities;
}
/**
 * Member → value, or a secret by reference. The runbook says which members there are: planning checks them.
 *
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "inputMembers".
 */
export interface InputMembers {
  [k: string]: Json;
}
/**
 * What a run here needs. No option of the command line weakens it; exec, resume and rollback ask for it each time.
 */
export interface Requirements {
  /**
   * How many people must have approved the plan.
   */
  approvals: number;
  /**
   * The file with the people whose approvals count, relative to this file; its format: ssh-keygen(1), ALLOWED SIGNERS.
   */
  allowed_signers: string;
  /**
   * An approval by the author of the plan does not count.
   */
  prevent_self_approval?: boolean;
}
/**
 * This interface was referenced by `Environment`'s JSON-Schema
 * via the `definition` "window".
 */
export interface MaintenanceWindow {
  /**
   * Weekly: the days on which the window begins; every day without it.
   *
   * @minItems 1
   */
  days?: [
    'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun',
    ...('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[]
  ];
  from: Time;
  to: Time;
  /**
   * An IANA name: Europe/Berlin. UTC by default.
   */
  timezone?: string;
}
