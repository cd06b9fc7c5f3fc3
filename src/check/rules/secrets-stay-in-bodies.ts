import { contentKeys, holdsSecret, inputAt, stepsIn } from '../../language/index.ts';
import type { Rule } from '../rule.ts';
import { namesIn, queriesOf, rangeOfName, templatesOf } from '../templates.ts';

/** A secret goes only into a body or a header: paths, parameters, titles and questions are logged on the way. */
export const secretsStayInBodies: Rule = (file) =>
  stepsIn(file).flatMap((visited) =>
    [...templatesOf(visited), ...queriesOf(visited)].flatMap((text) => {
      const field = String(text.path[visited.path.length]);
      if ([...contentKeys, 'headers', 'with'].includes(field)) return [];
      return namesIn(text).flatMap((name) => {
        const found = name.root === 'inputs' ? inputAt(file.value.inputs ?? {}, name.segments) : undefined;
        const input = found && 'missing' in found ? found.of?.input : found?.input;
        if (!input || !holdsSecret(input)) return [];
        const own = name.segments.join('.');
        const what = input.type === 'object' ? `"${own}" with its secret members` : `the secret "${own}"`;
        return [
          {
            code: 'secret-outside-body',
            severity: 'error' as const,
            message: `${what} under ${field}; a secret is allowed in a body or a header only`,
            file: file.source.file,
            range: rangeOfName(file, text, name),
          },
        ];
      });
    }),
  );
