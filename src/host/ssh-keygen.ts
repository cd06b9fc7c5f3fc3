import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRegularFile, TooLarge } from '../runs/index.ts';
import { inert } from '../text/index.ts';
import { messageOf, Problem } from './problem.ts';

/**
 * OpenSSH's own program signs and verifies: it knows every kind of key that people have (agents, passphrases, hardware
 * keys, certificates) and every line that an allowed-signers file can have.
 */

/** Whose signature it is, and with which key: `ED25519 SHA256:…`. A certificate has the fingerprint of its key. */
export interface Signer {
  readonly name: string;
  readonly key: string;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Signs a text with a key file, or with the agent's key where the file is a public one.
 * @returns The signature in armour.
 */
export async function sign(text: string, key: string, namespace: string): Promise<string> {
  // It asks for a passphrase, or a touch of the key, on the terminal.
  const { code, stdout } = await sshKeygen(['-q', '-Y', 'sign', '-f', key, '-n', namespace], text, 'inherit');
  if (code === 0) return stdout;
  throw new Problem(`ssh-keygen could not sign with ${key} (exit code ${code}); see above`);
}

/**
 * Verifies a signature.
 * @param name Who must have signed; without it, whoever the file allows.
 * @param at Lines of the file that were or are valid at this time only count then; milliseconds since 1970.
 * @returns Who it was; or what is wrong, in a few words.
 */
export async function verifySignature(
  text: string,
  signature: string,
  { name, namespace, signers, at }: { name?: string; namespace: string; signers: AllowedSigners; at: number },
): Promise<Signer | { readonly problem: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-'));
  try {
    const file = join(folder, 'signature');
    await writeFile(file, signature, { mode: 0o600 });
    // Whether the signature itself is good, whoever made it: it tells a wrong key from a wrong text.
    const check = await sshKeygen(['-Y', 'check-novalidate', '-n', namespace, '-s', file], text);
    if (check.code !== 0) return { problem: `its signature is not good: ${wordsOf(check)}` };
    const key = keyIn(check.stdout);
    if (key === undefined) return { problem: `ssh-keygen did not say which key has signed: ${wordsOf(check)}` };
    const people = join(folder, 'allowed_signers');
    await writeFile(people, signers.text, { mode: 0o600 });
    const time = `-Overify-time=${localTime(new Date(at))}`;
    const signer = name ?? (await principalOf(file, people, time));
    const asked = ['-Y', 'verify', time, '-n', namespace, '-s', file, '-f', people, '-I', signer ?? ''];
    const verified = signer === undefined ? check : await sshKeygen(asked, text);
    if (signer !== undefined && verified.code === 0) return { name: signer, key };
    const said = wordsOf({ ...verified, stdout: '' }).replaceAll(people, signers.file);
    const why = verified.stderr.trim() === '' ? '' : ` (${said})`;
    const ignored = signers.patterns === 0 ? '' : `; ${patternsText(signers.patterns)}`;
    return {
      problem: `${signers.file} does not allow the key ${key} ${name === undefined ? 'to anybody' : `to ${name}`}${why}${ignored}`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function principalOf(signature: string, allowedSigners: string, time: string): Promise<string | undefined> {
  const { code, stdout } = await sshKeygen(['-Y', 'find-principals', time, '-s', signature, '-f', allowedSigners], '');
  return code === 0 ? stdout.split('\n').find((line) => line !== '') : undefined;
}

/** More than this is no file of allowed signers; bytes. */
const largestSigners = 10_000_000;

/** An allowed-signers file in which a principal is one person. */
export interface AllowedSigners {
  /** Its path. */
  readonly file: string;
  /** Its lines, without patterns. */
  readonly text: string;
  /** How many principals were patterns. */
  readonly patterns: number;
}

/**
 * Reads an allowed-signers file. ssh-keygen takes its principals for patterns, and whoever has a key of `*@example.com` would be
 * as many people as there are names: patterns are left out. A line keeps its number.
 * @throws `Problem` where it cannot be read.
 */
export function readAllowedSigners(file: string): AllowedSigners {
  let patterns = 0;
  const lines = signersIn(file)
    .split('\n')
    .map((line) => {
      // Principals may be in quotes, as ssh-keygen reads them.
      const [, bare = '', quoted = '', rest = ''] = /^[ \t\r]*([^\s"#][^\s"]*)?(?:"([^"]*)")?(.*)$/.exec(line) ?? [];
      if (bare + quoted === '') return '';
      const principals = `${bare}${quoted}`.split(',');
      const names = principals.filter((principal) => /^[^\s"*?!\p{Cc}]+$/u.test(principal));
      patterns += principals.length - names.length;
      return names.length === 0 ? '' : `${names.join(',')} ${rest.trimStart()}`;
    });
  return { file, text: lines.join('\n'), patterns };
}

function signersIn(file: string): string {
  try {
    return Buffer.from(readRegularFile(file, largestSigners)).toString('utf8');
  } catch (error) {
    const why = error instanceof TooLarge ? `it is larger than ${largestSigners / 1_000_000} MB` : messageOf(error);
    throw new Problem(`--allowed-signers ${file} cannot be read: ${why}`);
  }
}

function patternsText(count: number): string {
  return `${count} of its principals ${count === 1 ? 'is a pattern' : 'are patterns'} (*, ?, !), which ${count === 1 ? 'counts' : 'count'} as nobody: name each person`;
}

/** `20261124130501`: older versions know no other zone than the machine's. */
function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

/** What it needs of our environment; secrets in the rest are none of its business. */
const passedOn = [
  'PATH',
  'HOME',
  'TZ',
  'TERM',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'SSH_AUTH_SOCK',
  'SSH_ASKPASS',
  'SSH_ASKPASS_REQUIRE',
  'SSH_SK_PROVIDER',
];

function keyIn(said: string): string | undefined {
  const [, type, fingerprint] = /with (\S+) key (SHA256:\S+)/.exec(said) ?? [];
  return type === undefined || fingerprint === undefined ? undefined : `${type} ${fingerprint}`;
}

function wordsOf({ stdout, stderr }: Ended): string {
  return inert((stderr.trim() || stdout.trim()).split('\n')[0] ?? '');
}

function sshKeygen(args: readonly string[], input: string, stderr: 'pipe' | 'inherit' = 'pipe'): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = Object.fromEntries(
      passedOn.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
    );
    const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', stderr], env });
    const said = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString('utf8');
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Problem(
          error.code === 'ENOENT'
            ? 'ssh-keygen not found: approvals need OpenSSH 8.9 or newer (Debian: openssh-client)'
            : `ssh-keygen: ${error.message}`,
          'refused',
        ),
      ),
    );
    child.once('close', (code) => resolve({ code, ...said }));
    // It may have ended before it has read all of it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
