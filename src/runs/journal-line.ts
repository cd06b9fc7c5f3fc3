import type { Ajv2020, ErrorObject, FuncKeywordDefinition, ValidateFunction } from 'ajv/dist/2020.js';
import journalSchema from '../../schemas/journal.v1.schema.json' with { type: 'json' };
// Not from index.ts: ajv is loaded where a journal is read, and nowhere else.
import { createValidator } from '../language/validator.ts';
import { isObject, type Json } from '../text/index.ts';

/** Compiled when the first line is read, once a process. */
let validate: ValidateFunction | undefined;

/**
 * Returns what is wrong with a value as a line of a journal, a fragment of a sentence that repeats no value of it; undefined
 * where the line is as its schema says.
 */
export function lineProblem(value: Json): string | undefined {
  validate ??= compiled();
  try {
    return validate(value) ? undefined : problemText(value, validate.errors?.[0]);
  } catch (error) {
    // What is nested without end uses up the stack.
    if (error instanceof RangeError) return 'it is nested too deeply';
    throw error;
  }
}

type Schema = Readonly<Record<string, unknown>>;
type Definitions = Readonly<Record<string, Schema>>;

/**
 * Compiles the schema, the branches of its choices aside: each is compiled when a value of its kind is met first. A run has few
 * kinds of events and reasons, and all of them take longer to compile than ten thousand lines to check.
 */
function compiled(): ValidateFunction {
  const ajv = createValidator({ strictNumbers: true, allErrors: false, verbose: false });
  // Whatever was parsed is JSON: its members need no look.
  const $defs = { ...journalSchema.$defs, Json: {}, JsonObject: { type: 'object' } };
  // By the schema's name, so that a branch that is compiled by itself finds them, too.
  const text = JSON.stringify({ ...journalSchema, $defs }).replaceAll('"#/$defs/', '"journal#/$defs/');
  const schema: { readonly $defs: Definitions } = JSON.parse(text);
  ajv.removeKeyword('anyOf');
  ajv.addKeyword(choiceOf(ajv, schema.$defs));
  return ajv.addSchema(schema, 'journal').getSchema('journal') as ValidateFunction;
}

/** Members by which the branches of a choice differ. */
const tags = ['type', 'kind', 'by'];

/** `anyOf`: the branch is known by its tag, and what is wrong is told of that branch alone. */
function choiceOf(ajv: Ajv2020, definitions: Definitions): FuncKeywordDefinition {
  const resolved = (schema: Schema): Schema => {
    const { $ref } = schema;
    return typeof $ref === 'string' ? (definitions[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}) : schema;
  };
  /** The branches of a choice that are none themselves. */
  const flattened = (schema: Schema): Schema[] => {
    const { anyOf } = resolved(schema);
    return Array.isArray(anyOf) ? (anyOf as readonly Schema[]).flatMap(flattened) : [schema];
  };
  return {
    keyword: 'anyOf',
    schemaType: 'array',
    compile: (choice: readonly Schema[]) => {
      const branches = choice.flatMap(flattened).map((schema) => ({ schema, validate: lazily(ajv, schema) }));
      const tag = tags.find((name) => branches.every(({ schema }) => valuesOf(resolved(schema), name).length > 0));
      const tagged = new Map<unknown, typeof branches>();
      for (const branch of tag === undefined ? [] : branches)
        for (const value of valuesOf(resolved(branch.schema), tag ?? ''))
          tagged.set(value, [...(tagged.get(value) ?? []), branch]);
      const check: ReturnType<NonNullable<FuncKeywordDefinition['compile']>> = (value: Json, context) => {
        const possible = tag === undefined ? branches : (isObject(value) && tagged.get(value[tag])) || [];
        let errors: Partial<ErrorObject>[] | undefined;
        for (const { validate } of possible) {
          const branch = validate();
          if (branch(value, context)) return true;
          errors ??= branch.errors ?? undefined;
        }
        const instancePath = `${context?.instancePath ?? ''}${tag !== undefined && isObject(value) ? `/${tag}` : ''}`;
        check.errors = errors ?? [{ keyword: 'anyOf', instancePath, params: {} }];
        return false;
      };
      return check;
    },
  };
}

function lazily(ajv: Ajv2020, schema: Schema): () => ValidateFunction {
  let validate: ValidateFunction | undefined;
  return () => {
    validate ??= ajv.compile(schema);
    return validate;
  };
}

/** The values that a member of a mapping may have, where they are listed. */
function valuesOf(schema: Schema, member: string): readonly unknown[] {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, Schema>> };
  const { const: only, enum: several } = properties?.[member] ?? {};
  return only === undefined ? ((several ?? []) as readonly unknown[]) : [only];
}

function problemText(line: Json, error: ErrorObject | undefined): string {
  const { keyword = '', instancePath = '', params = {} } = error ?? {};
  const path = instancePath.split('/').slice(1);
  if (!isObject(line) || path[0] === 'type') return 'it is of no type that is known here';
  const named = (...more: string[]) => `"${[...path, ...more].map(shownKey).join('.')}"`;
  const problems: Readonly<Record<string, () => string>> = {
    required: () => `${named(String(params.missingProperty))} is missing`,
    additionalProperties: () => (path.length === 0 ? 'it has an unknown key' : `${named()} has an unknown key`),
    type: () => `${named()} is not of type ${params.type}`,
  };
  return `${line.type}: ${problems[keyword]?.() ?? `${named()} has a value that is not known here`}`;
}

/** The keys of the schema are like this; others may be anything. */
function shownKey(key: string): string {
  return /^[a-z_]{1,40}$|^\d{1,9}$/.test(key) ? key : '…';
}
