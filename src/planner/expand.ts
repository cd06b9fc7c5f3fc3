import {
  type Bundle,
  type Environment,
  type Expression,
  knownValue,
  type Loaded,
  type Path,
  pathsIn,
  printExpression,
  printTemplate,
  type Runbook,
  resolveTemplate,
  resolveValue,
  type Step,
  stepsWithin,
  type Template,
  TemplateError,
  templateOf,
} from '../language/index.ts';
import {
  conditionsIn,
  type PlannedConnection,
  type PlannedNode,
  type SkipReason,
  skipReasonText,
  type WhenCondition,
} from '../plan/index.ts';
import type { Diagnostic, Json } from '../text/index.ts';
import { decide, mentionsItem, type WrittenWhen } from './conditions.ts';
import { attempt, type Context, type Numbers, numbersFrom, report, type Shared, sourcePlace } from './context.ts';
import type { InputValue } from './inputs.ts';
import { lookupIn, type StepName, scopeOfInputs } from './scope.ts';
import { refuseSecrets } from './secrets.ts';
import { withConnection } from './steps/connection.ts';
import { planningOf } from './steps/index.ts';

/** The planned steps of a runbook: fragments expanded, conditions over inputs decided, calls rendered. */
export function expand(
  bundle: Bundle,
  environment: Loaded<Environment>,
  connections: { readonly [name: string]: PlannedConnection },
  inputs: ReadonlyMap<string, InputValue>,
): { steps: PlannedNode[]; rollback: PlannedNode[]; used: Shared['used']; diagnostics: Diagnostic[] } {
  const shared: Shared = { bundle, environment, connections, used: new Map(), diagnostics: [] };
  const context: Context = {
    shared,
    file: bundle.runbook,
    folder: '',
    prefix: '',
    suffix: '',
    scope: {
      inputs: scopeOfInputs(bundle.runbook.value.inputs ?? {}, inputs),
      steps: new Map(),
      identities: chosenIdentities(bundle.runbook.value, connections),
    },
    cleanup: new Map(),
    expand: expandSteps,
  };
  const steps = expandSteps(bundle.runbook.value.steps, ['steps'], context, numbersFrom('', 'step'));
  const rollback = expandSteps(
    bundle.runbook.value.rollback ?? [],
    ['rollback'],
    context,
    numbersFrom('r', 'rollback'),
  );
  return { steps, rollback, used: shared.used, diagnostics: shared.diagnostics };
}

/** The first identity of each connection's `identity` that the environment has. */
function chosenIdentities(
  runbook: Runbook,
  connections: { readonly [name: string]: PlannedConnection },
): Map<string, string | null> {
  return new Map(
    Object.entries(runbook.connections).flatMap(([name, { identity }]) => {
      if (!identity) return [];
      const given = connections[name]?.identities ?? {};
      return [[name, identity.any_of.find((one) => Object.hasOwn(given, one)) ?? null] as const];
    }),
  );
}

function expandSteps(steps: readonly Step[], path: Path, context: Context, numbers: Numbers): PlannedNode[] {
  return steps.map((step, index) => expandStep(step, [...path, index], context, numbers));
}

interface Identified {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly at: string;
}

function expandStep(step: Step, path: Path, outer: Context, numbers: Numbers): PlannedNode {
  const { number, fallbackId } = numbers.next();
  const context = withConnection('note' in step ? {} : step, path, outer);
  const id = step.id === undefined ? fallbackId : context.prefix + step.id + context.suffix;
  const named: Identified = { id, number, title: titleFor(step, context), at: sourcePlace(context, path) };
  const { shared, connection } = context;
  if (connection !== undefined && !Object.hasOwn(shared.connections, connection)) {
    const declared = shared.bundle.runbook.value.connections[connection];
    if (declared === undefined) report(context, path, 'unknown-connection', `no connection "${connection}"`);
    return skipped(step, named, context, { kind: 'no-connection', connection });
  }
  const when = Object.entries((step.when ?? {}) as WrittenWhen);
  const isLoop = step.for_each !== undefined;
  const before = decide(
    Object.fromEntries(when.filter(([key, value]) => !isLoop || !mentionsItem(key, value))),
    [...path, 'when'],
    context,
  );
  if ('skipped' in before) return skipped(step, named, context, before.skipped);
  for (const { subject, expect } of conditionsIn(before.conditions))
    refuseSecrets(
      [`{{${subject}}}`, expect],
      [...path, 'when'],
      context,
      'in a condition: the interpreter never gets its value',
    );
  return isLoop
    ? loop(step, path, named, before.conditions, context)
    : single(step, path, named, before.conditions, context);
}

function skipped(step: Step, named: Identified, context: Context, reason: SkipReason): PlannedNode {
  forget(step, context, skipReasonText(reason));
  return { ...named, kind: 'skipped', reason, ...('note' in step ? { isNote: true } : {}) };
}

/** Removes what a skipped step and the steps inside it would have saved. */
function forget(step: Step, context: Context, reason: string): void {
  for (const id of idsIn(step)) context.scope.steps.set(id, { kind: 'skipped', reason });
}

/** The title as far as it is known. */
function titleFor(step: Step, context: Context): string {
  return textFor(step.title ?? planningOf(step).title(context), step, context);
}

/** A text for people as far as it is known; one with a name that cannot be resolved stays as it is written. */
function textFor(written: string, step: Step, context: Context): string {
  try {
    const template = step.for_each === undefined ? templateOf(written) : forAnyItem(templateOf(written));
    return printTemplate(resolveTemplate(template, lookupIn(context.scope)));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return written;
  }
}

/** What is said of a loop as a whole is about none of its items, and not about that of a loop around it: `Delete ‹item›`. */
function forAnyItem({ parts }: Template): Template {
  const isOfItem = (part: Expression) => pathsIn(part).some(({ root }) => root === 'item');
  return {
    parts: parts.map((part) => (typeof part === 'string' || !isOfItem(part) ? part : `‹${printExpression(part)}›`)),
  };
}

function single(
  step: Step,
  path: Path,
  named: Identified,
  conditions: readonly WhenCondition[],
  context: Context,
): PlannedNode {
  const common = {
    ...named,
    ...(conditions.length > 0 ? { when: conditions } : {}),
    ...questions(step, named, context),
  };
  // Set before planning: a step's own rollback may read what it saved. A fragment names itself, with its outputs.
  if (step.id !== undefined && !('use' in step)) context.scope.steps.set(step.id, { kind: 'step', id: named.id });
  return planningOf(step).plan(path, common, context);
}

function questions(step: Step, named: Identified, context: Context): { confirm?: string; disruptive?: true } {
  const isDisruptive = 'disruptive' in step && step.disruptive === true;
  if (typeof step.confirm === 'string')
    return { confirm: textFor(step.confirm, step, context), ...(isDisruptive ? { disruptive: true } : {}) };
  if (isDisruptive) return { confirm: `${named.title}: proceed?`, disruptive: true };
  return step.confirm ? { confirm: `${named.title}: proceed?` } : {};
}

/** A step with `for_each` is a block: one copy per item where planning knows the list, one pattern where only the run does. */
function loop(
  step: Step,
  path: Path,
  named: Identified,
  conditions: readonly WhenCondition[],
  context: Context,
): PlannedNode {
  const written = step.for_each as Json;
  const lookup = lookupIn(context.scope);
  const list = attempt(context, [...path, 'for_each'], () => knownList(written, lookup));
  const common = {
    ...named,
    ...(conditions.length > 0 ? { when: conditions } : {}),
    ...questions(step, named, context),
    kind: 'block' as const,
  };
  const {
    for_each: _loop,
    parallel,
    confirm: _confirm,
    disruptive: _disruptive,
    ...once
  } = step as Step & { disruptive?: boolean; parallel?: number };
  const atOnce = parallel === undefined ? {} : { parallel };
  const inner = {
    ...once,
    when: Object.fromEntries(
      Object.entries(step.when ?? {}).filter(([key, value]) => mentionsItem(key, value as Json)),
    ),
  } as Step;
  const iterate = (suffix: string, item: NonNullable<Context['scope']['item']>, number: string) => {
    const within: Context = {
      ...context,
      suffix: context.suffix + suffix,
      scope: { ...context.scope, steps: new Map(context.scope.steps), item },
    };
    const node = expandStep(inner, path, within, { next: () => ({ number, fallbackId: `${named.id}${suffix}` }) });
    return { node, steps: within.scope.steps };
  };
  if (list && 'template' in list)
    refuseSecrets(list.template, [...path, 'for_each'], context, 'in a for_each: the interpreter never gets its value');
  if (list === undefined || 'template' in list) {
    const { node, steps } = iterate('#*', 'at-run-time', `${named.number}.*`);
    for (const id of idsIn(inner)) {
      const kind = steps.get(id)?.kind;
      const reason = 'what a fragment gives is not gathered over a list that only the run knows';
      if (kind === 'step') context.scope.steps.set(id, { kind, id: context.prefix + id + context.suffix });
      else if (kind !== undefined) context.scope.steps.set(id, { kind: 'skipped', reason });
    }
    return { ...common, for_each: list?.template ?? [], ...atOnce, steps: [node] };
  }
  const iterations = list.value.map((value, index) =>
    iterate(`#${index + 1}`, { value }, `${named.number}.${index + 1}`),
  );
  for (const id of idsIn(inner)) {
    const items = iterations.flatMap(({ steps }): StepName[] => (steps.has(id) ? [steps.get(id) as StepName] : []));
    context.scope.steps.set(id, { kind: 'list', items });
  }
  return { ...common, ...atOnce, steps: iterations.map(({ node }) => node) };
}

function knownList(
  written: Json,
  lookup: ReturnType<typeof lookupIn>,
): { value: readonly Json[] } | { template: Json } {
  if (typeof written === 'string') {
    const template = resolveTemplate(templateOf(written), lookup);
    const known = knownValue(template);
    return known ? { value: asList(known.value) } : { template: printTemplate(template) };
  }
  const items = asList(written).map((item) =>
    typeof item === 'string' ? knownValue(resolveTemplate(templateOf(item), lookup)) : { value: item },
  );
  if (items.some((item) => item === undefined)) return { template: resolveValue(written, lookup) };
  return { value: items.flatMap((item) => (item ? [item.value] : [])) };
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** The ids of a step and of those inside it; what rolls them back is known to nobody else. */
function idsIn(step: Step): string[] {
  return stepsWithin(step).flatMap(({ step: { id }, place }) =>
    id === undefined || place === 'rollback' || place === 'evidence' ? [] : [id],
  );
}
