import canonicalize from 'canonicalize';
import { sha256 } from '../text/index.ts';
import type { Plan } from './plan.ts';

/** The plan's bytes: canonical JSON after RFC 8785. The same plan gives the same text everywhere. */
export function canonicalJson(plan: Plan): string {
  const text = canonicalize(plan);
  if (text === undefined) throw new TypeError('a plan is an object');
  return text;
}

/** The plan's id: SHA-256 over its canonical JSON, in hexadecimal. */
export function planId(plan: Plan): Promise<string> {
  return sha256(canonicalJson(plan));
}
