import { stepsIn } from '../../language/index.ts';
import type { Rule } from '../rule.ts';
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
    return result.problems.map(({ code, message, snippet, occurrence }) => ({
      code,
      severity: 'error' as const,
      message,
      file: file.source.file,
      ...(text.isExpression && /==|\|\||&&/.test(text.text) ? { help: comparisonHelp } : {}),
      range: text.isKey ? file.source.keyRangeOf(text.path) : file.source.rangeWithin(text.path, snippet, occurrence),
    }));
  });
};
