import {
  type Gaps,
  type Input,
  type Inputs,
  inputAt,
  leavesOf,
  type Path,
  parseTemplate,
  pathOfInput,
  stepsIn,
  unknownInput,
} from '../../language/index.ts';
import { type Diagnostic, didYouMean, isObject, type Json, type JsonObject } from '../../text/index.ts';
import { inputProblem } from '../input.ts';
import { type CheckedFile, problemAt, type Rule } from '../rule.ts';

/** A `with` gives every input that its fragment needs, and none that it does not have. */
export const fragmentsGetTheirInputs: Rule = (file) =>
  stepsIn(file).flatMap(({ step, path }) => {
    const fragment = 'use' in step ? file.fragment(step.use) : undefined;
    if (!fragment || !('use' in step)) return [];
    const given = (step.with ?? {}) as JsonObject;
    const use: Use = { file, of: step.use, inputs: fragment.value.inputs ?? {}, gaps: fragment.gaps, given };
    return [
      ...Object.entries(given).flatMap(([name, value]) => ofEntry(name, value, [...path, 'with', name], use)),
      ...(isAllGiven(path, file) ? missing(use) : []).map((name) => {
        const found = inputAt(use.inputs, name.split('.'));
        const about = 'input' in found ? found.input.description : undefined;
        return problemAt(file, [...path, 'use'], 'missing-input', `${step.use} needs the input "${name}"`, about);
      }),
    ];
  });

/** Returns whether all that a `with` gives is known: the mapping, and the members of what it passes on. */
function isAllGiven(path: Path, { gaps }: CheckedFile): boolean {
  return gaps.isWhole(['inputs']) && gaps.isWhole([...path, 'with']);
}

interface Use {
  readonly file: CheckedFile;
  /** The fragment's file. */
  readonly of: string;
  readonly inputs: Inputs;
  readonly gaps: Gaps;
  readonly given: JsonObject;
}

/** One entry of a `with`: an input, or under a dotted name one member of an object. */
function ofEntry(name: string, value: Json, path: Path, use: Use): Diagnostic[] {
  const { file, of, inputs, gaps } = use;
  const found = inputAt(inputs, name.split('.'));
  if (!gaps.isWhole(pathOfInput(name))) return [];
  if ('input' in found) return ofValue(name, found.input, value, path, use);
  const message = found.of
    ? unknownInput(found)
    : `${of} has no input "${name}"${didYouMean(name, Object.keys(inputs))}`;
  return [{ ...problemAt(file, path, 'unknown-input', message), range: file.source.keyRangeOf(path) }];
}

function ofValue(name: string, input: Input, value: Json, path: Path, use: Use): Diagnostic[] {
  const { file } = use;
  const wrong = (problem: string) => [problemAt(file, path, 'wrong-type', `"${name}" ${problem}`)];
  if (isTemplate(value)) {
    const theirs = declaredBehind(value, file);
    if (theirs === undefined) return [];
    if ((theirs.type === 'object') === (input.type === 'object')) return unknownIn(name, input, theirs, path, use);
    return wrong(input.type === 'object' ? 'must be a mapping of its members' : 'cannot be a mapping');
  }
  if (input.type !== 'object') {
    const problem = inputProblem(input, value);
    if (problem) return wrong(problem);
    return input.type === 'connection' ? ofConnection(String(value), path, file) : [];
  }
  if (!isObject(value)) return wrong('must be a mapping of its members');
  return Object.entries(value).flatMap(([member, inner]) => {
    const here = [...path, member];
    const found = inputAt(input.properties, [member]);
    if ('input' in found) return ofValue(`${name}.${member}`, found.input, inner, here, use);
    const message = unknownInput({ ...found, of: { name, input } });
    return [{ ...problemAt(file, here, 'unknown-input', message), range: file.source.keyRangeOf(here) }];
  });
}

/** Members of an object that is passed on as a whole, which the fragment's object does not have. */
function unknownIn(name: string, input: Input, theirs: Input, path: Path, { file }: Use): Diagnostic[] {
  if (input.type !== 'object' || theirs.type !== 'object') return [];
  return Object.keys(theirs.properties).flatMap((member) => {
    const found = inputAt(input.properties, [member]);
    if ('input' in found) return [];
    return [problemAt(file, path, 'unknown-input', unknownInput({ ...found, of: { name, input } }))];
  });
}

function ofConnection(name: string, path: Path, file: CheckedFile): Diagnostic[] {
  const declared = 'connections' in file.value ? file.value.connections : undefined;
  if (!declared || Object.hasOwn(declared, name) || !file.gaps.lacks(['connections', name])) return [];
  const message = `unknown connection "${name}"${didYouMean(name, Object.keys(declared))}`;
  return [problemAt(file, path, 'unknown-connection', message)];
}

/** The inputs without a default that no entry gives: by itself, or as a member of an object that is given. */
function missing({ file, inputs, given }: Use): string[] {
  const isGiven = (segments: readonly string[]) => {
    for (let length = segments.length; length > 0; length--) {
      const value = given[segments.slice(0, length).join('.')];
      if (value !== undefined) return has(value, segments.slice(length), file);
    }
    return false;
  };
  return leavesOf(inputs).flatMap(({ name, input }) =>
    input.default === undefined && !isGiven(name.split('.')) ? [name] : [],
  );
}

/** Returns whether a value has something at a path; what only planning knows has. */
function has(value: Json, [first, ...rest]: readonly string[], file: CheckedFile): boolean {
  if (first === undefined) return true;
  if (isTemplate(value)) {
    const theirs = declaredBehind(value, file);
    return theirs?.type !== 'object' || 'input' in inputAt(theirs.properties, [first, ...rest]);
  }
  // A value of another type has its own message.
  if (!isObject(value)) return true;
  const member = value[first];
  return member !== undefined && has(member, rest, file);
}

function isTemplate(value: Json): value is string {
  return typeof value === 'string' && value.includes('{{');
}

/** The declaration of an input of this file that is passed on as it is: `'{{inputs.repository}}'`. */
function declaredBehind(text: string, { value }: CheckedFile): Input | undefined {
  const result = parseTemplate(text);
  const [part, ...others] = 'template' in result ? result.template.parts : [];
  if (part === undefined || typeof part === 'string' || others.length > 0) return undefined;
  if (part.kind !== 'path' || part.root !== 'inputs') return undefined;
  const found = inputAt(value.inputs ?? {}, part.segments);
  return 'input' in found ? found.input : undefined;
}
