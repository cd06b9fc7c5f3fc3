import type { VisitedStep } from '../language/index.ts';

/** Returns whether a step runs only on some versions: what it asks for with `version_in` is its author's to know. */
export function choosesByVersion({ step, ancestors }: VisitedStep): boolean {
  return [...ancestors, step].some(({ when }) => JSON.stringify(when ?? {}).includes('"version_in"'));
}
