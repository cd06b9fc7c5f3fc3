import { inOneLine } from '../text/in-one-line.ts';
import { inert } from '../text/index.ts';
import type { FieldChange, PlanDiff, StepChange } from './diff.ts';
import { codeBlock, inlineCode, plain } from './markdown.ts';

const marks = { added: '+', removed: '-', changed: '~', moved: '>' } as const;

/** A diff in one sentence: what a pipeline's log should say. */
export function diffSentence({ same, head, steps, renumbered }: PlanDiff): string {
  if (same) return 'the plans are the same, byte by byte';
  const count = (change: StepChange['change']) => steps.filter((step) => step.change === change).length;
  const writes = steps.filter(({ effect }) => effect === 'write').length;
  const kinds = (['added', 'removed', 'changed', 'moved'] as const).flatMap((change) =>
    count(change) > 0 ? [`${count(change)} ${change}`] : [],
  );
  const parts = [
    kinds.length > 0
      ? `steps: ${kinds.join(', ')}${writes > 0 ? ` (${writes} of them write)` : ''}`
      : 'no step differs',
    ...(head.length > 0 ? [`${head.length} differences in inputs and connections`] : []),
    ...(renumbered.length > 0 ? [`${renumbered.length} steps only on other lines or with other numbers`] : []),
  ];
  return parts.join('; ');
}

/** A diff for a terminal. */
export function diffText(diff: PlanDiff): string {
  const lines = [
    `--- ${sideText(diff.before)}`,
    `+++ ${sideText(diff.after)}`,
    '',
    ...headChanges(diff),
    ...(diff.head.length > 0 ? [''] : []),
    ...stepChanges(diff).flatMap(({ mark, head, fields }) => [
      `${mark} ${head}`,
      ...fields.map((field) => `    ${field}`),
      '',
    ]),
    diffSentence(diff),
  ];
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

/** Returns a line for each step that differs, and one for each of its fields, before and after. */
export function stepChanges({
  steps,
}: PlanDiff): { readonly mark: string; readonly head: string; readonly fields: readonly string[] }[] {
  return steps.map((step) => ({
    mark: marks[step.change],
    head: headOf(step),
    fields: step.fields.flatMap((field) => fieldLines(field, '')),
  }));
}

/** Returns a line for each fact of the whole plan that differs, before and after. */
export function headChanges({ head }: PlanDiff): string[] {
  return head.flatMap((field) => fieldLines(field, ''));
}

/** A diff for a comment on a pull request, folded per step. */
export function diffMarkdown(diff: PlanDiff): string {
  const steps = diff.steps.map(
    (step) =>
      `<details><summary>${plain(`${marks[step.change]} ${headOf(step)}`)}</summary>\n\n${codeBlock(step.fields.flatMap((field) => fieldLines(field, '')).join('\n'), 'diff')}\n\n</details>\n`,
  );
  return [
    `### Plan of ${inlineCode(diff.after.runbook)}: ${plain(diffSentence(diff))}\n`,
    `Before ${inlineCode(diff.before.plan)} in ${inlineCode(diff.before.environment)}, after ${inlineCode(diff.after.plan)} in ${inlineCode(diff.after.environment)}.\n`,
    ...(diff.head.length > 0 ? [codeBlock(headChanges(diff).join('\n'), 'diff')] : []),
    ...steps,
  ]
    .join('\n')
    .concat('\n');
}

function sideText({ runbook, environment, plan }: PlanDiff['before']): string {
  return `${runbook} in ${environment}, plan ${plan}`;
}

function headOf({ number, step, effect, title, call, change }: StepChange): string {
  const what = `${number} ${step}${effect === undefined ? '' : ` [${effect.toUpperCase()}]`}`;
  // A step without a title of its own is called what it sends.
  const words = call === undefined ? title : call.startsWith(title) ? call : `${title} — ${call}`;
  return `${what}: ${words}${change === 'moved' ? ' (now at another place in the order)' : ''}`;
}

/** Values are never cut: what differs may be at their end. */
function fieldLines({ field, before, after }: FieldChange, indent: string): string[] {
  const whole = (value: FieldChange['before']) => inOneLine(value, Number.POSITIVE_INFINITY);
  return [
    ...(before === undefined ? [] : [`${indent}- ${field}: ${whole(before)}`]),
    ...(after === undefined ? [] : [`${indent}+ ${field}: ${whole(after)}`]),
  ];
}
