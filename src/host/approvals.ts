import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { GivenApproval } from '../engine/index.ts';
import type { Environment } from '../language/index.ts';
import { type Approval, approvalIn, approvalNamespace, approvalProblem } from '../plan/index.ts';
import { approvalText } from '../report/index.ts';
import { readRegularFile, TooLarge } from '../runs/index.ts';
import type { PlanFile } from './plan-file.ts';
import { messageOf, Problem } from './problem.ts';
import type { RecordedRun } from './run-folders.ts';
import { type AllowedSigners, readAllowedSigners, verifySignature } from './ssh-keygen.ts';

/** What an approval's file is called; its signature's is the same with `.sig`. */
export const approvalEnding = '.approval';

/** What must be approved, and by whom. */
export interface ApprovalPolicy {
  readonly required: number;
  readonly allowedSigners: string;
  /** The plan's author does not count. */
  readonly withoutAuthor: boolean;
}

/** What the command line asks for. */
export interface ApprovalOptions {
  readonly requireApprovals?: number;
  readonly allowedSigners?: string;
  readonly preventSelfApproval?: boolean;
}

/**
 * Everything that has to be met: what the environment requires, which options can only strengthen, or what the options ask for.
 * @param file The path of the environment file.
 * @throws `Problem` where options are missing.
 */
export function policiesFor({ requires }: Environment, file: string, options: ApprovalOptions): ApprovalPolicy[] {
  const { requireApprovals, allowedSigners, preventSelfApproval = false } = options;
  if (requires === undefined) {
    if (requireApprovals === undefined) {
      if (allowedSigners === undefined && !preventSelfApproval) return [];
      throw new Problem('missing --require-approvals N: how many people must approve the plan');
    }
    if (allowedSigners === undefined) throw missingSigners();
    return [{ required: requireApprovals, allowedSigners, withoutAuthor: preventSelfApproval }];
  }
  const shared = {
    required: Math.max(requires.approvals, requireApprovals ?? 0),
    withoutAuthor: requires.prevent_self_approval === true || preventSelfApproval,
  };
  const files = [
    join(dirname(file), requires.allowed_signers),
    ...(allowedSigners === undefined ? [] : [allowedSigners]),
  ];
  return files.map((signers) => ({ ...shared, allowedSigners: signers }));
}

/** A dry run writes nothing: it needs the approvals that its own command line asks for, and no others. */
export function forDryRun({ requires: _requires, ...environment }: Environment): Environment {
  return environment;
}

function missingSigners(): Problem {
  return new Problem(
    'missing --allowed-signers FILE: whose approvals count (its format: man ssh-keygen, ALLOWED SIGNERS)',
  );
}

/** Something that may be an approval: what was signed, where that is not the plan itself, and the signature. */
type Proof = Pick<GivenApproval, 'statement' | 'signature'>;

/** A proof, and what it is called in messages; or why there is none. */
interface Candidate {
  readonly label: string;
  readonly found: Proof | { readonly problem: string };
  /** Whose it claims to be, and with which key, where the journal says so. */
  readonly claimed?: Pick<GivenApproval, 'name' | 'key'>;
}

/** Approvals of a plan that count, and why the others do not. */
interface Approvals {
  readonly counted: readonly GivenApproval[];
  readonly uncounted: readonly { readonly label: string; readonly problem: string }[];
}

/** As of when, and whose, approvals count. */
interface Counting {
  readonly allowedSigners: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whose approval does not count, where that was asked for. */
  readonly author?: string;
}

/**
 * The approvals beside a plan that count.
 * @throws `Problem` where there are fewer than are required; each one that does not count is named with its reason.
 */
export async function approvalsOf(kept: PlanFile, policy: ApprovalPolicy): Promise<readonly GivenApproval[]> {
  const { author } = kept.plan;
  if (policy.withoutAuthor && author === undefined)
    throw refusal(
      `the author of the plan must not be among those who approve it, and ${kept.file} names no author. Write it with runbook plan … --author NAME`,
    );
  const approvals = await approvalsBeside(kept, policy.allowedSigners, policy.withoutAuthor ? author : undefined);
  if (approvals.counted.length >= policy.required) return approvals.counted;
  throw refusal(
    [
      `${kept.file} has ${approvals.counted.length} of the ${policy.required} approvals that are required; nothing was sent.`,
      ...approvals.counted.map((given) => `  approved by ${approvalText(given)}`),
      ...uncountedLines(approvals).map((line) => `  ${line}`),
      `Somebody else approves it with: runbook approve ${kept.file} --name NAME --key KEY`,
    ].join('\n'),
  );
}

/** What of a recorded run its approvals are checked with. */
type Recorded = Pick<RecordedRun, 'started' | 'plan' | 'planText'>;

/**
 * The approvals that a journal has, checked as `exec` has checked them, as of the moment in which the run began.
 * @param withoutAuthor The plan's author does not count; so it is, too, where `exec` was told so.
 */
export async function approvalsRecorded(
  { started: { at, plan: id, origin }, plan: { author }, planText }: Recorded,
  allowedSigners: string,
  withoutAuthor = false,
): Promise<Approvals> {
  const candidates = (origin.approvals ?? []).map(({ name, key, statement, signature }) => ({
    label: name,
    found: { signature, ...(statement === undefined ? {} : { statement }) },
    claimed: { name, key },
  }));
  const isAuthorLeftOut = withoutAuthor || origin.approvals_required?.self_approval === false;
  return approvalsAmong(
    candidates,
    { text: planText, id },
    { allowedSigners, at: Date.parse(at), ...(isAuthorLeftOut && author !== undefined ? { author } : {}) },
  );
}

/**
 * Checks the approvals of a run that is to go on: those that its journal says `exec` required, and those that the environment
 * requires now, whatever the journal says.
 * @param file The path of the environment file.
 * @throws `Problem` where there are fewer, or where it is not known whose approvals count.
 */
export async function checkApprovalsOf(
  recorded: RecordedRun,
  environment: Environment,
  file: string,
  options: ApprovalOptions,
): Promise<void> {
  const { id, started, plan } = recorded;
  const before = started.origin.approvals_required?.required ?? 0;
  const now = started.mode === 'dry' ? forDryRun(environment) : environment;
  if (now.requires === undefined && options.allowedSigners === undefined) {
    if (options.requireApprovals !== undefined) throw missingSigners();
    if (before === 0) return;
    throw refusal(
      `the run ${id} began with ${before} required approvals, and whose approvals count is not in its journal: add --allowed-signers FILE, the file that it began with; nothing was sent`,
    );
  }
  const least = Math.max(before, options.requireApprovals ?? 1);
  for (const policy of policiesFor(now, file, { ...options, requireApprovals: least })) {
    if (policy.withoutAuthor && plan.author === undefined)
      throw refusal(
        `the author of the plan must not be among those who approve it, and the plan of the run ${id} names no author; nothing was sent`,
      );
    const approvals = await approvalsRecorded(recorded, policy.allowedSigners, policy.withoutAuthor);
    if (approvals.counted.length >= policy.required) continue;
    throw refusal(
      [
        `the run ${id} has ${approvals.counted.length} of the ${policy.required} approvals that are required; nothing was sent.`,
        ...approvals.counted.map((given) => `  approved by ${approvalText(given)}`),
        ...uncountedLines(approvals).map((line) => `  ${line}`),
        'Approvals are kept in the journal when a run begins: run the approved plan anew with runbook exec --plan.',
      ].join('\n'),
    );
  }
}

/**
 * Every approval beside a plan, checked now.
 * @param author Whose approval does not count, where that was asked for.
 */
export async function approvalsBeside(kept: PlanFile, allowedSigners: string, author?: string): Promise<Approvals> {
  const candidates = filesBeside(kept.file).map((file) => ({ label: basename(file), found: proofIn(file) }));
  const counting = { allowedSigners, at: Date.now(), ...(author === undefined ? {} : { author }) };
  return approvalsAmong(candidates, kept, counting);
}

/** Checks every candidate, and counts each person and each key once. */
async function approvalsAmong(
  candidates: readonly Candidate[],
  plan: Pick<PlanFile, 'text' | 'id'>,
  { allowedSigners, at, author }: Counting,
): Promise<Approvals> {
  const signers = readAllowedSigners(allowedSigners);
  const counted: GivenApproval[] = [];
  const uncounted: { label: string; problem: string }[] = [];
  for (const { label, found, claimed } of candidates) {
    const given = 'problem' in found ? found : await verifiedApproval(found, plan, signers, at);
    const problem = 'problem' in given ? given.problem : uncountedFor(given, counted, author, claimed);
    if (problem !== undefined) uncounted.push({ label, problem });
    else if (!('problem' in given)) counted.push(given);
  }
  return { counted, uncounted };
}

/** Returns what does not count and why, a line each. */
export function uncountedLines({ uncounted }: Approvals): string[] {
  return uncounted.map(({ label, problem }) => `not counted: ${label}: ${problem}`);
}

function refusal(message: string): Problem {
  return new Problem(message, 'refused');
}

/** Returns why a good approval does not count beside those that do. */
function uncountedFor(
  given: GivenApproval,
  counted: readonly GivenApproval[],
  author: string | undefined,
  claimed: Candidate['claimed'],
): string | undefined {
  if (claimed && claimed.name !== given.name) return `it was signed by ${given.name}`;
  if (claimed && claimed.key !== given.key) return `it was signed with another key (${given.key})`;
  if (author !== undefined && isSamePerson(given.name, author)) return `${given.name} is the plan's author`;
  const person = counted.find(({ name }) => isSamePerson(name, given.name));
  if (person) return `${person.name} has approved it already`;
  const owner = counted.find(({ key }) => fingerprintOf(key) === fingerprintOf(given.key));
  return owner && `its key is that of ${owner.name}, who has approved it already`;
}

/** The case of letters makes no other person: few mail systems and directories tell DANA@example.com from dana@example.com. */
function isSamePerson(left: string, right: string): boolean {
  const folded = (name: string) => name.normalize('NFKC').toLowerCase().trim();
  return folded(left) === folded(right);
}

/** `ED25519-CERT SHA256:…` → `SHA256:…`: a certificate has the fingerprint of its key, and is the same key. */
function fingerprintOf(key: string): string | undefined {
  return key.split(' ').at(-1);
}

/** `plan.json.NAME.approval` with their signatures, and signatures of the plan's own bytes, `plan.json.sig`. */
function filesBeside(plan: string): string[] {
  const folder = dirname(plan);
  const name = basename(plan);
  return readdirSync(folder)
    .filter((file) => file === `${name}.sig` || (file.startsWith(`${name}.`) && file.endsWith(approvalEnding)))
    .sort()
    .map((file) => join(folder, file));
}

function proofIn(file: string): Candidate['found'] {
  const isStatement = file.endsWith(approvalEnding);
  if (isStatement && !existsSync(`${file}.sig`))
    return { problem: `there is no ${basename(file)}.sig: it is not signed` };
  try {
    return isStatement ? { statement: textOf(file), signature: textOf(`${file}.sig`) } : { signature: textOf(file) };
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof TooLarge ? 'it is too large' : messageOf(error)}` };
  }
}

/** Checks one approval of a plan as of a time. */
async function verifiedApproval(
  { statement, signature }: Proof,
  { text, id }: Pick<PlanFile, 'text' | 'id'>,
  signers: AllowedSigners,
  at: number,
): Promise<GivenApproval | { readonly problem: string }> {
  let approval: Approval | undefined;
  if (statement !== undefined) {
    const read = approvalIn(statement);
    if ('problem' in read) return { problem: `it is not an approval: ${read.problem}` };
    const problem = approvalProblem(read, id, at);
    if (problem !== undefined) return { problem };
    approval = read;
  }
  const signer = await verifySignature(statement ?? text, signature, {
    ...(approval ? { name: approval.name } : {}),
    namespace: approvalNamespace,
    signers,
    at,
  });
  if ('problem' in signer) return signer;
  const { approved_at, expires_at } = approval ?? {};
  return {
    ...signer,
    ...(approved_at === undefined ? {} : { approved_at }),
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(statement === undefined ? {} : { statement }),
    signature,
  };
}

/** More than this is no signature and no approval; bytes. */
const largest = 100_000;

function textOf(file: string): string {
  return Buffer.from(readRegularFile(file, largest)).toString('utf8');
}
