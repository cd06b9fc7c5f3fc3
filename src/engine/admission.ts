import { evaluateValue, expressionOfKey, holds, type PathExpression, pathsIn, resolve } from '../language/index.ts';
import {
  type Condition,
  conditionsIn,
  nodesIn,
  nodesRunBy,
  type PlannedNode,
  type SkippedNode,
  type SkipReason,
  type WhenCondition,
} from '../plan/index.ts';
import { shown, shownExpectation } from './assertion.ts';
import { shownCall } from './by-hand.ts';
import type { StepResult } from './event.ts';
import type { Reason } from './reason.ts';
import { secretMark } from './redactor.ts';
import { instanceId, isSecretPath, lookupAtRun, readsSecret, renderText } from './render.ts';
import {
  type Flow,
  type Frame,
  fail,
  isStopping,
  owesAlways,
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
  if (refusal?.kind === 'waits-for-confirmation') {
    session.findings.suspended = { by: 'confirmation', step: context.id, reason: refusal };
    await session.recorder.record({ type: 'suspended', ...session.findings.suspended });
  }
  return refusal && { outcome: 'failed', reason: refusal };
}

async function refusalOf(node: Exclude<PlannedNode, SkippedNode>, context: StepContext): Promise<Reason | undefined> {
  const { session, frame, id } = context;
  if (node.disruptive && !isWindowOpen(session)) return outsideWindow(session);
  if (node.confirm === undefined) return undefined;
  const question = renderText(node.confirm, valuesIn(session, frame));
  const answered = pastOf(context)?.confirmed;
  if (answered !== undefined) return answered ? undefined : { kind: 'not-confirmed', question };
  const { ports, options, recorder } = session;
  const calls = nodesRunBy(node).flatMap((one) =>
    one.kind === 'request' && one.effect === 'write' ? [shownCall(one, valuesIn(session, frame))] : [],
  );
  const canWait = frame.phase === 'steps' && !owesAlways(frame);
  const answer = await ports.confirm(options.redactor.record({ step: id, question, calls, canWait }));
  if (answer === 'later' && canWait) return { kind: 'waits-for-confirmation', question };
  const confirmed = answer === 'yes';
  await recorder.record({ type: 'confirmation', step: id, question, calls, confirmed });
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

/** Returns whether a condition reads what is not known yet. */
export function isOpen(condition: WhenCondition, session: Session, frame: Frame): boolean {
  // In a dry run, what a step behind a predicted write would save is not known: the step is shown, not skipped.
  return conditionsIn([condition])
    .flatMap(({ subject }) => pathsIn(expressionOfKey(subject)))
    .some((path) => isUndetermined(path, session, frame));
}

/** The first condition of a `when` that is not met; undefined where all are. Throws `TemplateError`. */
export function unmetCondition(
  conditions: readonly WhenCondition[],
  session: Session,
  frame: Frame,
): SkipReason | undefined {
  for (const condition of conditions) {
    const unmet =
      'any' in condition ? unmetAlternatives(condition.any, session, frame) : unmetOne(condition, session, frame);
    if (unmet) return unmet;
  }
  return undefined;
}

function unmetAlternatives(
  alternatives: readonly (readonly WhenCondition[])[],
  session: Session,
  frame: Frame,
): SkipReason | undefined {
  const unmet: SkipReason[] = [];
  for (const alternative of alternatives) {
    const reason = unmetCondition(alternative, session, frame);
    if (!reason) return undefined;
    unmet.push(reason);
  }
  return { kind: 'no-alternative-met', unmet };
}

function unmetOne(condition: Condition, session: Session, frame: Frame): SkipReason | undefined {
  if (isOpen(condition, session, frame)) return undefined;
  const { subject, expect } = condition;
  const values = valuesIn(session, frame);
  const lookup = lookupAtRun(values, 'condition');
  const { redactor } = session.options;
  const expression = expressionOfKey(subject);
  const resolved = resolve(expression, lookup);
  const actual = resolved.kind === 'literal' ? resolved.value : null;
  const expectation = evaluateValue(expect, lookup);
  if (holds(actual, expectation)) return undefined;
  const conceals =
    pathsIn(expression).some((path) => isSecretPath(path, values)) || readsSecret(expect, values, 'condition');
  return {
    kind: 'condition-not-met',
    subject,
    actual: conceals ? secretMark : shown(actual, redactor),
    expect: conceals ? secretMark : shownExpectation(expectation, redactor),
  };
}

/** Dry run: returns the predicted write that a condition may depend on, although it is met now. */
export function provisionalBy(
  conditions: readonly WhenCondition[],
  session: Session,
  frame: Frame,
): string | undefined {
  const { provisional } = session.prediction;
  return conditionsIn(conditions)
    .flatMap(({ subject }) => pathsIn(expressionOfKey(subject)))
    .map(({ root, segments: [step = ''] }) =>
      root === 'steps' ? provisional.get(instanceId(step, frame.iterations)) : undefined,
    )
    .find((write) => write !== undefined);
}

function isUndetermined(
  { root, segments }: PathExpression,
  { prediction: { undetermined } }: Session,
  { iterations }: Frame,
): boolean {
  return root === 'steps' && undetermined.has(instanceId(segments[0] ?? '', iterations));
}
