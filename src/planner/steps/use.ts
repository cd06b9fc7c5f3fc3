import { inputProblem } from '../../check/index.ts';
import {
  type Expression,
  type Fragment,
  type Input,
  mappingOf,
  type Path,
  resolve,
  templateOf,
  type UseStep,
} from '../../language/index.ts';
import { didYouMean, isObject, type JsonObject } from '../../text/index.ts';
import { attempt, type Context, numbersFrom, report } from '../context.ts';
import { expressionOf, expressionOfValue, lookupIn, memberOf, namesOf, type Scope } from '../scope.ts';
import { keepOf, plannedRollback } from './call.ts';
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
    const keep = keepOf(step, path, context);
    const within: Context = {
      ...context,
      file: loaded,
      folder: target.slice(0, target.lastIndexOf('/') + 1),
      prefix: `${common.id}/`,
      suffix: '',
      scope,
      cleanup: new Map(),
      ...(keep === undefined ? {} : { keep }),
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

/** Returns what the fragment's inputs are: what `with` gives, or their defaults. Checking has refused what is unknown or missing. */
function bindings(step: UseStep, fragment: Fragment, path: Path, context: Context): Map<string, Expression> {
  const given = (step.with ?? {}) as JsonObject;
  const lookup = lookupIn(context.scope);
  /** @param whole The member of the object around it, where that was given as a whole. */
  const bound = (name: string, input: Input, at: Path, whole?: Expression): Expression | undefined => {
    const isOwn = Object.hasOwn(given, name);
    const here = isOwn ? [...path, 'with', name] : at;
    const own = isOwn ? attempt(context, here, () => expressionOfValue(given[name] ?? null, lookup)) : whole;
    const problem = (what: string) => report(context, here, 'input', `the input "${name}" of ${step.use} ${what}`);
    if (input.type !== 'object') {
      const value = own ?? (input.default === undefined ? undefined : { kind: 'literal', value: input.default });
      if (value?.kind === 'mapping') problem('cannot be a mapping');
      const wrong = value?.kind === 'literal' ? inputProblem(input, value.value) : undefined;
      if (wrong) problem(wrong);
      return value;
    }
    if (own?.kind === 'literal' && !isObject(own.value)) {
      problem(`must be a mapping with ${Object.keys(input.properties).join(', ')}`);
      return undefined;
    }
    const unknown = own ? namesOf(own).filter((member) => !Object.hasOwn(input.properties, member)) : [];
    for (const member of unknown)
      problem(`has no member "${member}"${didYouMean(member, Object.keys(input.properties))}`);
    const members = Object.entries(input.properties).flatMap(([member, inner]) => {
      const part = own && attempt(context, here, () => memberOf(own, member));
      const value = bound(`${name}.${member}`, inner, here, part);
      if (!value && own) problem(`needs the member "${member}"`);
      return value ? [[member, value] as const] : [];
    });
    return mappingOf(members);
  };
  return new Map(
    Object.entries(fragment.inputs ?? {}).flatMap(([name, input]) => {
      const value = bound(name, input, [...path, 'use']);
      return value ? [[name, value] as const] : [];
    }),
  );
}
