import { type JsonObject, valueAt } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import type { Answered } from './judge.ts';
import type { Outputs } from './render.ts';
import type { Here } from './session.ts';

/** Keeps what a step saves of its answer; gives what of it may be recorded. A value that is not there is not saved. */
export function saveFrom(
  answer: Answered,
  node: PlannedRequest,
  { session, id }: Here,
): { readonly saved?: JsonObject } {
  if (!node.save) return {};
  const values: Outputs = new Map();
  for (const [name, { path, secret }] of Object.entries(node.save)) {
    const value = valueAt(answer.body, path);
    if (value === undefined) continue;
    if (secret) session.options.redactor.add(value);
    values.set(name, { value, isSecret: secret === true });
  }
  session.outputs.set(id, values);
  const shown = [...values].filter(([, { isSecret }]) => !isSecret);
  return { saved: Object.fromEntries(shown.map(([name, { value }]) => [name, value])) };
}
