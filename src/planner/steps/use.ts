import { inputProblem } from '../../check/index.ts';
import {
  type Fragment,
  knownValue,
  type Path,
  resolve,
  resolveTemplate,
  resolveValue,
  templateOf,
  templatePaths,
  type UseStep,
} from '../../language/index.ts';
import type { Json } from '../../text/index.ts';
import { attempt, type Context, numbersFrom, report } from '../context.ts';
import { type Binding, expressionOf, lookupIn, type Scope } from '../scope.ts';
import { plannedRollback } from './call.ts';
import type { StepPlanner } from './planner.ts';

/** A fragment: its steps as a block, with names and inputs of its own. */
export const usePlanner: StepPlanner<UseStep> = {
  isKind: (step): step is UseStep => 'use' in step,
  title: (step, context) => context.shared.bundle.fragments.get(context.folder + step.use)?.value.title ?? step.use,
  plan: (step, path, common, context) => {
    const target = context.folder + step.use;
    const loaded = context.shared.bundle.fragments.get(target);
    // Loading has refused a bundle with a missing fragment.
    if (!loaded) throw new TypeError(`no fragment ${target}`);
    const scope: Scope = {
      inputs: bindings(step, loaded.value, path, context),
      steps: new Map(),
      identities: new Map(),
    };
    const within: Context = {
      ...context,
      file: loaded,
      folder: target.slice(0, target.lastIndexOf('/') + 1),
      prefix: `${common.id}/`,
      suffix: '',
      scope,
    };
    const steps = context.expand(loaded.value.steps, ['steps'], within, numbersFrom(`${common.number}.`, common.id));
    const { outputs = {} } = loaded.value;
    if (step.id !== undefined) {
      context.scope.steps.set(step.id, {
        kind: 'fragment',
        output: (name, isCondition) =>
          Object.hasOwn(outputs, name)
            ? resolve(expressionOf(templateOf(outputs[name] ?? '')), lookupIn(scope, isCondition))
            : undefined,
      });
    }
    return { ...common, kind: 'block', steps, ...plannedRollback(step, path, common, context) };
  },
};

function bindings(step: UseStep, fragment: Fragment, path: Path, context: Context): Map<string, Binding> {
  const result = new Map<string, Binding>();
  for (const [name, input] of Object.entries(fragment.inputs ?? {})) {
    const given = step.with?.[name];
    if (given === undefined) {
      if (input.default !== undefined) result.set(name, { value: input.default });
      continue;
    }
    const here = [...path, 'with', name];
    const binding = attempt(context, here, () => bound(given, context));
    if (!binding) continue;
    const problem = 'value' in binding ? inputProblem(input, binding.value) : undefined;
    if (problem) report(context, here, 'input', `the input "${name}" of ${step.use} ${problem}`);
    result.set(name, binding);
  }
  return result;
}

function bound(given: Json, context: Context): Binding {
  const lookup = lookupIn(context.scope);
  if (typeof given === 'string') {
    const template = resolveTemplate(templateOf(given), lookup);
    return knownValue(template) ?? { expression: expressionOf(template) };
  }
  const value = resolveValue(given, lookup);
  return { expression: listExpression(value) };
}

/** A list some of whose items only the run knows becomes a call of `list`. */
function listExpression(value: Json) {
  const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
  const parts = items.map((item) =>
    typeof item === 'string' ? expressionOf(templateOf(item)) : ({ kind: 'literal', value: item } as const),
  );
  const isKnown = parts.every((part) => part.kind === 'literal' && templatePaths({ parts: [part] }).length === 0);
  if (!isKnown) return { kind: 'call', helper: 'list', arguments: parts } as const;
  const values = parts.flatMap((part) => (part.kind === 'literal' ? [part.value] : []));
  return { kind: 'literal', value: Array.isArray(value) ? values : (values[0] ?? null) } as const;
}
