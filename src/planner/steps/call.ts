import { type CallStep, isReading, type Path } from '../../language/index.ts';
import type { PlannedNode, PlannedRequest } from '../../plan/index.ts';
import { millisecondsOf } from '../../text/index.ts';
import { type Context, numbersFrom, resolved } from '../context.ts';
import { defaults, plannedConditions, plannedExpect, plannedRetry } from './fields.ts';
import type { StepPlanner } from './planner.ts';
import { httpRequest, plannedDoneWhen, plannedProgress, plannedUnchangedWhen } from './read.ts';
import { saved } from './save.ts';

/** One HTTP request. */
export const callPlanner: StepPlanner<CallStep> = {
  isKind: (step): step is CallStep => 'call' in step,
  title: (step) => step.call,
  plan: (step, path, common, context) => {
    const request = httpRequest(step, path, context);
    const isRead = isReading(request.method, step.effect);
    return {
      ...common,
      kind: 'request',
      effect: isRead ? 'read' : 'write',
      request,
      expect: plannedExpect(step.expect, [...path, 'expect'], context),
      ...polling(step, path, context),
      ...plannedProgress(step.progress, [...path, 'progress'], context),
      ...saved(step.save, [...path, 'save'], context),
      ...plannedDoneWhen(step.done_when, [...path, 'done_when'], context),
      ...plannedUnchangedWhen(step.unchanged_when, [...path, 'unchanged_when'], context),
      ...plannedEvidence(step, path, common, context),
      ...plannedRollback(step, path, common, context),
      ...(isRead ? {} : accountOf(step, path, context)),
      ...(step.on_unknown ? { on_unknown: step.on_unknown } : {}),
      retry: plannedRetry(step.retry, isRead ? 'read' : 'write'),
    };
  },
};

/** `undone_by` and `keep`: what a failed run says of this write. */
function accountOf(step: CallStep, path: Path, context: Context): Pick<PlannedRequest, 'undone_by' | 'keep'> {
  const keep = keepOf(step, path, context);
  // Checking has refused a name that is none of these.
  const undone_by = step.undone_by === undefined ? undefined : context.cleanup.get(step.undone_by);
  return { ...(undone_by === undefined ? {} : { undone_by }), ...(keep === undefined ? {} : { keep }) };
}

/** Returns why what a step writes is kept: for its own reason, or for that of a step around it. */
export function keepOf(step: { readonly keep?: string }, path: Path, context: Context): string | undefined {
  if (step.keep === undefined) return context.keep;
  return String(resolved(context, [...path, 'keep'], step.keep) ?? step.keep);
}

/** `until`, `waiting`, `every` and `timeout`. */
export function polling(
  step: Pick<CallStep, 'until' | 'waiting' | 'every' | 'timeout'>,
  path: Path,
  context: Context,
): Pick<PlannedRequest, 'until' | 'waiting' | 'every_ms' | 'timeout_ms'> {
  const timeout = step.timeout === undefined ? undefined : millisecondsOf(step.timeout);
  if (!step.until) return { timeout_ms: timeout ?? defaults.callTimeout };
  const waiting = resolved(context, [...path, 'waiting'], step.waiting);
  return {
    until: plannedConditions(step.until, [...path, 'until'], context),
    ...(waiting === undefined ? {} : { waiting: String(waiting) }),
    every_ms: step.every === undefined ? defaults.every : millisecondsOf(step.every),
    timeout_ms: timeout ?? defaults.pollTimeout,
  };
}

/** One attempt each: what has failed is to be undone soon. */
const patienceForEvidence = { retry: { attempts: 1, delay_ms: 0, budget_ms: 0 }, timeout_ms: 10_000 } as const;

/** The reads that show why a step has failed; they inherit its connection and identity. */
function plannedEvidence(
  { evidence }: CallStep,
  path: Path,
  common: { id: string; number: string },
  context: Context,
): Pick<PlannedRequest, 'evidence'> {
  if (!evidence) return {};
  const numbers = numbersFrom(`${common.number}.e`, `${common.id}~evidence`);
  const planned = context.expand(evidence, [...path, 'evidence'], context, numbers);
  return {
    evidence: planned.map((node, index) => {
      if (node.kind !== 'request') return node;
      const { retry, timeout_ms } = patienceForEvidence;
      const isTimed = evidence[index]?.timeout !== undefined;
      return { ...node, retry, save: node.save ?? { response: { path: '@' } }, ...(isTimed ? {} : { timeout_ms }) };
    }),
  };
}

/** The steps that roll this one back; they inherit its connection and identity. What is kept is not rolled back. */
export function plannedRollback(
  step: { readonly rollback?: CallStep['rollback'] },
  path: Path,
  common: { id: string; number: string },
  context: Context,
): { readonly rollback?: readonly PlannedNode[] } {
  if (!step.rollback || context.keep !== undefined) return {};
  return {
    rollback: context.expand(
      step.rollback,
      [...path, 'rollback'],
      context,
      numbersFrom(`${common.number}.r`, `${common.id}~rollback`),
    ),
  };
}
