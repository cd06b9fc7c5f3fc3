import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { isObject, type Json } from '../text/index.ts';
import { type Path, valueAtPath } from './document.ts';
import { isStepTitle, kindMeant, type Meant, meantKey, stepKinds } from './meant.ts';

/** A key that its mapping does not take, at the place where it is written. */
export interface MistakenKey {
  readonly path: Path;
  readonly key: string;
  readonly meant: Meant;
  /** Of the mapping. */
  readonly schema: NonNullable<ErrorObject['parentSchema']>;
}

/** What a schema says of a document once each mistaken key is read as what was meant: no error follows from another one. */
export interface Judged {
  readonly mistaken: readonly MistakenKey[];
  /** Steps that do not say what they do. */
  readonly kindless: readonly Path[];
  readonly errors: readonly { readonly error: ErrorObject; readonly path: Path }[];
}

/** A mistaken key can hide one inside its value; deeper ones are found when these are mended. */
const mostRounds = 5;

export function judge(validate: ValidateFunction, document: Json): Judged {
  if (validate(document)) return { mistaken: [], kindless: [], errors: [] };
  const reading = new Reading(JSON.parse(JSON.stringify(document)) as Json);
  for (let round = 0; round < mostRounds && reading.mend(validate.errors ?? []); round++)
    if (validate(reading.value)) break;
  const errors = (validate.errors ?? []).flatMap((error) => {
    const path = pathOf(error.instancePath, reading.value);
    return reading.isForeign(path, error) ? [] : [{ error, path: reading.written(path) }];
  });
  return { mistaken: reading.mistaken, kindless: reading.kindless, errors };
}

/** A document as it was probably meant. */
class Reading {
  readonly value: Json;
  readonly mistaken: MistakenKey[] = [];
  readonly kindless: Path[] = [];
  /** Path as it is read → the key as it is written. */
  readonly #renamed = new Map<string, { readonly written: string; readonly isForeign: boolean }>();

  constructor(value: Json) {
    this.value = value;
  }

  /** Reads mistaken keys as what was meant. @returns Whether there were any. */
  mend(errors: readonly ErrorObject[]): boolean {
    const before = this.mistaken.length + this.kindless.length;
    const places = errors.map((error) => ({ error, path: pathOf(error.instancePath, this.value) }));
    const kindless = new Set(places.filter(({ error }) => isKindless(error)).map(({ path }) => keyOf(path)));
    for (const { error, path } of places) {
      const mapping = valueAtPath(this.value, path);
      if (!isObject(mapping)) continue;
      if (isKindless(error)) this.#giveKind(path, mapping, error);
      // Of a step whose kind is not known, no key is known to be wrong.
      else if (error.keyword === 'additionalProperties' && !kindless.has(keyOf(path)))
        this.#rename(path, mapping, String(error.params.additionalProperty), error);
    }
    return this.mistaken.length + this.kindless.length > before;
  }

  /** A path as it is written. */
  written(path: Path): Path {
    return path.map((segment, index) => this.#renamed.get(keyOf(path.slice(0, index + 1)))?.written ?? segment);
  }

  /** Returns whether an error is about what another tool wants to have there, and which has been called that already. */
  isForeign(path: Path, error: ErrorObject): boolean {
    if (path.some((_segment, index) => this.#renamed.get(keyOf(path.slice(0, index + 1)))?.isForeign)) return true;
    if (error.keyword !== 'additionalProperties') return false;
    const meant = meantKey(String(error.params.additionalProperty), error.parentSchema);
    return meant?.isForeign === true && this.#renamed.get(keyOf([...path, meant.key]))?.isForeign === true;
  }

  #rename(
    path: Path,
    mapping: Mapping,
    key: string,
    { parentSchema = {} }: ErrorObject,
    as = meantKey(key, parentSchema),
  ) {
    if (as === undefined || Object.hasOwn(mapping, as.key)) return;
    this.mistaken.push({ path: this.written(path), key, meant: as, schema: parentSchema });
    replaceKey(mapping, key, as.key);
    this.#renamed.set(keyOf([...path, as.key]), { written: key, isForeign: as.isForeign });
  }

  #giveKind(path: Path, step: Mapping, error: ErrorObject): void {
    const known = new Set(Object.keys(isObject(error.parentSchema?.properties) ? error.parentSchema.properties : {}));
    const unknown = Object.entries(step).filter(([key]) => !known.has(key));
    const meant = kindMeant(unknown);
    if (meant) {
      this.#rename(path, step, meant.written, { ...error, parentSchema: { title: 'Step' } }, meant.meant);
      return;
    }
    this.kindless.push(this.written(path));
    // The rest of it is read as that of a call, which has most keys.
    (step as Record<string, Json>).call = 'GET /';
  }
}

type Mapping = { readonly [key: string]: Json };

function isKindless({ keyword, params, parentSchema }: ErrorObject): boolean {
  return keyword === 'required' && parentSchema?.title === 'Block' && params.missingProperty === 'steps';
}

/** The order of the keys stays: it is that of the messages. */
function replaceKey(mapping: Mapping, key: string, by: string): void {
  const entries = Object.entries(mapping);
  const changed = mapping as Record<string, Json>;
  for (const [name] of entries) delete changed[name];
  for (const [name, value] of entries) changed[name === key ? by : name] = value;
}

/** Returns whether a step says more than one thing to do by having a key. */
export function isSecondKind(key: string, schema: ErrorObject['parentSchema']): boolean {
  return isStepTitle(schema?.title) && (stepKinds as readonly string[]).includes(key);
}

/** `/steps/0/call` → ['steps', 0, 'call'], by what the value really is: a key may be a number. */
export function pathOf(pointer: string, root: Json): Path {
  let current: Json | undefined = root;
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const segment = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(current) ? Number(segment) : segment;
      current = Array.isArray(current)
        ? (current as readonly Json[])[Number(segment)]
        : isObject(current)
          ? current[segment]
          : undefined;
      return key;
    });
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
