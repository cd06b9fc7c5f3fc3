import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../text/index.ts';
import { formats, schemaPattern } from './formats.ts';

/** A JSON Schema with the options of its validator. */
export interface Validator<T = unknown> {
  (): ValidateFunction<T>;
  readonly schema: Json;
  readonly options: Options;
}

/**
 * Compiles a schema when its validator is needed first, once a process. Compiling takes longer than most files take to validate:
 * the bundle has the validators of every `*.validator.ts` compiled, see `scripts/bundle.ts`.
 */
export function validatorFor<T = unknown>(schema: Json, options: Options = {}): Validator<T> {
  let validate: ValidateFunction<T> | undefined;
  const compiled = () => {
    validate ??= createValidator(options).compile<T>(schema as object);
    return validate;
  };
  return Object.assign(compiled, { schema, options });
}

/** A validator that knows the formats and keywords of the schemas. A test compiles them strictly and against the meta-schema. */
export function createValidator({ code, ...options }: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    meta: false,
    formats,
    code: { regExp: schemaPattern, optimize: false, ...code },
    ...options,
  });
  ajv.addKeyword({ keyword: 'tsType', schemaType: 'string' });
  return ajv;
}
