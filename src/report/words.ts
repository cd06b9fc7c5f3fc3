import type { Origin } from '../engine/index.ts';
import { expectedOf, isMatcher, type MaintenanceWindow, messageOf, type SecretReference } from '../language/index.ts';
import type { Condition, PlannedExpect, PlannedRequest, Repetition, WhenCondition } from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { durationOf, type Json, jsonText } from '../text/index.ts';

/** Describes the parts of a plan in the words that every renderer uses. */

export function conditionText(condition: WhenCondition): string {
  if ('any' in condition) return condition.any.map(alternativeText).join(' or ');
  const { subject, variables, expect } = condition;
  const text = isMatcher(expect) ? `${subject}: ${expectedOf(expect, inOneLine)}` : `${subject} = ${valueText(expect)}`;
  return text + variablesText(variables);
}

/** Returns what the variables of an expression are, to stand behind it: ` where $inputs = {"node":"n1"}`. */
function variablesText(variables: Condition['variables']): string {
  if (!variables) return '';
  const all = Object.entries(variables).map(([name, value]) => `$${name} = ${jsonText(value)}`);
  return ` where ${all.join(' and ')}`;
}

/** How many items of a loop run side by side. */
export function atOnceText(parallel: number): string {
  return `up to ${parallel} items`;
}

function alternativeText(conditions: readonly WhenCondition[]): string {
  const parts = conditions.map((one) => ('any' in one ? `(${conditionText(one)})` : conditionText(one)));
  return parts.length > 1 ? `(${parts.join(' and ')})` : parts.join('');
}

/** A value in a line: a text as it is, everything else as JSON. */
export function valueText(value: Json): string {
  return typeof value === 'string' ? value : jsonText(value);
}

/** Returns where a secret comes from: `env OSS_KEY`. */
export function secretText(reference: SecretReference): string {
  const [[kind, from] = []] = Object.entries(reference);
  return `${kind} ${[from].flat().join(' ')}`;
}

/**
 * Returns the command that goes on with a run or rolls it back, with the option that it needs where an option has said whose
 * approvals count.
 */
export function commandText(
  command: 'resume' | 'rollback',
  { run, origin }: { readonly run: string; readonly origin: Pick<Origin, 'approvals_required'> },
): string {
  const option = origin.approvals_required?.signers === 'option' ? ' --allowed-signers FILE' : '';
  return `runbook ${command} ${run}${option}`;
}

/** A maintenance window: `sat, sun 22:00–04:00 UTC`. */
export function windowText({ days, from, to, timezone }: MaintenanceWindow): string {
  return `${days ? days.join(', ') : 'daily'} ${from}–${to} ${timezone ?? 'UTC'}`;
}

/** Each assertion of an expectation: what must hold, and what is said where it does not. */
export function expectations(expect: PlannedExpect): { readonly text: string; readonly message?: string }[] {
  const said = (message: string | undefined) => (message === undefined ? {} : { message });
  return [
    { text: `status ${expect.status.join(' or ')}`, ...said(expect.message) },
    ...assertedConditions(expect).map((condition) => ({
      text: conditionText(condition),
      ...said(messageOf(condition.expect)),
    })),
  ];
}

/** The conditions on headers and body, each with its subject as people read it. */
export function assertedConditions({ headers = [], body }: PlannedExpect): Condition[] {
  return [...headers.map((one) => ({ ...one, subject: headerText(one.subject) })), ...body];
}

/** A header as the subject of a condition. */
export function headerText(name: string): string {
  return `header ${name}`;
}

/** Returns what a poll waits for; undefined where nothing is polled. */
export function untilText({ until, waiting, every_ms = 0, timeout_ms }: PlannedRequest): string | undefined {
  if (!until) return undefined;
  const words = waiting === undefined ? '' : ` (waiting for ${waiting})`;
  return `${until.map(conditionText).join('; ')}${words} — every ${durationOf(every_ms)}, at most ${durationOf(timeout_ms)}`;
}

/** Returns how often the steps of a block run. */
export function repetitionText({ until, max_iterations, every_ms }: Repetition): string {
  const pause = every_ms === undefined ? '' : `every ${durationOf(every_ms)}, `;
  return `${until.map(conditionText).join('; ')} — ${pause}at most ${max_iterations} ${max_iterations === 1 ? 'iteration' : 'iterations'}`;
}

/** Returns what is saved of the response; undefined where nothing is. */
export function savesText({ save }: Pick<PlannedRequest, 'save'>): string | undefined {
  if (!save) return undefined;
  return Object.entries(save)
    .map(
      ([name, { path, variables, default: fallback, secret, digest }]) =>
        `${name} = ${path}${secret ? ' (secret)' : digest ? ' (SHA-256)' : ''}${variablesText(variables)}${fallback === undefined ? '' : `, by default ${jsonText(fallback)}`}`,
    )
    .join('; ');
}

/** Returns what becomes of the run where nobody can tell whether a write took effect; undefined where it is rolled back. */
export function unknownText({ on_unknown }: PlannedRequest): string | undefined {
  return on_unknown && 'the run is suspended';
}

/** Returns how often a write may be sent; undefined where it is sent once. */
export function retryText({ effect, retry }: PlannedRequest): string | undefined {
  if (effect === 'read' || retry.attempts < 2) return undefined;
  return `up to ${retry.attempts} times, first after ${durationOf(retry.delay_ms)}`;
}
