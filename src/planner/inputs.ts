import { inputProblem } from '../check/index.ts';
import type { Environment, Input, Loaded, Runbook, SecretReference } from '../language/index.ts';
import { type Diagnostic, didYouMean, isObject, type Json, type JsonObject } from '../text/index.ts';

/** What an input is: a value, or a secret that only the run resolves. */
export type InputValue = { readonly value: Json } | { readonly secret: SecretReference };

/**
 * The runbook's inputs: defaults, over them the environment's, over them `--set name=value`.
 * @param sets The texts behind `--set`, in their order.
 * @param decided Values that come before all of them.
 */
export function inputsFor(
  runbook: Loaded<Runbook>,
  environment: Loaded<Environment>,
  sets: readonly string[],
  decided: JsonObject = {},
): { readonly inputs: ReadonlyMap<string, InputValue>; readonly diagnostics: readonly Diagnostic[] } {
  const declared = runbook.value.inputs ?? {};
  const diagnostics: Diagnostic[] = [];
  const inputs = new Map<string, InputValue>();
  const wrong = new Set<string>();
  const problem = (name: string, code: string, message: string, more: Partial<Diagnostic> = {}) => {
    wrong.add(name);
    diagnostics.push({ code, severity: 'error', message, file: `--set ${name}`, ...more });
  };
  const take = (name: string, input: Input, value: Json) => {
    const mistake = inputProblem(input, value);
    if (mistake) problem(name, 'input', `it ${mistake}`);
    else inputs.set(name, { value });
  };
  for (const [name, input] of Object.entries(declared)) {
    if (input.default !== undefined) inputs.set(name, { value: input.default });
    const before = Object.hasOwn(decided, name) && !input.secret ? decided[name] : undefined;
    if (before !== undefined) {
      take(name, input, before);
      continue;
    }
    const given = environment.value.inputs?.[name];
    if (given === undefined) continue;
    const place = {
      file: environment.source.file,
      range: environment.source.rangeOf(['inputs', name]),
      isSensitive: input.secret === true,
    };
    if (isObject(given)) {
      if (input.secret) inputs.set(name, { secret: given as SecretReference });
      else
        problem(
          name,
          'secret-for-plain-input',
          `the input "${name}" is no secret in the runbook; its value would be shown`,
          {
            ...place,
            help: 'Write the value itself, or declare the input with secret: true.',
          },
        );
    } else if (input.secret) {
      problem(name, 'literal-secret', `"${name}" is a secret and stands here as a literal`, {
        ...place,
        help: 'Write { env: NAME }, { file: path } or { command: [program, argument] }, and change the secret: it stood in a file.',
      });
    } else {
      const mistake = inputProblem(input, given as Json);
      if (mistake) problem(name, 'input', `the input "${name}" ${mistake}`, place);
      else inputs.set(name, { value: given as Json });
    }
  }
  for (const set of sets) {
    const equals = set.indexOf('=');
    const name = equals < 0 ? set : set.slice(0, equals);
    const input = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (equals < 0) problem(name, 'set', 'NAME=VALUE is needed');
    else if (!input)
      problem(name, 'unknown-input', `the runbook has no such input${didYouMean(name, Object.keys(declared))}`);
    else if (input.secret) {
      problem(name, 'literal-secret', `a secret on the command line is visible in the process list`, {
        help: `Give it in the environment file: inputs: { ${name}: { env: NAME } }.`,
      });
    } else take(name, input, valueFromText(input, set.slice(equals + 1)));
  }
  for (const [name, input] of Object.entries(declared)) {
    if (inputs.has(name) || wrong.has(name)) continue;
    problem(
      name,
      'missing-input',
      `the input "${name}" has no value${input.description ? ` (${input.description})` : ''}`,
      {
        file: runbook.source.file,
        range: runbook.source.keyRangeOf(['inputs', name]),
        help: input.secret
          ? `In the environment file: inputs: { ${name}: { env: NAME } }.`
          : `In the environment file: inputs: { ${name}: … }, or --set ${name}=….`,
      },
    );
  }
  return { inputs, diagnostics };
}

/** A text from the command line as the input's type; what it cannot be stays a text, which the type check then names. */
function valueFromText(input: Input, text: string): Json {
  switch (input.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',');
    default:
      return text;
  }
}
