import type { ErrorObject } from 'ajv/dist/2020.js';
import { isObject, type Json } from '../text/index.ts';
import { canonicalJson } from './canonical.ts';
import type { Plan } from './plan.ts';
import { validator } from './plan.validator.ts';

/** Larger files are no plans; bytes. The largest of the bundled runbooks gives a hundredth of it. */
export const largestPlan = 16_000_000;
const deepest = 200;

/**
 * Reads the bytes of a plan that was kept in a file.
 * @param text Of anybody: nothing in it is trusted.
 * @returns The plan, whose canonical JSON is exactly `text`; or what is wrong, in one sentence.
 */
export function parsePlan(text: string): { readonly plan: Plan } | { readonly problem: string } {
  if (text.length > largestPlan) return { problem: `it is larger than ${largestPlan / 1_000_000} MB` };
  if (isDeeper(text, deepest)) return { problem: `it is nested more than ${deepest} levels deep` };
  let value: Json;
  try {
    value = JSON.parse(text, (key, item) => {
      // As an own key it is harmless here, and in the next program that copies the object it may not be.
      if (key === '__proto__') throw new UnsafeKey('it has the key __proto__');
      return item;
    });
  } catch (error) {
    // What the parser says repeats the text, and nobody knows what file this is.
    return { problem: error instanceof UnsafeKey ? error.message : 'it is not valid JSON' };
  }
  const read = validated(value);
  if ('plan' in read && canonicalJson(read.plan) !== text)
    return { problem: 'its bytes are not those that runbook plan writes: it was edited or formatted' };
  return read;
}

class UnsafeKey extends Error {}

/** Returns whether brackets outside of texts are nested deeper: a parser that calls itself would run out of stack. */
function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInText) {
      if (character === '\\') index++;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === '{' || character === '[') {
      if (++depth > limit) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}

function validated(value: Json): ReturnType<typeof parsePlan> {
  const format = isObject(value) ? value.format : undefined;
  if (format !== 'runbook-plan/v1')
    return { problem: `it is not a plan: its format is ${shownFormat(format)}, expected "runbook-plan/v1"` };
  const validate = validator();
  const candidate: unknown = value;
  if (validate(candidate)) return { plan: candidate };
  // The branches of a choice fail one after the other: the one that got furthest is the one that was meant.
  const [error] = [...(validate.errors ?? [])].sort((left, right) => depthOf(right) - depthOf(left));
  const where = error ? `${partOf(error)} ${error.message ?? 'is wrong'}` : 'it does not agree with its schema';
  return { problem: `it is not a plan of format runbook-plan/v1: ${where}` };
}

/** A format of this program is named; of another file nothing is repeated. */
function shownFormat(format: Json | undefined): string {
  if (format === undefined) return 'missing';
  return typeof format === 'string' && /^runbook-[a-z]{1,20}\/v\d{1,3}$/.test(format) ? `"${format}"` : 'another one';
}

function depthOf({ instancePath }: ErrorObject): number {
  return instancePath.split('/').length;
}

function partOf({ instancePath, params }: ErrorObject): string {
  const key = 'additionalProperty' in params ? ` ("${String(params.additionalProperty)}")` : '';
  return `${instancePath === '' ? 'the whole' : instancePath.slice(1).replaceAll('/', '.')}${key}`;
}
