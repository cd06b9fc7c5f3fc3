import { valueAt } from '../language/index.ts';
import type { PlannedRequest } from '../plan/index.ts';
import { sha256 } from '../text/index.ts';
import type { Finished } from './event.ts';
import type { Answered } from './judge.ts';
import { concealed, type Redactor } from './redactor.ts';
import type { Output, Outputs } from './render.ts';
import type { Here } from './session.ts';

/** Tells the redactor what of an answer a step saves as secret. */
export function learnSecrets({ body }: Answered, save: NonNullable<PlannedRequest['save']>, redactor: Redactor): void {
  for (const { path, secret } of Object.values(save)) if (secret) redactor.add(valueAt(body, path) ?? null);
}

/** Keeps what a step saves of its answer; gives what of it may be recorded. A value that is not there is not saved. */
export async function saveFrom(
  answer: Answered,
  node: PlannedRequest,
  { session, id }: Here,
): Promise<Pick<Finished, 'saved' | 'concealed' | 'sealed'>> {
  if (!node.save) return {};
  const values: Outputs = new Map();
  for (const [name, { path, secret, digest }] of Object.entries(node.save)) {
    const found = valueAt(answer.body, path);
    if (found === undefined) continue;
    const value = digest ? await sha256(JSON.stringify(found)) : found;
    if (secret) session.options.redactor.add(value);
    values.set(name, { value, isSecret: secret === true });
  }
  session.outputs.set(id, values);
  const shown = [...values].filter(([, { isSecret }]) => !isSecret);
  const concealed = [...values].flatMap(([name, { isSecret }]) => (isSecret ? [name] : []));
  const sealed = await sealedOf(values, node, id, session);
  return {
    saved: Object.fromEntries(shown.map(([name, { value }]) => [name, value])),
    ...(concealed.length > 0 ? { concealed } : {}),
    ...(Object.keys(sealed).length > 0 ? { sealed } : {}),
  };
}

/** A sealed text in which a short secret happened to appear would be destroyed by its redaction: it is sealed again. */
const mostSealings = 20;

async function sealedOf(
  values: Outputs,
  node: PlannedRequest,
  id: string,
  { ports, options, isDry }: Here['session'],
): Promise<Record<string, string>> {
  const sealed: Record<string, string> = {};
  for (const [name, { value }] of isDry ? [] : values) {
    if (!node.save?.[name]?.sealed) continue;
    let text = await ports.seal(id, name, value);
    for (let sealing = 1; sealing < mostSealings && options.redactor.text(text) !== text; sealing++)
      text = await ports.seal(id, name, value);
    sealed[name] = text;
  }
  return sealed;
}

/** What a step saved in an earlier process, as its journal has it. Secrets that are not sealed in it are read again when needed. */
export function saveFromJournal({ saved, concealed: names = [] }: Finished, node: PlannedRequest, here: Here): void {
  if (!node.save || saved === undefined) return;
  const { session, frame, id } = here;
  const values: Outputs = new Map();
  for (const [name, value] of Object.entries(saved)) {
    // A secret in the middle of what is none was taken out of the record.
    const isForgotten = JSON.stringify(value).includes(concealed);
    values.set(name, isForgotten ? forgotten : { value, isSecret: false });
  }
  const unsealed = session.options.unsealed?.get(id);
  for (const name of names) {
    const value = unsealed?.get(name);
    values.set(name, value === undefined ? forgotten : { value, isSecret: true });
  }
  if ([...values.values()].includes(forgotten)) session.forgotten.set(id, { node, frame });
  session.outputs.set(id, values);
}

const forgotten: Output = { value: null, isSecret: true, isForgotten: true };
