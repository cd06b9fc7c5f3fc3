import {
  descend,
  evaluateText,
  evaluateValue,
  type Lookup,
  mapContent,
  type PathExpression,
  resolvePath,
  resolveValue,
  TemplateError,
} from '../language/index.ts';
import type { Condition, PlannedExpect, Request, Saving } from '../plan/index.ts';
import { isObject, type Json, type JsonObject, textOf } from '../text/index.ts';
import type { Reason } from './reason.ts';
import { type Redactor, secretMark } from './redactor.ts';

/** What a step has saved: name → value, and whether it may be shown. */
export type Outputs = Map<string, Output>;

/** A value that a step has saved. A secret one is compared and sent as it is, and is a mark wherever it is recorded. */
export interface Output {
  readonly value: Json;
  readonly isSecret: boolean;
  /** Why it is not known: it was in the memory of a process that has ended. */
  readonly lost?: Reason;
}

/** The item of an iteration; as secret as the list that it is from. */
export interface Item {
  readonly value: Json;
  readonly isSecret: boolean;
}

/** A template that cannot be evaluated, for a reason of the run's. */
export class RenderError extends TemplateError {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.kind);
    this.reason = reason;
  }
}

/** Returns why a template cannot be evaluated, as it may be recorded. */
export function reasonOf(error: TemplateError, { inOneLine }: Redactor): Reason {
  return error instanceof RenderError ? error.reason : { kind: 'template-error', message: error.told(inOneLine) };
}

/** What names mean while a step runs. */
export interface Values {
  readonly run: { readonly id: string; readonly started_at: string };
  /** Step id → what it saved. */
  readonly outputs: ReadonlyMap<string, Outputs>;
  /** Which iteration of each surrounding loop this is, the outermost first, from 1. */
  readonly iterations: readonly number[];
  readonly item?: Item;
}

/** The id of a step in this iteration of the loops around it: `copy#*` → `copy#2`. */
export function instanceId(id: string, iterations: readonly number[]): string {
  return iterations.reduce((text, iteration) => text.replace('#*', `#${iteration}`), id);
}

/** What all iterations of a step have in common: `users#3` → `users#*`. */
export function patternOf(instance: string): string {
  return instance.replace(/#\d+/g, '#*');
}

/**
 * Returns what finds the step of a plan that an instance is of, and which iteration of each loop that only the run knows the
 * list of, the outermost first. Where planning knew the list, `users#3` is a step of the plan itself.
 * @param ids Those of the plan, or of a part of it.
 */
export function plannedAmong(ids: {
  readonly has: (id: string) => boolean;
}): (instance: string) => { readonly id: string; readonly iterations: readonly number[] } | undefined {
  return (instance) => {
    const [head = '', ...parts] = instance.split(/#(?=\d)/);
    // Of each number either the iteration or a star is in the plan's id: two ways for one loop, and hardly anybody nests three.
    let candidates: { id: string; iterations: readonly number[] }[] = [{ id: head, iterations: [] }];
    for (const part of parts) {
      const digits = /^\d+/.exec(part)?.[0] ?? '';
      candidates = candidates.flatMap(({ id, iterations }) => [
        { id: `${id}#${part}`, iterations },
        { id: `${id}#*${part.slice(digits.length)}`, iterations: [...iterations, Number(digits)] },
      ]);
    }
    return candidates.find(({ id }) => ids.has(id));
  };
}

/**
 * Looks names up. Secret inputs are not known here: in what is `sent` they stay references.
 * @param purpose `shown`: what may be recorded, with a mark in the place of each secret. `condition`: a value that is not
 * there is null.
 */
export function lookupAtRun(values: Values, purpose: 'sent' | 'shown' | 'condition'): Lookup {
  return (path) => {
    const { root, segments } = path;
    const [first = '', name = '', ...rest] = segments;
    switch (root) {
      case 'run':
        return { value: descend({ ...values.run, started_ms: Date.parse(values.run.started_at) }, segments, 'run') };
      case 'connections':
        throw new TemplateError(`connections.${segments.join('.')} is known while planning only`);
      case 'item':
        if (values.item === undefined) throw new TemplateError('no item here');
        if (purpose === 'shown' && values.item.isSecret) return { value: secretMark };
        return { value: descend(values.item.value, segments, 'item') };
      case 'inputs':
        return purpose === 'shown' ? { value: `‹secret inputs.${segments.join('.')}›` } : { unresolved: path };
      case 'steps': {
        const step = instanceId(first, values.iterations);
        const output = values.outputs.get(step)?.get(name);
        if (!output) {
          if (purpose === 'condition') return { value: null };
          throw new RenderError({ kind: 'missing-output', step, output: name });
        }
        if (output.lost && purpose !== 'shown') throw new RenderError(output.lost);
        return {
          value:
            purpose === 'shown' && output.isSecret ? secretMark : descend(output.value, rest, `steps.${step}.${name}`),
        };
      }
    }
  };
}

/** A text for people with what the run knows by now; as it was planned where something in it is not known. */
export function renderText(text: string, values: Values): string {
  try {
    return evaluateText(text, lookupAtRun(values, 'shown'));
  } catch {
    return text;
  }
}

/** A request twice: as it is sent (`Call`), and as it may be recorded. */
export interface Rendered {
  readonly sent: Request;
  readonly shown: Request;
}

/** Evaluates a request's templates. Throws `TemplateError`. */
export function renderRequest(request: Request, values: Values): Rendered {
  const sent = mapRequest(request, {
    path: (path) => resolvePath(path, lookupAtRun(values, 'sent')),
    value: (value) => resolveValue(value, lookupAtRun(values, 'sent')),
  });
  const shown = lookupAtRun(values, 'shown');
  try {
    return {
      sent,
      shown: mapRequest(request, {
        path: (path) => resolvePath(path, shown),
        value: (value) => evaluateValue(value, shown),
      }),
    };
  } catch (error) {
    // A helper that cannot work on the mark in a secret's place: the planned references are shown instead.
    if (error instanceof TemplateError) return { sent, shown: request };
    throw error;
  }
}

/** A request as it may be recorded; as it was planned where something in it is not known yet. */
export function shownRequest(request: Request, values: Values): Request {
  const known = (value: Json) => shownValue(value, values);
  return mapRequest(request, {
    path: (path) => {
      try {
        return resolvePath(path, lookupAtRun(values, 'shown'));
      } catch (error) {
        if (error instanceof TemplateError) return path;
        throw error;
      }
    },
    value: known,
  });
}

/** A value as it may be recorded; the parts of it in which something is not known yet are as they were planned. */
export function shownValue(value: Json, values: Values): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => shownValue(item, values));
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, item]) => [key, shownValue(item, values)] as const);
    const shown = members.map(([key, item]) => [shownKey(key, values), item] as const);
    // Two secrets have the same mark: their keys stay as they were planned.
    const isDistinct = new Set(shown.map(([key]) => key)).size === shown.length;
    return Object.fromEntries(isDistinct ? shown : members);
  }
  return evaluatedOr(value, value, values);
}

function shownKey(key: string, values: Values): string {
  const [shown = key] = Object.keys(evaluatedOr({ [key]: null }, {}, values) as JsonObject);
  return shown;
}

function evaluatedOr(value: Json, otherwise: Json, values: Values): Json {
  try {
    return evaluateValue(value, lookupAtRun(values, 'shown'));
  } catch (error) {
    if (error instanceof TemplateError) return otherwise;
    throw error;
  }
}

/** A request with the references to secret inputs evaluated, which is all that a `Call` leaves open. */
export function withInputs(request: Request, secrets: ReadonlyMap<string, Json>): Request {
  const lookup: Lookup = ({ segments }) => {
    const name = segments.join('.');
    const secret = secrets.get(name);
    if (secret === undefined) throw new TemplateError(`the secret ${name} has no value`);
    return { value: secret };
  };
  return mapRequest(request, {
    path: (path) => resolvePath(path, lookup),
    value: (value) => evaluateValue(value, lookup),
  });
}

interface RequestMap {
  readonly path: (path: string) => string;
  readonly value: (value: Json) => Json;
}

function mapRequest(request: Request, { path, value }: RequestMap): Request {
  if (request.type !== 'http') {
    const { key, prefix } = request;
    return {
      ...request,
      ...(key === undefined ? {} : { key: textOf(value(key)) }),
      ...(prefix === undefined ? {} : { prefix: textOf(value(prefix)) }),
    };
  }
  const { query, headers } = request;
  return {
    ...request,
    path: path(request.path),
    ...(query === undefined ? {} : { query: value(query) as JsonObject }),
    ...(headers === undefined ? {} : { headers: value(headers) as JsonObject }),
    ...mapContent(request, value),
  };
}

/** A condition whose templates are evaluated. What is compared with a secret is as secret as that. */
export type RenderedCondition = Condition & { readonly isSecret?: true };

export interface RenderedExpect extends PlannedExpect {
  readonly headers?: readonly RenderedCondition[];
  readonly body: readonly RenderedCondition[];
}

/** The expectations with every template evaluated. Throws `TemplateError`. */
export function renderExpect(expect: PlannedExpect, values: Values): RenderedExpect {
  return {
    status: expect.status,
    ...(expect.headers ? { headers: renderConditions(expect.headers, values) } : {}),
    body: renderConditions(expect.body, values),
    ...(expect.message === undefined
      ? {}
      : { message: textOf(evaluateValue(expect.message, lookupAtRun(values, 'sent'))) }),
  };
}

export function renderConditions(conditions: readonly Condition[], values: Values): RenderedCondition[] {
  const lookup = lookupAtRun(values, 'sent');
  return conditions.map(({ subject, variables, expect }) => ({
    subject,
    ...(variables ? { variables: evaluateValue(variables, lookup) as JsonObject } : {}),
    expect: evaluateValue(expect, lookup),
    ...(readsSecret([expect, variables ?? null], values) ? { isSecret: true } : {}),
  }));
}

/** What a step saves, with every template evaluated. Throws `TemplateError`. What is chosen by a secret is as secret as that. */
export function renderSave(
  save: { readonly [name: string]: Saving },
  values: Values,
): { readonly [name: string]: Saving } {
  const rendered = ({ variables, default: fallback, ...saving }: Saving): Saving => {
    const lookup = lookupAtRun(values, 'sent');
    return {
      ...saving,
      ...(variables === undefined ? {} : { variables: evaluateValue(variables, lookup) as JsonObject }),
      ...(fallback === undefined ? {} : { default: evaluateValue(fallback, lookup) }),
      ...(readsSecret([variables ?? null, fallback ?? null], values) ? { secret: true } : {}),
    };
  };
  return Object.fromEntries(Object.entries(save).map(([name, saving]) => [name, rendered(saving)]));
}

/** Returns whether a value is made from something that a step has saved as secret. */
export function readsSecret(value: Json, values: Values, purpose: 'sent' | 'condition' = 'sent'): boolean {
  let isSecret = false;
  const lookup = lookupAtRun(values, purpose);
  evaluateValue(value, (path) => {
    isSecret ||= isSecretPath(path, values);
    return lookup(path);
  });
  return isSecret;
}

/** Returns whether a name stands for something that a step has saved as secret, or for an item of that. */
export function isSecretPath({ root, segments: [step = '', name = ''] }: PathExpression, values: Values): boolean {
  if (root === 'item') return values.item?.isSecret === true;
  if (root !== 'steps') return false;
  return values.outputs.get(instanceId(step, values.iterations))?.get(name)?.isSecret === true;
}
