import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { GivenApproval } from '../engine/index.ts';
import { type Approval, approvalIn, approvalNamespace, approvalProblem } from '../plan/index.ts';
import { approvalText } from '../report/index.ts';
import type { PlanFile } from './plan-file.ts';
import { Problem } from './problem.ts';
import { verifySignature } from './ssh-keygen.ts';

/** What an approval's file is called; its signature's is the same with `.sig`. */
export const approvalEnding = '.approval';

/** What must be approved, and by whom. */
export interface ApprovalPolicy {
  readonly required: number;
  readonly allowedSigners: string;
  /** The plan's author does not count. */
  readonly withoutAuthor: boolean;
}

/** What stands beside a plan: approvals that count, and why the others do not. */
interface Approvals {
  readonly counted: readonly GivenApproval[];
  readonly uncounted: readonly { readonly file: string; readonly problem: string }[];
}

/**
 * The approvals beside a plan that count.
 * @throws `Problem` where there are fewer than are required; each one that does not count is named with its reason.
 */
export async function approvalsOf(kept: PlanFile, policy: ApprovalPolicy): Promise<readonly GivenApproval[]> {
  const { author } = kept.plan;
  if (policy.withoutAuthor && author === undefined)
    throw refusal(`--prevent-self-approval: ${kept.file} names no author. Write it with runbook plan … --author NAME`);
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

/**
 * Every approval beside a plan, checked now.
 * @param author Whose approval does not count, where that was asked for.
 */
export async function approvalsBeside(kept: PlanFile, allowedSigners: string, author?: string): Promise<Approvals> {
  if (!existsSync(allowedSigners)) throw new Problem(`--allowed-signers ${allowedSigners}: no such file`);
  const counted: GivenApproval[] = [];
  const uncounted: { file: string; problem: string }[] = [];
  for (const file of filesBeside(kept.file)) {
    const found = await givenIn(file, kept, allowedSigners);
    const problem = 'problem' in found ? found.problem : repetition(found, counted, author);
    if (problem !== undefined) uncounted.push({ file, problem });
    else if (!('problem' in found)) counted.push(found);
  }
  return { counted, uncounted };
}

/** Returns what does not count and why, a line each. */
export function uncountedLines({ uncounted }: Approvals): string[] {
  return uncounted.map(({ file, problem }) => `not counted: ${basename(file)}: ${problem}`);
}

function refusal(message: string): Problem {
  return new Problem(message, 'refused');
}

/** Returns why a good approval does not count beside those that do. */
function repetition(
  given: GivenApproval,
  counted: readonly GivenApproval[],
  author: string | undefined,
): string | undefined {
  if (given.name === author) return `${given.name} is the plan's author`;
  const same = counted.find(({ name, key }) => name === given.name || key === given.key);
  if (!same) return undefined;
  return same.name === given.name
    ? `${given.name} has approved it already`
    : `its key is that of ${same.name}, who has approved it already`;
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

async function givenIn(
  file: string,
  kept: PlanFile,
  allowedSigners: string,
): Promise<GivenApproval | { problem: string }> {
  const isStatement = file.endsWith(approvalEnding);
  if (isStatement && !existsSync(`${file}.sig`))
    return { problem: `there is no ${basename(file)}.sig: it is not signed` };
  const proof = isStatement
    ? { statement: textOf(file), signature: textOf(`${file}.sig`) }
    : { signature: textOf(file) };
  return verifiedApproval(proof, kept, allowedSigners, Date.now());
}

/**
 * Checks one approval of a plan as of a time.
 * @param proof The signature, and what it signs where that is not the plan itself.
 */
export async function verifiedApproval(
  { statement, signature }: Pick<GivenApproval, 'statement' | 'signature'>,
  { text, id }: Pick<PlanFile, 'text' | 'id'>,
  allowedSigners: string,
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
    allowedSigners,
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
  return statSync(file).size > largest ? '' : readFileSync(file, 'utf8');
}
