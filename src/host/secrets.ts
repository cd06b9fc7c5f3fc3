import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Redactor, shortestSecret } from '../engine/index.ts';
import { type Credentials, kindOf, type ServerSettings, type Target } from '../kinds/index.ts';
import type { Auth, Environment, EnvironmentConnection, SecretReference } from '../language/index.ts';
import type { Plan } from '../plan/index.ts';
import { readRegularFile, shortestSealKey, TooLarge } from '../runs/index.ts';
import type { Json } from '../text/index.ts';
import { type CaFile, readCa } from './ca.ts';
import { messageOf, Problem } from './problem.ts';

const commandTimeout = 30_000;
/** Larger files are neither secrets nor certificates; bytes. */
const largestFile = 1_000_000;

/** What a run needs beyond its plan: the values of secret inputs, and the connections with their credentials. */
export interface ResolvedSecrets {
  /** By dotted name, as the plan has them. */
  readonly secrets: ReadonlyMap<string, Json>;
  readonly targets: ReadonlyMap<string, Target>;
  /** What the journal is sealed with, where the plan says so. */
  readonly sealKey?: string;
}

/**
 * Resolves every secret that a plan needs. The values go into memory and into the redactor, nowhere else.
 * @param file The path of the environment file: paths in it are relative to it.
 * @throws `Problem` where a secret is missing, empty or too short to be kept out of records.
 */
export async function resolveSecrets(
  plan: Plan,
  environment: Environment,
  file: string,
  redactor: Redactor,
): Promise<ResolvedSecrets> {
  const source: Source = { environment, folder: dirname(file), redactor };
  const secrets = new Map<string, Json>();
  for (const [name, input] of Object.entries(plan.inputs)) {
    if ('secret' in input) secrets.set(name, await secretFor(input.secret, `the input "${name}"`, source));
  }
  const targets = new Map<string, Target>();
  for (const [name, { identities = {} }] of Object.entries(plan.environment.connections)) {
    const borrowed = Object.keys(identities).filter((identity) => identity.includes('/'));
    const target = await targetFor(name, (identity) => isUsed(plan, name, identity), { ...source, plan }, borrowed);
    targets.set(name, target);
  }
  const { seal } = plan.environment;
  return { secrets, targets, ...(seal ? { sealKey: await sealKeyFor(seal, source) } : {}) };
}

async function sealKeyFor(reference: SecretReference, source: Source): Promise<string> {
  const key = await secretFor(reference, 'journal.seal', source);
  if (key.length >= shortestSealKey) return key;
  throw new Problem(
    `journal.seal (${describe(reference)}) has ${key.length} characters, expected at least ${shortestSealKey} random ones: openssl rand -base64 32; no write was sent by this command`,
  );
}

/** One connection with its own credentials, or with one identity, only. */
export function resolveTarget(
  name: string,
  environment: Environment,
  file: string,
  redactor: Redactor,
  login?: string,
): Promise<Target> {
  return targetFor(name, (identity) => identity === login, { environment, folder: dirname(file), redactor });
}

/** Where secrets come from and where they are noted. */
interface Source {
  readonly environment: Environment;
  readonly folder: string;
  readonly redactor: Redactor;
  /** What was reviewed, where there is a plan. */
  readonly plan?: Plan;
}

function targetFor(
  name: string,
  isWanted: (identity: string | undefined) => boolean,
  source: Source,
  borrowed: readonly string[] = [],
): Promise<Target> {
  const settings = source.environment.connections[name] as EnvironmentConnection;
  const what = `connection "${name}"`;
  return kindOf(settings).target(settings, {
    secret: (reference, setting) => secretFor(reference, `the ${setting} of ${what}`, source),
    access: async (server) => ({
      credentials: await credentialsFor(isWanted(undefined) ? server.auth : undefined, what, source),
      identities: await identitiesOf(server, what, isWanted, source, borrowed),
      ...(server.ca === undefined ? {} : { ca: trustedCa(server.ca, name, source) }),
      ...(server.fingerprint === undefined ? {} : { fingerprint: server.fingerprint }),
    }),
  });
}

/** The certificates that are trusted: of what was planned, none but the very bytes. */
function trustedCa(ca: string, connection: string, { folder, plan }: Source): string {
  let read: CaFile;
  try {
    read = readCa(ca, folder);
  } catch (error) {
    throw new Problem(`the ca of connection "${connection}": ${ca} cannot be read (${messageOf(error)})`);
  }
  if (plan && plan.environment.connections[connection]?.ca_sha256 !== read.sha256)
    throw new Problem(
      `the ca of connection "${connection}": ${ca} was changed since this was planned (its SHA-256 is ${read.sha256} now); nothing was sent`,
      'refused',
    );
  return read.text;
}

async function identitiesOf(
  server: ServerSettings,
  what: string,
  isWanted: (identity: string) => boolean,
  source: Source,
  borrowed: readonly string[],
): Promise<ReadonlyMap<string, Credentials>> {
  const identities = new Map<string, Credentials>();
  for (const [identity, { auth }] of Object.entries('identities' in server ? (server.identities ?? {}) : {})) {
    if (!isWanted(identity)) continue;
    identities.set(identity, await credentialsFor(auth, `the identity "${identity}" of ${what}`, source));
  }
  for (const identity of borrowed) identities.set(identity, await borrowedCredentials(identity, source));
  return identities;
}

/** Those of `CONNECTION/IDENTITY`: the plan has said that another server gets them, too. */
async function borrowedCredentials(identity: string, source: Source): Promise<Credentials> {
  const [connection = '', name = ''] = identity.split('/');
  const settings = source.environment.connections[connection] as EnvironmentConnection;
  const auth = 'identities' in settings ? settings.identities?.[name]?.auth : undefined;
  return credentialsFor(auth, `the identity "${name}" of connection "${connection}"`, source);
}

async function credentialsFor(auth: Auth | undefined, what: string, source: Source): Promise<Credentials> {
  if (!auth) return { type: 'none' };
  if (auth.basic) {
    const password = await secretFor(auth.basic.password, `the password of ${what}`, source);
    source.redactor.add(Buffer.from(`${auth.basic.username}:${password}`).toString('base64'));
    return { type: 'basic', username: auth.basic.username, password };
  }
  if (auth.api_key) {
    const key = await secretFor(auth.api_key, `the API key of ${what}`, source);
    source.redactor.add(Buffer.from(key, 'base64').toString('utf8').split(':').at(-1) ?? '');
    return { type: 'api_key', key };
  }
  return { type: 'bearer', token: await secretFor(auth.bearer as SecretReference, `the token of ${what}`, source) };
}

/** @throws `Problem` where Node.js would print what is sent to standard error, which no redactor sees. */
function refuseDebugOutput(): void {
  if (process.env.NODE_DEBUG)
    throw new Problem(
      'the environment variable NODE_DEBUG is set: Node.js would print credentials to standard error; unset it. No write was sent by this command',
    );
}

async function secretFor(reference: SecretReference, what: string, { folder, redactor }: Source): Promise<string> {
  refuseDebugOutput();
  const secret = await valueBehind(reference, what, folder);
  if (secret.trim().length < shortestSecret) {
    throw new Problem(
      `${what} (${describe(reference)}) is ${secret.trim() === '' ? 'empty' : `shorter than ${shortestSecret} characters: it could not be kept out of records`}`,
    );
  }
  redactor.add(secret);
  return secret;
}

/** Returns whether the plan logs in like this: the secrets of other credentials are not even read. */
function isUsed(plan: Plan, connection: string, identity: string | undefined): boolean {
  return plan.preflight.some(
    ({ request }) => request.type === 'http' && request.connection === connection && request.identity === identity,
  );
}

async function valueBehind(reference: SecretReference, what: string, folder: string): Promise<string> {
  if (reference.env !== undefined) {
    const value = process.env[reference.env];
    if (value === undefined) throw new Problem(`${what}: the environment variable ${reference.env} is not set`);
    return value;
  }
  if (reference.file !== undefined) return textOf(resolve(folder, reference.file), what).replace(/\r?\n$/, '');
  const [program = '', ...rest] = reference.command ?? [];
  try {
    const { stdout } = await promisify(execFile)(program, rest, {
      cwd: folder,
      timeout: commandTimeout,
      maxBuffer: 1_000_000,
    });
    return stdout.replace(/\r?\n$/, '');
  } catch (error) {
    // Its output may hold the secret: only how it ended is said.
    const { code, killed } = error as { code?: string | number; killed?: boolean };
    throw new Problem(
      `${what}: the command ${program} ${killed ? `did not end within ${commandTimeout / 1000} s` : `failed (${code ?? 'unknown'})`}`,
    );
  }
}

/** A secret or a certificate may be a link, such as those that Kubernetes mounts; nobody is waited for to write it. */
function textOf(path: string, what: string): string {
  try {
    return Buffer.from(readRegularFile(path, largestFile)).toString('utf8');
  } catch (error) {
    const why = error instanceof TooLarge ? `it is larger than ${largestFile / 1_000_000} MB` : messageOf(error);
    throw new Problem(`${what}: ${path} cannot be read: ${why}`);
  }
}

function describe(reference: SecretReference): string {
  const [kind = '', value] = Object.entries(reference)[0] ?? [];
  return `${kind} ${[value].flat()[0]}`;
}
