import { type Path, type Step, stepsIn, stepsWithin } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';

/** `parallel` stands beside a `for_each`, and in such a loop no step asks a person: nobody answers several questions at once. */
export const parallelLoopsAskNobody: Rule = (file) =>
  stepsIn(file).flatMap(({ step, path }): Diagnostic[] => {
    if (!('parallel' in step)) return [];
    if (step.for_each === undefined)
      return [
        problemAt(
          file,
          [...path, 'parallel'],
          'parallel-without-loop',
          'parallel without for_each: a step that runs once has nothing to run at once',
          'Add for_each: with the list, or leave parallel out.',
        ),
      ];
    return questionsIn(step, file).map(({ key, at, fragment }) =>
      problemAt(
        file,
        [...path, ...at],
        'parallel-asks',
        `${key}${fragment === undefined ? '' : ` in ${fragment}`} inside a loop with parallel: nobody answers for several items at once`,
        key === 'on_unknown'
          ? 'Give the step a done_when, which tells what became of it, or leave parallel out.'
          : 'Ask once, at the step with the for_each, or leave parallel out.',
      ),
    );
  });

/** A key that may stop a run for a person. */
interface Question {
  readonly key: 'confirm' | 'disruptive' | 'on_unknown';
  /** From the loop on: the key, or the `use` of the fragment that it is in. */
  readonly at: Path;
  readonly fragment?: string;
}

/** The questions in a loop. At the loop itself `confirm` and `disruptive` ask once, before its first item; a rollback goes step by step. */
function questionsIn(loop: Step, file: CheckedFile, chain: readonly string[] = []): Question[] {
  return stepsWithin(loop)
    .filter(({ place }) => place !== 'rollback')
    .flatMap(({ step, path: [, ...path] }): Question[] => {
      const { confirm, disruptive, on_unknown } = step as { readonly [K in Question['key']]?: unknown };
      const isLoop = step === loop && chain.length === 0;
      const own = Object.entries(isLoop ? { on_unknown } : { confirm, disruptive, on_unknown })
        .filter(([, value]) => value !== undefined && value !== false)
        .map(([key]) => ({ key: key as Question['key'], at: [...path, key] }));
      return 'use' in step ? [...own, ...questionsOf(step.use, [...path, 'use'], file, chain)] : own;
    });
}

/** The questions in a fragment. @param chain The fragments around it, the outermost first. */
function questionsOf(use: string, at: Path, file: CheckedFile, chain: readonly string[]): Question[] {
  const outer = chain.at(-1) ?? '';
  const name = outer.slice(0, outer.lastIndexOf('/') + 1) + use;
  // A fragment that uses itself has a message of its own.
  if (chain.includes(name)) return [];
  const steps = file.fragment(name)?.value.steps ?? [];
  return steps
    .flatMap((step) => questionsIn(step, file, [...chain, name]))
    .map(({ key, fragment = name }) => ({ key, at, fragment }));
}
