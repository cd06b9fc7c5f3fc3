import { roots, stepsIn, type TemplateProblem } from '../../language/index.ts';
import type { Diagnostic } from '../../text/index.ts';
import { nearest } from '../../text/suggestion.ts';
import type { CheckedFile, Rule } from '../rule.ts';
import { parsed, type TemplateText, templatesOf } from '../templates.ts';

const comparisonHelp =
  'Write what is compared as the key and what it must be as the value, steps.find.version: 8.5.3; alternatives stand under any: [{ … }, { … }].';

/** Every template can be parsed; a mistake is shown at its place inside the scalar. */
export const templatesParse: Rule = (file) => {
  const outputs: TemplateText[] =
    'outputs' in file.value
      ? Object.entries(file.value.outputs ?? {}).map(([name, text]) => ({
          path: ['outputs', name],
          text,
          isKey: false,
        }))
      : [];
  return [...stepsIn(file).flatMap(templatesOf), ...outputs].flatMap((text) => {
    const result = parsed(text);
    if (!('problems' in result)) return [];
    return result.problems.map((problem): Diagnostic => {
      const { code, message, snippet, occurrence } = problem;
      const range = text.isKey
        ? file.source.keyRangeOf(text.path)
        : file.source.rangeWithin(text.path, snippet, occurrence);
      const help = text.isExpression && /==|\|\||&&/.test(text.text) ? { help: comparisonHelp } : {};
      const found = { code, severity: 'error' as const, message, file: file.source.file, range, ...help };
      const { name = '' } = problem;
      const meant = nameMeant(problem, file);
      if (meant === undefined) return found;
      const { start, end } = range;
      const isWritten = file.source.text.slice(start.offset, end.offset) === snippet;
      return {
        ...found,
        message: `unknown name "${name}" — did you mean "${meant}"?`,
        ...(isWritten ? { fix: { range, text: snippet.replace(name, () => meant) } } : {}),
      };
    });
  });
};

/** `index` → `inputs.index`, `copy.task` → `steps.copy.task`, `input.index` → `inputs.index`. */
function nameMeant({ name = '' }: TemplateProblem, file: CheckedFile): string | undefined {
  const [root = '', ...rest] = name.split('.');
  if (root === '') return undefined;
  if (Object.hasOwn(file.value.inputs ?? {}, root)) return `inputs.${name}`;
  if (rest.length > 0 && stepsIn(file).some(({ step }) => step.id === root)) return `steps.${name}`;
  const near = nearest(root, roots);
  return near === undefined || rest.length === 0 ? undefined : [near, ...rest].join('.');
}
