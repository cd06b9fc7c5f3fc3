import { writeFile } from 'node:fs/promises';
import { approvalEnding } from '../../host/approvals.ts';
import { readPlanFile } from '../../host/plan-file.ts';
import { Problem } from '../../host/problem.ts';
import { sign } from '../../host/ssh-keygen.ts';
import { approvalNamespace, approvalStatement } from '../../plan/index.ts';
import { planHead } from '../../report/index.ts';
import { readRegularFile } from '../../runs/index.ts';
import { millisecondsOf } from '../../text/index.ts';

export interface ApproveOptions {
  readonly key: string;
  /** As the allowed-signers file has it; without it, the comment of the public key. */
  readonly name?: string;
  /** How long no later than which a run must begin: `24h`. */
  readonly expires: string;
}

/** `runbook approve`: signs that a plan may be run. Writes the statement and its signature beside the plan. */
export async function approve(file: string, { key, name: given, expires }: ApproveOptions): Promise<void> {
  const { plan, id } = readPlanFile(file);
  const name = given ?? commentOf(key);
  if (!/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/.test(name))
    throw new Problem(
      `${given === undefined ? `${key}.pub says "${name}"` : `--name ${name}`}: who approves it? A name of letters, digits and . _ @ + - is needed, as the allowed-signers file has it: --name NAME`,
      'arguments',
    );
  if (!/^\d{1,6}[mh]$/.test(expires))
    throw new Problem(`--expires ${expires}: expected minutes or hours, such as 24h`, 'arguments');
  const now = Date.now();
  const statement = approvalStatement({
    format: 'runbook-approval/v1',
    plan: id,
    name,
    approved_at: new Date(now).toISOString(),
    expires_at: new Date(now + millisecondsOf(expires)).toISOString(),
  });
  process.stdout.write(planHead(plan, id));
  const signature = await sign(statement, key, approvalNamespace);
  const written = `${file}.${name}${approvalEnding}`;
  await writeFile(written, statement);
  await writeFile(`${written}.sig`, signature);
  process.stdout.write(`approved by ${name} for ${expires}: ${written} and ${written}.sig belong beside ${file}\n`);
}

/** Larger files are no public keys; bytes. */
const largestPublicKey = 100_000;

/** Returns what stands behind a public key: `ssh-ed25519 AAAA… alice@example.com`; nothing where there is none. */
function commentOf(key: string): string {
  const path = key.endsWith('.pub') ? key : `${key}.pub`;
  let text: string;
  try {
    text = Buffer.from(readRegularFile(path, largestPublicKey)).toString('utf8');
  } catch {
    return '';
  }
  // What is no public key is not repeated: nobody knows what is in it.
  return /^(ssh|ecdsa|sk)-\S+ /.test(text) ? text.trim().split(/\s+/).slice(2).join(' ') : '';
}
