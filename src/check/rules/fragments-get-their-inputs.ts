import { stepsIn } from '../../language/index.ts';
import { type Diagnostic, didYouMean } from '../../text/index.ts';
import { inputProblem } from '../input.ts';
import { problemAt, type Rule } from '../rule.ts';

/** A `with` gives every input that its fragment needs, and none that it does not have. */
export const fragmentsGetTheirInputs: Rule = (file) =>
  stepsIn(file).flatMap(({ step, path }) => {
    const fragment = 'use' in step ? file.fragment(step.use) : undefined;
    if (!fragment || !('use' in step)) return [];
    const diagnostics: Diagnostic[] = [];
    const inputs = fragment.inputs ?? {};
    const given = step.with ?? {};
    for (const [name, value] of Object.entries(given)) {
      const input = inputs[name];
      if (!input) {
        diagnostics.push({
          ...problemAt(
            file,
            [...path, 'with', name],
            'unknown-input',
            `${step.use} has no input "${name}"${didYouMean(name, Object.keys(inputs))}`,
          ),
          range: file.source.keyRangeOf([...path, 'with', name]),
        });
        continue;
      }
      const isTemplate = typeof value === 'string' && value.includes('{{');
      const problem = isTemplate ? undefined : inputProblem(input, value);
      if (problem) diagnostics.push(problemAt(file, [...path, 'with', name], 'wrong-type', `"${name}" ${problem}`));
      const declared = 'connections' in file.value ? file.value.connections : undefined;
      if (
        !problem &&
        !isTemplate &&
        input.type === 'connection' &&
        declared &&
        !Object.hasOwn(declared, String(value))
      ) {
        diagnostics.push(
          problemAt(
            file,
            [...path, 'with', name],
            'unknown-connection',
            `unknown connection "${String(value)}"${didYouMean(String(value), Object.keys(declared))}`,
          ),
        );
      }
    }
    for (const [name, input] of Object.entries(inputs)) {
      if (input.default === undefined && !Object.hasOwn(given, name)) {
        diagnostics.push(
          problemAt(
            file,
            [...path, 'use'],
            'missing-input',
            `${step.use} needs the input "${name}"`,
            input.description,
          ),
        );
      }
    }
    return diagnostics;
  });
