import { nodesRunBy, type PlannedNode, type PlannedRequest, type Saving } from '../plan/index.ts';
import { type Json, jsonText, sha256 } from '../text/index.ts';
import type { StepResult } from './event.ts';
import { secretMark } from './redactor.ts';
import { instanceId, type Output, type Outputs } from './render.ts';
import { valueIn } from './response.ts';
import type { Response } from './result.ts';
import type { OutputStore, StepContext } from './session.ts';

/** What a step saves: name → where the value is, its templates evaluated. */
export type Saves = { readonly [name: string]: Saving };

/** Returns what of a response a step saves as secret, the digests of it aside. */
export function secretsOf(response: Response, save: Saves = {}): Json[] {
  return Object.values(save).flatMap(({ path, variables, secret }) => {
    const value = secret ? valueIn(response, path, variables) : undefined;
    return value === undefined ? [] : [value];
  });
}

/** Keeps what a step saves of its response; gives what of it may be recorded. A value that is not there is saved as its default, if it has one. */
export async function saveFrom(
  response: Response,
  save: Saves | undefined,
  { session, id }: StepContext,
): Promise<Pick<StepResult, 'saved' | 'saved_secrets' | 'sealed'>> {
  if (!save) return {};
  const values: Outputs = new Map();
  for (const [name, { path, variables, default: fallback, secret, digest }] of Object.entries(save)) {
    const found = valueIn(response, path, variables);
    const value = found === undefined ? fallback : digest ? sha256(jsonText(found)) : found;
    if (value === undefined) continue;
    // A default is in the plan, where everybody reads it.
    if (secret && found !== undefined) session.options.redactor.add(value);
    values.set(name, { value, isSecret: secret === true });
  }
  session.outputs.saved.set(id, values);
  const shown = [...values].filter(([, { isSecret }]) => !isSecret);
  const secretNames = [...values].flatMap(([name, { isSecret }]) => (isSecret ? [name] : []));
  const sealed = await sealedOf(values, save, id, session);
  return {
    saved: Object.fromEntries(shown.map(([name, { value }]) => [name, value])),
    ...(secretNames.length > 0 ? { saved_secrets: secretNames } : {}),
    ...(Object.keys(sealed).length > 0 ? { sealed } : {}),
  };
}

/** A sealed text in which a short secret happened to appear would be destroyed by its redaction: it is sealed again. */
const mostSealings = 20;

async function sealedOf(
  values: Outputs,
  save: Saves,
  id: string,
  { ports, options, isDry }: StepContext['session'],
): Promise<Record<string, string>> {
  const sealed: Record<string, string> = {};
  for (const [name, { value }] of isDry ? [] : values) {
    if (!save[name]?.sealed) continue;
    let text = await ports.seal(id, name, value);
    for (let sealing = 1; sealing < mostSealings && options.redactor.text(text) !== text; sealing++)
      text = await ports.seal(id, name, value);
    sealed[name] = text;
  }
  return sealed;
}

/** Restores what a step saved in an earlier process, as its journal has it. Secrets that are not sealed in it are read again when needed. */
export function saveFromJournal(
  { saved, saved_secrets: names = [] }: StepResult,
  node: PlannedRequest,
  { session, frame, id }: StepContext,
): void {
  if (!node.save || saved === undefined) return;
  const values: Outputs = new Map();
  for (const [name, value] of Object.entries(saved)) {
    // A secret in the middle of what is none was taken out of the journal.
    values.set(name, JSON.stringify(value).includes(secretMark) ? lost(id, name) : { value, isSecret: false });
  }
  const unsealed = session.options.unsealed?.get(id);
  for (const name of names) {
    const value = unsealed?.get(name);
    values.set(name, value === undefined ? lost(id, name) : { value, isSecret: true });
  }
  if ([...values.values()].some((output) => output.lost)) session.outputs.lost.set(id, { node, frame });
  session.outputs.saved.set(id, values);
}

function lost(step: string, output: string): Output {
  return { value: null, isSecret: true, lost: { kind: 'secret-lost', step, output } };
}

/** Gathers what the iterations of a loop have saved: one list per name, under the id without the iteration. */
export function gather(
  nodes: readonly PlannedNode[],
  { saved }: OutputStore,
  iterations: readonly number[],
  count: number,
): void {
  for (const node of nodes.flatMap(nodesRunBy)) {
    if (node.kind !== 'request' || !node.save) continue;
    const lists: Outputs = new Map();
    for (const [name, { secret }] of Object.entries(node.save)) {
      const values = Array.from({ length: count }, (_, index) =>
        saved.get(outerId(node.id, [...iterations, index + 1]))?.get(name),
      ).filter((output) => output !== undefined);
      const missing = values.find(({ lost }) => lost)?.lost;
      lists.set(name, {
        value: values.map(({ value }) => value),
        isSecret: secret === true || values.some(({ isSecret }) => isSecret),
        ...(missing ? { lost: missing } : {}),
      });
    }
    saved.set(outerId(node.id, iterations), lists);
  }
}

/** Keeps what an iteration of a block with `until` has saved under the ids that stand for the block's last one. */
export function keepLast(nodes: readonly PlannedNode[], { saved }: OutputStore, iterations: readonly number[]): void {
  for (const node of nodes.flatMap(nodesRunBy)) {
    if (node.kind !== 'request' || !node.save) continue;
    const last = saved.get(outerId(node.id, iterations));
    const outer = outerId(node.id, iterations.slice(0, -1));
    if (last) saved.set(outer, last);
    else saved.delete(outer);
  }
}

/** The id of a step for those behind the loops that it is in, in an iteration of the loops around these. */
export function outerId(id: string, iterations: readonly number[]): string {
  return instanceId(id, iterations).replaceAll('#*', '');
}
