import { stepsIn } from '../../language/index.ts';
import type { Rule } from '../rule.ts';
import { namesIn, rangeOfName, templatesOf } from '../templates.ts';

/** A secret goes only into a body or a header: paths, parameters, titles and questions are logged on the way. */
export const secretsStayInBodies: Rule = (file) =>
  stepsIn(file).flatMap((visited) =>
    templatesOf(visited).flatMap((text) => {
      const field = String(text.path[visited.path.length]);
      if (field === 'body' || field === 'headers' || field === 'with') return [];
      return namesIn(text)
        .filter((name) => name.root === 'inputs' && file.value.inputs?.[name.segments[0] ?? '']?.secret)
        .map((name) => ({
          code: 'secret-outside-body',
          severity: 'error' as const,
          message: `the secret "${name.segments[0]}" under ${field}; a secret may stand in a body or a header only`,
          file: file.source.file,
          range: rangeOfName(file, text, name),
        }));
    }),
  );
