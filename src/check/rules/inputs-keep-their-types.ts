import { leavesOf, pathOfInput } from '../../language/index.ts';
import { inputProblem } from '../input.ts';
import { problemAt, type Rule } from '../rule.ts';

/** An input's default is of its own type and within its own bounds; a secret has none, for it would stand in a file. */
export const inputsKeepTheirTypes: Rule = (file) =>
  leavesOf(file.value.inputs).flatMap(({ name, input }) => {
    if (input.default === undefined) return [];
    const path = [...pathOfInput(name), 'default'];
    if (input.secret) {
      return [
        {
          ...problemAt(
            file,
            path,
            'literal-secret',
            `the secret input "${name}" has a literal default`,
            'Leave the default out; the environment file gives the value by reference. Change the secret: it was in a file.',
          ),
          isSensitive: true,
        },
      ];
    }
    const problem = inputProblem(input, input.default);
    return problem ? [problemAt(file, path, 'default-of-wrong-type', `the default of "${name}" ${problem}`)] : [];
  });
