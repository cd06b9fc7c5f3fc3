import { evaluateValue, TemplateError } from '../language/index.ts';
import type { PlannedNode } from '../plan/index.ts';
import { isObject, type Json } from '../text/index.ts';
import { runRead } from './read.ts';
import { ForgottenSecret, lookupAtRun } from './render.ts';
import { type Here, valuesIn } from './session.ts';

/**
 * Where a run goes on in another process: sends the reads again whose secrets a node needs. Not for what undoes something:
 * its steps may have changed what would be read now, and putting that "back" would lose what was there.
 * @throws `TemplateError` where a secret cannot be read again.
 */
export async function remember(node: PlannedNode, here: Here): Promise<void> {
  const { session } = here;
  if (session.isRollingBack) return;
  for (let step = forgottenIn(node, here); step !== undefined; step = forgottenIn(node, here)) {
    const read = session.forgotten.get(step);
    const known = session.outputs.get(step);
    if (!read || !known) throw new TemplateError(`what "${step}" gave was secret, and cannot be read again`);
    session.forgotten.delete(step);
    const { outcome, reason } = await runRead(read.node, { session, frame: read.frame, id: step });
    if (outcome !== 'done')
      throw new TemplateError(`"${step}" gives a secret, and could not be read again: ${reason ?? outcome}`);
    // What is on record stays as it was.
    const values = session.outputs.get(step);
    for (const [name, output] of known) if (!output.isForgotten) values?.set(name, output);
  }
}

/** The step whose secret is missing first in a node's own templates. */
function forgottenIn(node: PlannedNode, { session, frame }: Here): string | undefined {
  if (session.forgotten.size === 0) return undefined;
  const lookup = lookupAtRun(valuesIn(session, frame), 'sent');
  return textsIn(own(node))
    .map((text) => {
      try {
        evaluateValue(text, lookup);
      } catch (error) {
        if (error instanceof ForgottenSecret) return error.step;
        if (!(error instanceof TemplateError)) throw error;
      }
      return undefined;
    })
    .find((step) => step !== undefined);
}

/** What a node itself needs: its steps are nodes of their own, and what undoes it comes later or never. */
function own(node: PlannedNode): Json {
  const {
    steps: _steps,
    always: _always,
    rollback: _rollback,
    when,
    ...rest
  } = node as unknown as Record<string, Json>;
  const subjects = (Array.isArray(when) ? when : []).map((condition: Json) =>
    isObject(condition) ? [`{{${String(condition.subject)}}}`, condition.expect ?? null] : [],
  );
  return [rest, subjects] as Json;
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return value.includes('{{') ? [value] : [];
  return typeof value === 'object' && value !== null
    ? Object.values(value as Record<string, Json>).flatMap(textsIn)
    : [];
}
