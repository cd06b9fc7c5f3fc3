import { resolveTemplate, TemplateError, templateOf } from '../language/index.ts';
import { conditionsIn, type PlannedNode, type PlannedRequest } from '../plan/index.ts';
import { withSaved } from './effect.ts';
import type { StepResult } from './event.ts';
import { runRead } from './read.ts';
import { lookupAtRun, RenderError, reasonOf } from './render.ts';
import { type Session, type StepContext, valuesIn } from './session.ts';

/**
 * Sends the reads again whose secrets a node needs, where a run continues in another process. One that cannot be read again
 * stays unknown, and fails what needs it. Not for what rolls back something: its steps may have changed what would be read now,
 * and putting that "back" would lose what was there.
 */
export async function rereadSecrets(node: PlannedNode, context: StepContext): Promise<void> {
  const { session } = context;
  if (session.rollback.isRunning) return;
  for (let step = lostIn(node, context); step !== undefined; step = lostIn(node, context)) await reread(step, session);
}

async function reread(step: string, session: Session): Promise<void> {
  const { saved, lost } = session.outputs;
  const known = saved.get(step) ?? new Map();
  const read = lost.get(step);
  lost.delete(step);
  const result = read && (await runAgain(read.node, { session, frame: read.frame, id: step }));
  const values = saved.get(step) ?? new Map();
  // Behind a block with `until` they stand under another id as well.
  for (const [id, outputs] of saved) if (outputs === known) saved.set(id, values);
  for (const [name, output] of known) {
    // What is recorded stays as it was.
    if (!output.lost) values.set(name, output);
    else if (result?.outcome !== 'done' || values === known) {
      const cause = result?.reason ? { cause: result.reason } : {};
      values.set(name, { ...output, lost: { kind: 'secret-not-reread', step, ...cause } });
    }
  }
}

/** A write is not sent again: what its check saves is read. */
async function askAgain(node: PlannedRequest, context: StepContext): Promise<StepResult> {
  const result = await withSaved(node, { outcome: 'done' }, context);
  return result.saved ? result : { outcome: 'failed' };
}

function runAgain(node: PlannedRequest, context: StepContext): Promise<StepResult> {
  const result = node.effect === 'write' ? askAgain(node, context) : runRead(node, context);
  return result.catch((error: unknown) => {
    if (!(error instanceof TemplateError)) throw error;
    return { outcome: 'failed', reason: reasonOf(error, context.session.options.redactor) };
  });
}

/** The step whose secret is missing first in a node's own templates. */
function lostIn(node: PlannedNode, { session, frame }: StepContext): string | undefined {
  if (session.outputs.lost.size === 0) return undefined;
  const lookup = lookupAtRun(valuesIn(session, frame), 'sent');
  for (const text of ownTexts(node)) {
    try {
      resolveTemplate(templateOf(text), lookup);
    } catch (error) {
      if (error instanceof RenderError && error.reason.kind === 'secret-lost') return error.reason.step;
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return undefined;
}

/** Keys of a node that it does not need itself: its steps are nodes of their own, and what rolls it back comes later or never. */
const inner: readonly string[] = ['steps', 'always', 'rollback'];

function ownTexts(node: PlannedNode): string[] {
  // The subject of a `when` is an expression without braces.
  const subjects = node.kind === 'skipped' ? [] : conditionsIn(node.when).map(({ subject }) => `{{${subject}}}`);
  const values = Object.entries(node).flatMap(([key, value]) => (inner.includes(key) ? [] : textsIn(value)));
  return [...values, ...subjects];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('{{') ? [value] : [];
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap((member) => member.flatMap(textsIn))
    : [];
}
