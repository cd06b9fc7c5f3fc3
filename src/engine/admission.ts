import { evaluateValue, expressionOfKey, holds, type PathExpression, pathsIn, resolve } from '../language/index.ts';
import { type Condition, nodesIn, type PlannedNode, type SkippedNode } from '../plan/index.ts';
import { shown, shownExpectation } from './assertion.ts';
import type { StepResult } from './event.ts';
import type { Reason } from './reason.ts';
import { secretMark } from './redactor.ts';
import { instanceId, isSecretPath, lookupAtRun, readsSecret, renderText } from './render.ts';
import {
  type Flow,
  type Frame,
  fail,
  isStopping,
  pastOf,
  type Session,
  type StepContext,
  valuesIn,
} from './session.ts';
import { isInWindow } from './window.ts';

/** Before anything is written: whether now is a time for the disruptive steps of the plan. */
export function checkWindows(session: Session): Flow {
  const disruptive = nodesIn(session.plan).find(
    ({ node, section }) => section === 'steps' && node.kind !== 'skipped' && node.disruptive === true,
  );
  if (!disruptive || isWindowOpen(session)) return 'go-on';
  return fail(session, disruptive.node.id, outsideWindow(session));
}

/**
 * Returns whether a step may run: its conditions are met, its window is open, and a person has confirmed it where that is asked for.
 * @returns How it has ended where it may not; `interrupted` where the run was stopped meanwhile.
 */
export async function admit(
  node: Exclude<PlannedNode, SkippedNode>,
  context: StepContext,
): Promise<StepResult | 'interrupted' | undefined> {
  const { session, frame } = context;
  const unmet = unmetCondition(node.when ?? [], session, frame);
  if (unmet !== undefined) return { outcome: 'skipped', reason: unmet };
  const refusal = session.isDry ? undefined : await refusalOf(node, context);
  // Ctrl-C at the question is no response to it.
  if (isStopping(session, frame)) return 'interrupted';
  return refusal && { outcome: 'failed', reason: refusal };
}

async function refusalOf(node: Exclude<PlannedNode, SkippedNode>, context: StepContext): Promise<Reason | undefined> {
  const { session, frame, id } = context;
  if (node.disruptive && !isWindowOpen(session)) return outsideWindow(session);
  if (node.confirm === undefined) return undefined;
  const question = renderText(node.confirm, valuesIn(session, frame));
  const answered = pastOf(context)?.confirmed;
  const { ports, options, recorder } = session;
  const confirmed = answered ?? (await ports.confirm(options.redactor.record({ step: id, question })));
  if (answered === undefined) await recorder.record({ type: 'confirmation', step: id, question, confirmed });
  return confirmed ? undefined : { kind: 'not-confirmed', question };
}

function isWindowOpen({ plan, ports }: Session): boolean {
  return isInWindow(plan.environment.maintenance_windows, ports.now());
}

function outsideWindow({ plan: { environment } }: Session): Reason {
  return {
    kind: 'outside-maintenance-window',
    environment: environment.name,
    windows: environment.maintenance_windows ?? [],
  };
}

/** The first condition of a `when` that is not met; undefined where all are. Throws `TemplateError`. */
function unmetCondition(conditions: readonly Condition[], session: Session, frame: Frame): Reason | undefined {
  const values = valuesIn(session, frame);
  const lookup = lookupAtRun(values, 'condition');
  const { redactor } = session.options;
  for (const { subject, expect } of conditions) {
    const expression = expressionOfKey(subject);
    // In a dry run, what a step behind a predicted write would save is not known: the step is shown, not skipped.
    if (pathsIn(expression).some((path) => isUndetermined(path, session, frame))) continue;
    const resolved = resolve(expression, lookup);
    const actual = resolved.kind === 'literal' ? resolved.value : null;
    const expectation = evaluateValue(expect, lookup);
    const conceals =
      pathsIn(expression).some((path) => isSecretPath(path, values)) || readsSecret(expect, values, 'condition');
    if (!holds(actual, expectation))
      return {
        kind: 'condition-not-met',
        subject,
        actual: conceals ? secretMark : shown(actual, redactor),
        expect: conceals ? secretMark : shownExpectation(expectation, redactor),
      };
  }
  return undefined;
}

function isUndetermined(
  { root, segments }: PathExpression,
  { prediction: { undetermined } }: Session,
  { iterations }: Frame,
): boolean {
  return root === 'steps' && undetermined.has(instanceId(segments[0] ?? '', iterations));
}
