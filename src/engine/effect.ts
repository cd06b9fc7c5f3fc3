import { patience, TemplateError } from '../language/index.ts';
import type { PlannedRead } from '../plan/index.ts';
import { type Answered, hasStatus, judge, reasonOf } from './judge.ts';
import type { Redactor } from './redactor.ts';
import { type RenderedExpect, renderExpect } from './render.ts';
import { render, sendRead } from './send.ts';
import { emit, type Here, valuesIn } from './session.ts';

/** Whether what a step is to bring about is there. */
export type Effect = { readonly state: 'there' } | { readonly state: 'not-there' | 'unknown'; readonly reason: string };

const policy = { retry: patience, timeout_ms: 60_000 };

/** Asks a `done_when`. In a dry run, one that reads what only a write would give is unknown. */
export async function effectOf(read: PlannedRead, here: Here): Promise<Effect> {
  const effect = await ask(read, here).catch((error: unknown): Effect => {
    if (error instanceof TemplateError && here.session.isDry)
      return { state: 'unknown', reason: error.told(here.session.options.redactor.inOneLine) };
    throw error;
  });
  const reason = 'reason' in effect ? { reason: effect.reason } : {};
  await emit(here.session, { type: 'effect-checked', step: here.id, effect: effect.state, ...reason });
  return effect;
}

/** The first read of a chain that can tell decides; where none can, the reason is the last one's. */
async function ask(read: PlannedRead, here: Here): Promise<Effect> {
  const effect = await askOnce(read, here);
  return effect.state === 'unknown' && read.otherwise ? ask(read.otherwise, here) : effect;
}

async function askOnce(read: PlannedRead, here: Here): Promise<Effect> {
  const rendered = render(read.request, here);
  const expect = renderExpect(read.expect, valuesIn(here.session, here.frame));
  const answer = await sendRead(rendered, { ...policy, expect }, 'done_when', here);
  return answer.kind === 'failure'
    ? { state: 'unknown', reason: answer.reason }
    : effectIn(expect, answer, here.session.options.redactor);
}

function effectIn(expect: RenderedExpect, answer: Answered, redactor: Redactor): Effect {
  const reason = reasonOf(judge(expect, answer, redactor), answer, redactor);
  if (reason === undefined) return { state: 'there' };
  const { status } = answer;
  // 404 is the usual word for "not there". Any other unexpected status says nothing about the effect.
  const isTelling = hasStatus(expect, status) || status === 404 || (status >= 200 && status < 300);
  return { state: isTelling ? 'not-there' : 'unknown', reason };
}
