import { isObject, type Json } from '../text/index.ts';

/** What a person signs: that a plan may be run, until when. It stands beside the plan, and its SSH signature beside it. */
export interface Approval {
  readonly format: 'runbook-approval/v1';
  /** The plan's id. */
  readonly plan: string;
  /** As the allowed-signers file has it. */
  readonly name: string;
  /** ISO 8601, as the next one. */
  readonly approved_at: string;
  /** No run may begin with it from then on. */
  readonly expires_at: string;
}

/** What the signatures are for (`ssh-keygen -Y sign -n`): a signature for anything else approves no plan. */
export const approvalNamespace = 'runbook-plan';

/** Returns what is signed, and what a person can read. */
export function approvalStatement(approval: Approval): string {
  return `${JSON.stringify(approval, null, 2)}\n`;
}

/** Reads what was signed; `problem` says in a few words why it is no approval. */
export function approvalIn(text: string): Approval | { readonly problem: string } {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is not valid JSON' };
  }
  if (!isObject(value) || value.format !== 'runbook-approval/v1')
    return { problem: 'its format is not "runbook-approval/v1"' };
  const { format, plan, name, approved_at, expires_at } = value;
  for (const [key, field] of Object.entries({ plan, name, approved_at, expires_at }))
    if (typeof field !== 'string') return { problem: `${key} is missing` };
  for (const [key, time] of Object.entries({ approved_at, expires_at }))
    if (Number.isNaN(Date.parse(time as string))) return { problem: `${key} is not a time` };
  return { format, plan, name, approved_at, expires_at } as Approval;
}

/** The clocks of two machines may differ by this much; milliseconds. */
const skew = 300_000;

/**
 * Returns why an approval does not count for a plan at a time; undefined where it does. Whether its signature is good is another
 * question.
 */
export function approvalProblem(approval: Approval, planId: string, now: number): string | undefined {
  if (approval.plan !== planId) return `it is for another plan (${approval.plan})`;
  if (Date.parse(approval.expires_at) <= now) return `it has expired (${approval.expires_at})`;
  if (Date.parse(approval.approved_at) > now + skew)
    return `it was given in the future (${approval.approved_at}); check the clocks`;
  return undefined;
}
