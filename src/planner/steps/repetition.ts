import { type Block, type Path, stepsWithin } from '../../language/index.ts';
import { conditionsIn, type PlannedBlock } from '../../plan/index.ts';
import { type Json, millisecondsOf } from '../../text/index.ts';
import { decide } from '../conditions.ts';
import { type Context, type Numbers, report } from '../context.ts';
import type { StepName } from '../scope.ts';
import { refuseSecrets } from '../secrets.ts';

/** The steps of a block with `until`: each is a pattern of its iterations. After the block, names are those of the last one. */
export function plannedRepetition(
  step: Block,
  path: Path,
  { id }: { readonly id: string },
  context: Context,
  numbers: Numbers,
): Pick<PlannedBlock, 'repeat' | 'steps'> {
  const { scope } = context;
  const within = { ...context, suffix: `${context.suffix}#*`, scope: { ...scope, steps: new Map(scope.steps) } };
  const next = () => {
    const { number, fallbackId } = numbers.next();
    return { number, fallbackId: `${id}#*${fallbackId.slice(id.length)}` };
  };
  const steps = context.expand(step.steps, [...path, 'steps'], within, { next });
  const until = untilOf(step, [...path, 'until'], within);
  for (const [id, name] of within.scope.steps)
    if (idsIn(step).has(id) && name !== scope.steps.get(id)) scope.steps.set(id, afterLast(name));
  return {
    repeat: {
      until,
      max_iterations: step.max_iterations ?? 1,
      ...(step.every === undefined ? {} : { every_ms: millisecondsOf(step.every) }),
    },
    steps,
  };
}

/** The conditions that only an iteration can decide; where planning knows that they pass, or that they never do, they say nothing. */
function untilOf({ until = {} }: Block, path: Path, context: Context) {
  const decided = decide(until as { [subject: string]: Json }, path, context);
  const conditions = 'conditions' in decided ? decided.conditions : [];
  if (conditions.length === 0)
    report(
      context,
      path,
      'until-is-known',
      `until ${'skipped' in decided ? 'never passes' : 'always passes'}: it reads nothing that an iteration saves`,
      'Save what tells that it is enough in a step of the block, and read it here: steps.ID.NAME.',
    );
  for (const { subject, expect } of conditionsIn(conditions))
    refuseSecrets([`{{${subject}}}`, expect], path, context, 'in until: the interpreter never gets its value');
  return conditions;
}

/** Returns what a step's name stands for after the block: the last iteration has no number then. */
function afterLast(name: StepName): StepName {
  switch (name.kind) {
    case 'step':
      // Loops inside the block have taken their own away.
      return { kind: 'step', id: name.id.replace(/#\*(?!.*#\*)/, '') };
    case 'list':
      return { kind: 'list', items: name.items.map(afterLast) };
    case 'fragment':
      return {
        kind: 'skipped',
        reason: 'what a fragment gives is not kept beyond the iteration of a block with until',
      };
    case 'skipped':
      return name;
  }
}

function idsIn({ steps }: Block): ReadonlySet<string | undefined> {
  return new Set(steps.flatMap(stepsWithin).map(({ step }) => step.id));
}
