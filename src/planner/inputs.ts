import { inputProblem } from '../check/index.ts';
import {
  type Environment,
  holdsSecret,
  type Input,
  type Inputs,
  inputAt,
  type Loaded,
  leavesIn,
  leavesOf,
  type ObjectInput,
  type PlainInput,
  pathOfInput,
  type Runbook,
  type SecretReference,
} from '../language/index.ts';
import {
  type Diagnostic,
  type DiagnosticCode,
  didYouMean,
  isObject,
  type Json,
  type JsonObject,
  nearest,
  numberIn,
} from '../text/index.ts';

/** What an input is: a value, or a secret that only the run resolves. */
export type InputValue = { readonly value: Json } | { readonly secret: SecretReference };

/**
 * The runbook's inputs by dotted name: defaults, over them the environment's, over them `--set name=value`.
 * @param sets The texts behind `--set`, in their order.
 * @param decided Values by dotted name that come before those of the environment.
 */
export function inputsFor(
  runbook: Loaded<Runbook>,
  environment: Loaded<Environment>,
  sets: readonly string[],
  decided: JsonObject = {},
): { readonly inputs: ReadonlyMap<string, InputValue>; readonly diagnostics: readonly Diagnostic[] } {
  const declared = runbook.value.inputs ?? {};
  const found = new Found();
  for (const { name, input } of leavesOf(declared)) {
    if (input.default !== undefined) found.inputs.set(name, { value: input.default });
    const before = Object.hasOwn(decided, name) && !input.secret ? decided[name] : undefined;
    if (before !== undefined) found.take(name, input, before, { file: `--set ${name}` });
  }
  const given = new Given(environment, found, decided);
  for (const [name, input] of Object.entries(declared)) {
    const values = environment.value.inputs ?? {};
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) given.read(name, input, value as Json);
  }
  const others = Object.keys(environment.value.inputs ?? {}).filter((name) => !Object.hasOwn(declared, name));
  for (const other of others) {
    const meant = nearest(other, Object.keys(declared));
    if (meant !== undefined && !Object.hasOwn(environment.value.inputs ?? {}, meant))
      found.warn(other, meant, environment);
  }
  for (const set of sets) readSet(set, declared, found);
  for (const { name, input } of leavesOf(declared)) {
    if (found.inputs.has(name) || found.isWrong(name)) continue;
    const about = input.description ? ` (${input.description})` : '';
    found.problem(name, 'missing-input', `the input "${name}" has no value${about}`, {
      file: runbook.source.file,
      range: runbook.source.keyRangeOf(pathOfInput(name)),
      help: input.secret
        ? `In the environment file: inputs: ${nested(name, '{ env: NAME }')}.`
        : `In the environment file: inputs: ${nested(name, '…')}, or --set ${name}=….`,
    });
  }
  const inDeclaredOrder = leavesOf(declared).flatMap(({ name }): [string, InputValue][] => {
    const input = found.inputs.get(name);
    return input ? [[name, input]] : [];
  });
  return { inputs: new Map(inDeclaredOrder), diagnostics: found.diagnostics };
}

type Place = Pick<Diagnostic, 'file'> & Partial<Diagnostic>;

/** The values that were found, and what is wrong with others. */
class Found {
  readonly inputs = new Map<string, InputValue>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #wrong = new Set<string>();

  problem(name: string, code: DiagnosticCode, message: string, place: Place): void {
    this.#wrong.add(name);
    this.diagnostics.push({ code, severity: 'error', message, ...place });
  }

  /** An environment may be for several runbooks: what this one does not have is only strange where it is nearly something that it has. */
  warn(name: string, meant: string, { source }: Loaded<Environment>): void {
    this.diagnostics.push({
      code: 'unknown-input',
      severity: 'warning',
      message: `the runbook has no input "${name}" — did you mean "${meant}"?`,
      file: source.file,
      range: source.keyRangeOf(['inputs', name]),
    });
  }

  take(name: string, input: PlainInput, value: Json, place: Place): void {
    const problem = inputProblem(input, value);
    if (problem) this.problem(name, 'input', `the input "${name}" ${problem}`, place);
    else this.inputs.set(name, { value });
  }

  /** Returns whether something has been said of an input, or of the object that it belongs to. */
  isWrong(name: string): boolean {
    return [...this.#wrong].some((one) => name === one || name.startsWith(`${one}.`));
  }
}

/** The inputs of an environment file. No text of it that may be a secret is repeated. */
class Given {
  readonly #source: Loaded<Environment>['source'];
  readonly #found: Found;
  readonly #decided: JsonObject;

  constructor({ source }: Loaded<Environment>, found: Found, decided: JsonObject) {
    this.#source = source;
    this.#found = found;
    this.#decided = decided;
  }

  read(name: string, input: Input, given: Json): void {
    if (input.type === 'object') this.#readMembers(name, input, given);
    else if (!Object.hasOwn(this.#decided, name) || input.secret) this.#readLeaf(name, input, given);
  }

  #readMembers(name: string, input: ObjectInput, given: Json): void {
    const known = Object.keys(input.properties);
    if (!isObject(given) || isReference(given)) {
      const message = `the input "${name}" must be a mapping of its members`;
      this.#found.problem(name, 'input', message, {
        ...this.#at(name, input),
        help: `Allowed members: ${known.join(', ')}.`,
      });
      return;
    }
    for (const [member, value] of Object.entries(given)) {
      const inner = Object.hasOwn(input.properties, member) ? input.properties[member] : undefined;
      const here = `${name}.${member}`;
      if (inner) {
        this.read(here, inner, value);
        continue;
      }
      const meant = didYouMean(member, known);
      // A secret may stand where a key is expected: { hunter22 }.
      const what = meant === '' && holdsSecret(input) ? 'of this name' : `"${member}"`;
      this.#found.problem(here, 'unknown-input', `the input "${name}" has no member ${what}${meant}`, {
        ...this.#at(name, input),
        range: this.#source.keyRangeOf(['inputs', ...name.split('.'), member]),
        help: `Allowed members: ${known.join(', ')}.`,
      });
    }
  }

  #readLeaf(name: string, input: PlainInput, given: Json): void {
    const place = this.#at(name, input);
    const problem = (code: DiagnosticCode, message: string, help: string) =>
      this.#found.problem(name, code, message, { ...place, help });
    if (!isObject(given)) {
      if (!input.secret) this.#found.take(name, input, given, place);
      else
        problem(
          'literal-secret',
          `"${name}" is a secret and is a literal here`,
          `Write ${references}, and change the secret: it was in a file.`,
        );
    } else if (!isReference(given)) {
      const [key, ...others] = Object.keys(given);
      const meant = key !== undefined && others.length === 0 ? didYouMean(key, referenceKeys) : '';
      if (input.secret)
        problem('input', `the input "${name}" must be a reference to a secret${meant}`, `Write ${references}.`);
      else problem('input', `the input "${name}" has no members`, 'Write the value itself.');
    } else if (input.secret) this.#found.inputs.set(name, { secret: given as SecretReference });
    else
      problem(
        'secret-for-plain-input',
        `the input "${name}" is not a secret in the runbook; its value would be shown`,
        'Write the value itself, or declare the input with secret: true.',
      );
  }

  #at(name: string, input: Input): Place {
    const range = this.#source.rangeOf(['inputs', ...name.split('.')]);
    return { file: this.#source.file, range, isSensitive: holdsSecret(input) };
  }
}

const referenceKeys = ['env', 'file', 'command'];
const references = '{ env: NAME }, { file: path } or { command: [program, argument] }';

/** No member of an object is named as one of these: a mapping with such a key is a reference, checked by the schema. */
function isReference(given: JsonObject): boolean {
  return referenceKeys.some((key) => Object.hasOwn(given, key));
}

function readSet(set: string, declared: Inputs, found: Found): void {
  const equals = set.indexOf('=');
  const name = equals < 0 ? set : set.slice(0, equals);
  const place = { file: `--set ${name}` };
  const refuse = (code: DiagnosticCode, message: string, help?: string) =>
    found.problem(name, code, message, { ...place, ...(help === undefined ? {} : { help }) });
  const at = inputAt(declared, name.split('.'));
  if (equals < 0) refuse('set', 'expected NAME=VALUE');
  else if ('missing' in at) {
    const what = at.of ? `the input "${at.of.name}" has no member "${at.missing}"` : 'the runbook has no such input';
    const known = [...at.known];
    const names = `Allowed ${at.of ? 'members' : 'inputs'}: ${known.join(', ')}.`;
    refuse('unknown-input', `${what}${didYouMean(at.missing, known)}`, known.length > 0 ? names : undefined);
  } else if (at.input.type === 'object') {
    const [first] = leavesIn(name, at.input).filter(({ input }) => !input.secret);
    refuse('input', `the input "${name}" has members: set one of them`, `--set ${first?.name ?? name}=….`);
  } else if (at.input.secret)
    refuse(
      'literal-secret',
      'a secret on the command line is visible in the process list',
      `Give it in the environment file: inputs: ${nested(name, '{ env: NAME }')}.`,
    );
  else found.take(name, at.input, valueFromText(at.input, set.slice(equals + 1)), place);
}

/** `repository.name` → `{ repository: { name: … } }`. */
function nested(name: string, value: string): string {
  return name.split('.').reduceRight((inner, part) => `{ ${part}: ${inner} }`, value);
}

/** A text from the command line as the input's type; what it cannot be stays a text, which the type check then names. */
function valueFromText(input: PlainInput, text: string): Json {
  switch (input.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? (numberIn(text) ?? text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',');
    default:
      return text;
  }
}
