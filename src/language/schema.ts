import type { ErrorObject } from 'ajv/dist/2020.js';
import { inOneLine } from '../text/in-one-line.ts';
import { type Diagnostic, type DiagnosticCode, didYouMean, inOrder, isObject, type Json } from '../text/index.ts';
import { isSecondKind, type Judged, judge, pathOf } from './as-meant.ts';
import { type Path, type SourceDocument, valueAtPath } from './document.ts';
import { validator as environment } from './environment.validator.ts';
import type { Fault } from './gaps.ts';
import { meantKey, stepKinds } from './meant.ts';
import { callMeant, durationMeant, rangeMeant, statusMeant, typeNames, unquotedMeant } from './meant-value.ts';
import { regexProblem } from './regex.ts';
import { validator as runbook } from './runbook.validator.ts';
import { rangeProblem } from './version.ts';

const validators = { runbook, environment };

/** Every way in which a document is not what its JSON Schema says, each at its place; of what follows from another one, nothing. */
export function schemaDiagnostics(kind: keyof typeof validators, source: SourceDocument): Diagnostic[] {
  const isConfidential = kind === 'environment';
  const { mistaken, kindless, errors } = judge(validators[kind](), source.doubles);
  const diagnostics = [
    ...mistaken.map(({ path, key, meant, schema }): Diagnostic => {
      const found = unknownKeyAt(source, path, key, schema, meant.key, isConfidential);
      const isSafe = !meant.isForeign || schema.title === 'Matcher';
      return isSafe && found.range ? { ...found, fix: { range: found.range, text: meant.key } } : found;
    }),
    ...kindless.map((path) => withoutKind(source, path)),
    ...withoutUnindented(together(errors), source).flatMap(({ error, path }) =>
      diagnosticFor(error, path, source, isConfidential),
    ),
  ];
  // One place can fail in several branches of the same choice: the first message of a place is enough.
  const byPlace = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const key = `${diagnostic.range?.start.offset}:${diagnostic.code}:${diagnostic.message}`;
    if (!byPlace.has(key)) byPlace.set(key, diagnostic);
  }
  return inOrder([...byPlace.values()]);
}

type Judgement = Judged['errors'][number];

/** One error for all the keys that a mapping lacks. */
function together(errors: readonly Judgement[]): Judgement[] {
  const lacking = new Map<string, string[]>();
  return errors.flatMap((one) => {
    const { error, path } = one;
    if (error.keyword !== 'required') return [one];
    const name = String(error.params.missingProperty);
    const key = JSON.stringify(path);
    const known = lacking.get(key);
    if (known) {
      if (!known.includes(name)) known.push(name);
      return [];
    }
    const missing = [name];
    lacking.set(key, missing);
    return [{ path, error: { ...error, params: { ...error.params, missing } } }];
  });
}

/** A key without a value, before keys that its mapping does not take: these were meant to stand under it. */
function withoutUnindented(errors: readonly Judgement[], source: SourceDocument): Judgement[] {
  const unknown = errors.filter(({ error }) => error.keyword === 'additionalProperties');
  const meant = new Map<Judgement, Judgement[]>();
  for (const empty of errors) {
    const { error, path } = empty;
    if (error.keyword !== 'type' || error.data !== null || typeof path.at(-1) !== 'string') continue;
    const mapping = valueAtPath(source.doubles, path.slice(0, -1));
    const keys = Object.keys(isObject(mapping) ? mapping : {});
    const behind = keys
      .slice(keys.indexOf(String(path.at(-1))) + 1)
      .map((key) =>
        unknown.find((one) => one.error.params.additionalProperty === key && isSamePath(one.path, path.slice(0, -1))),
      );
    const last = behind.indexOf(undefined);
    const found = (last < 0 ? behind : behind.slice(0, last)).filter((one) => one !== undefined);
    if (found.length > 0) meant.set(empty, found);
  }
  const dropped = new Set([...meant.values()].flat());
  return errors
    .filter((one) => !dropped.has(one))
    .map((one) => {
      const below = meant.get(one)?.map(({ error }) => String(error.params.additionalProperty));
      return below ? { ...one, error: { ...one.error, params: { ...one.error.params, below } } } : one;
    });
}

function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((segment, index) => segment === other[index]);
}

function withoutKind(source: SourceDocument, path: Path): Diagnostic {
  return {
    code: 'step-kind',
    severity: 'error',
    message: `this step does nothing; a step has one of ${listed(stepKinds, 'or')}`,
    file: source.file,
    range: source.rangeOf(path),
  };
}

/** @param isConfidential A password may stand where a key is expected: { hunter22 }. */
function unknownKeyAt(
  source: SourceDocument,
  path: Path,
  key: string,
  schema: NonNullable<ErrorObject['parentSchema']>,
  meant: string | undefined,
  isConfidential: boolean,
): Diagnostic {
  const known = Object.keys(isObject(schema.properties) ? schema.properties : {});
  const named = isConfidential && meant === undefined ? 'an unknown key' : `unknown key "${key}"`;
  const help =
    meant === 'call' && key.length !== meant.length - 1
      ? 'Write call: METHOD /path, as in call: GET /_count.'
      : meant === undefined
        ? `${schema.title === 'Expect' ? 'What the body of the response has to be stands under body. ' : ''}Allowed keys: ${known.join(', ')}.`
        : undefined;
  return {
    code: 'unknown-key',
    severity: 'error',
    message: `${named} in ${titleOf(schema)}${meant === undefined ? '' : ` — did you mean "${meant}"?`}`,
    file: source.file,
    range: source.keyRangeOf([...path, key]),
    ...(help === undefined ? {} : { help }),
  };
}

/** Where a runbook or fragment is not what its schema says. */
export function schemaFaults(value: Json): Fault[] {
  const validate = runbook();
  validate(value);
  return (validate.errors ?? []).flatMap((error) => faultsOf(error, pathOf(error.instancePath, value)));
}

function faultsOf({ keyword, params, parentSchema, propertyName }: ErrorObject, path: Path): Fault[] {
  // A name that is odd is a name all the same.
  if (propertyName !== undefined) return [];
  switch (keyword) {
    case 'if':
    case 'propertyNames':
      // What failed inside has a fault of its own.
      return [];
    case 'additionalProperties':
      return [unknownKey(path, String(params.additionalProperty), parentSchema)];
    case 'required':
      return [{ path, kind: 'missing-key', key: String(params.missingProperty) }];
    case 'minProperties':
    case 'minItems':
    case 'minLength':
    case 'maxLength':
      return [{ path, kind: 'odd' }];
    case 'pattern':
      // An odd id is what other steps call this one.
      return [{ path, kind: path.at(-1) === 'id' ? 'odd' : 'wrong-value' }];
    default:
      return [{ path, kind: 'wrong-value' }];
  }
}

function unknownKey(path: Path, key: string, schema: ErrorObject['parentSchema']): Fault {
  const meant = meantKey(key, schema);
  return { path, kind: 'unknown-key', key, ...(meant === undefined ? {} : { meant: meant.key }) };
}

/** @param isConfidential No value of the file is repeated: it may be a secret in a wrong place. */
function diagnosticFor(error: ErrorObject, path: Path, source: SourceDocument, isConfidential: boolean): Diagnostic[] {
  const at = (code: DiagnosticCode, message: string, more: Partial<Diagnostic> = {}): Diagnostic[] => [
    { code, severity: 'error', message, file: source.file, range: source.rangeOf(path), ...more },
  ];
  const schema = error.parentSchema ?? {};
  const found = isConfidential ? 'something else' : inOneLine(error.data as Json, 60);
  const name = path.at(-1);
  const subject = typeof name === 'string' ? `"${name}"` : 'this';
  switch (error.keyword) {
    case 'if':
    case 'propertyNames':
      // What failed inside has its own message.
      return [];
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty);
      if (isSecondKind(key, schema)) {
        const kinds = stepKinds.filter((kind) => kind === key || Object.hasOwn(error.data as object, kind));
        return at('step-kind', `this step has ${listed(kinds, 'and')}; a step has one of ${listed(stepKinds, 'or')}`, {
          range: source.keyRangeOf([...path, key]),
          help: 'Make it two steps.',
        });
      }
      return [unknownKeyAt(source, path, key, schema, meantKey(key, schema)?.key, isConfidential)];
    }
    case 'required': {
      const missing = (error.params.missing as string[]).map((key) => `"${key}"`);
      return at(
        'missing-key',
        `${listed(missing, 'and')} ${missing.length > 1 ? 'are' : 'is'} missing in ${titleOf(schema)}`,
      );
    }
    case 'type':
      if (isSecret(error)) return literalSecret(source, path, subject);
      if (error.params.below !== undefined) {
        const below = (error.params.below as string[]).map((key) => (isConfidential ? 'what follows' : `"${key}"`));
        return at('wrong-type', `${subject} has no value`, {
          range: source.keyRangeOf(path),
          help: `Indent ${listed([...new Set(below)], 'and')} so that it stands under ${subject}.`,
        });
      }
      return at(
        'wrong-type',
        `${subject} must be ${anyOf(error.params.type)}, found ${asWritten(error, source, path, found)}`,
        {
          ...(isConfidential ? {} : typeHelp(error, source, path)),
        },
      );
    case 'enum': {
      const allowed = (error.params.allowedValues as Json[]).map(String);
      const status = allowed.includes('2xx') ? statusMeant(error.data as Json) : undefined;
      if (status !== undefined)
        return at(
          'unknown-value',
          `${subject} is ${found}, a string; a status code is a number`,
          write(status, source, path),
        );
      const type = typeof error.data === 'string' && allowed.includes('list') ? typeNames[error.data] : undefined;
      const meant =
        type !== undefined
          ? ` — did you mean "${type}"?`
          : typeof error.data === 'string'
            ? didYouMean(error.data, allowed)
            : '';
      return at('unknown-value', `${subject} is ${found}; expected one of ${allowed.join(', ')}${meant}`);
    }
    case 'not':
      // The only names that are taken: see the members of an object.
      return at('wrong-form', `the name "${error.propertyName}" stands for a secret in an environment file`, {
        range: source.keyRangeOf([...path, error.propertyName ?? '']),
        help: 'No member of an object is called env, file or command.',
      });
    case 'const':
      return at('unknown-value', `${subject} is ${found}; expected ${inOneLine(error.params.allowedValue as Json)}`);
    case 'pattern':
      return at(
        'wrong-form',
        `${error.propertyName === undefined ? subject : `the name "${error.propertyName}"`} is ${found}; ${formOf(schema)}`,
        {
          ...(error.propertyName === undefined
            ? isConfidential
              ? {}
              : formHelp(schema, String(error.data), source, path)
            : { range: source.keyRangeOf([...path, error.propertyName]) }),
        },
      );
    case 'format':
      if (error.params.format === 'origin') {
        return at('wrong-form', `${subject} must be http(s)://host:port without user name, password or query`, {
          help: 'Credentials belong under auth, with the password by reference.',
          isSensitive: true,
        });
      }
      if (error.params.format === 'version-range')
        return at('version-range', `${subject} is ${found}; ${rangeProblem(String(error.data))}`);
      if (error.params.format === 're2') return badRegex(String(error.data), source, path);
      return at('wrong-form', `${subject} is ${found}; that is no time zone`);
    case 'minProperties':
    case 'minItems':
    case 'minLength':
      return at('empty', `${subject} is empty`);
    case 'maxProperties':
      return at(
        'too-many',
        `${subject} has ${Object.keys(error.data as object).join(' and ')}; exactly one of them is needed`,
      );
    default:
      return at('schema', `${subject} ${error.message ?? 'is not valid'}`);
  }
}

/** A pattern that RE2 does not know, at the part of it that is meant; what it leaves out has a key beside it instead. */
function badRegex(pattern: string, source: SourceDocument, path: Path): Diagnostic[] {
  const problem = regexProblem(pattern);
  if (!problem) return [];
  const instead: Record<string, string> = {
    pattern: 'What a value must not match stands under not_pattern: a regular expression of its own.',
    not_pattern: 'What a value must match stands under pattern: a regular expression of its own.',
    matches: 'What a text must not match is a matcher of its own: not: { matches: … }.',
  };
  const help = problem.isUnsupported
    ? `Regular expressions are those of RE2. ${instead[String(path.at(-1))] ?? ''}`
    : 'Regular expressions are those of RE2: docs/language.md.';
  return [
    {
      code: 'regular-expression',
      severity: 'error',
      message: `"${path.at(-1)}" is ${inOneLine(pattern, 60)}; ${problem.message}`,
      file: source.file,
      range: problem.part === '' ? source.rangeOf(path) : source.rangeWithin(path, problem.part),
      help,
    },
  ];
}

type Proposal = Pick<Diagnostic, 'help' | 'fix'>;

/** The value that is meant, to be written instead of the one that is there. */
function write(meant: string, source: SourceDocument, path: Path): Proposal {
  return { help: `Write ${meant}`, fix: { range: source.rangeOf(path), text: meant } };
}

/** A number as it is written: 7.10 is the number 7.1. */
function asWritten({ data }: ErrorObject, source: SourceDocument, path: Path, found: string): string {
  return typeof data === 'number' ? textAt(source, path) : found;
}

function textAt(source: SourceDocument, path: Path): string {
  const { start, end } = source.rangeOf(path);
  return source.text.slice(start.offset, end.offset);
}

/** What a value of a wrong type was probably meant to be. */
function typeHelp({ data, params, parentSchema }: ErrorObject, source: SourceDocument, path: Path): Proposal {
  const type = String(params.type);
  const written = textAt(source, path);
  const unquoted = unquotedMeant(data as Json, type);
  if (unquoted !== undefined) return write(unquoted, source, path);
  if (type === 'string' && typeof data === 'number') {
    const range = parentSchema?.format === 'version-range' ? rangeMeant(written) : undefined;
    if (range !== undefined) return write(range, source, path);
    if (parentSchema?.pattern === durationPattern)
      return { help: `Write the unit: ${written}s, ${written}m or ${written}h` };
  }
  if (type === 'string' && ['number', 'boolean'].includes(typeof data)) return write(`"${written}"`, source, path);
  const example = type === 'object' ? examples[String(path.at(-1))] : undefined;
  if (example !== undefined) return { help: `Write ${example}` };
  return path.at(-2) === 'connections' ? { help: 'Write { kind: elasticsearch }' } : {};
}

/** What a mapping looks like that something else was written for. */
const examples: Readonly<Record<string, string>> = {
  when: 'expressions, and what each has to be: when: { inputs.mode: full }',
  until: 'JMESPath over the response, and what each has to be: until: { completed: true }',
  connections: 'a name for each: connections: { es: { kind: elasticsearch } }',
  inputs: 'a name for each: inputs: { index: { type: string } }',
  save: 'a name and JMESPath over the response: save: { task: task }',
  expect: 'the parts of the response: expect: { status: 200 }',
  retry: 'retry: { attempts: 3 }',
};

const durationPattern = '^[1-9]\\d{0,8}(ms|s|m|h)$';
const callPattern = '^(GET|HEAD|POST|PUT|DELETE|PATCH) /[^\\n]*$';

function formHelp({ pattern }: Record<string, unknown>, value: string, source: SourceDocument, path: Path): Proposal {
  const meant =
    pattern === durationPattern ? durationMeant(value) : pattern === callPattern ? callMeant(value) : undefined;
  if (meant === undefined) return {};
  const proposal = write(meant, source, path);
  // What YAML would read as something else is left to a person.
  return /^[A-Z]+ \/[^\s#:'"]*$|^\d+[a-z]+$/.test(meant) ? proposal : { help: `Write ${meant}` };
}

/** Returns whether the schema wanted a reference to a secret and found a value: the value must not be shown. */
function isSecret(error: ErrorObject): boolean {
  return (error.parentSchema as { title?: string } | undefined)?.title === 'SecretReference';
}

function literalSecret(source: SourceDocument, path: Path, subject: string): Diagnostic[] {
  return [
    {
      code: 'literal-secret',
      severity: 'error',
      message: `${subject} is a literal secret; expected a reference`,
      file: source.file,
      range: source.rangeOf(path),
      isSensitive: true,
      help: 'Write { env: NAME }, { file: path } or { command: [program, argument] }, and change the secret: it was in a file.',
    },
  ];
}

function titleOf(schema: Record<string, unknown>): string {
  const title = typeof schema.title === 'string' ? schema.title : undefined;
  const words = title?.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words ? `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}` : 'this mapping';
}

function anyOf(type: unknown): string {
  const names: Record<string, string> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a string',
    integer: 'an integer',
    number: 'a number',
    boolean: 'true or false',
  };
  return [type]
    .flat()
    .map((one) => names[String(one)] ?? String(one))
    .join(' or ');
}

function formOf(schema: Record<string, unknown>): string {
  const pattern = String(schema.pattern);
  const known: Record<string, string> = {
    '^[a-z][a-z0-9_-]*$': 'expected lower-case letters, digits, - and _, a letter first',
    '^[a-z][a-z0-9_]*$': 'expected lower-case letters, digits and _, a letter first',
    [durationPattern]: 'expected a number with a unit: 500ms, 2s, 30m, 1h',
    '^[A-Za-z][A-Za-z -]{0,31}$': 'expected a word in the plural: bytes, shards, documents',
    '^/[^\\s?#]*$': 'expected a path: /health',
    [callPattern]: 'expected METHOD and a path: GET /_cat/indices',
  };
  return known[pattern] ?? `expected ${pattern}`;
}

/** `a, b and c`. */
function listed(names: readonly string[], conjunction: 'and' | 'or'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}
