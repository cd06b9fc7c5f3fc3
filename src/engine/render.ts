import { descend, evaluateValue, type Lookup, resolvePath, TemplateError } from '../language/index.ts';
import type { Condition, PlannedExpect, Request } from '../plan/index.ts';
import type { Json, JsonObject } from '../text/index.ts';
import { concealed } from './redactor.ts';

/** What a step has saved: name → value, and whether it may be shown. */
export type Outputs = Map<string, Output>;

export interface Output {
  readonly value: Json;
  readonly isSecret: boolean;
  /** It was in the memory of a process that has ended. */
  readonly isForgotten?: true;
}

/** A name stands for what a step would have saved, and it has not. */
export class MissingOutput extends TemplateError {
  readonly step: string;
  readonly output: string;

  constructor(step: string, name: string) {
    super(`there is no steps.${step}.${name}: step "${step}" did not run, or its answer had nothing there`);
    this.step = step;
    this.output = name;
  }
}

/** A name stands for a secret that died with an earlier process; the read that gave it can be sent again. */
export class ForgottenSecret extends TemplateError {
  readonly step: string;

  constructor(step: string, name: string) {
    super(
      `steps.${step}.${name} is a secret, and was in the memory of the process that has ended only; what undoes a step does not read it again, because the step may have changed it`,
    );
    this.step = step;
  }
}

/** What names mean while a step runs. */
export interface Values {
  readonly run: string;
  /** The values of secret inputs, by dotted name: `access_key`, `repository.access_key_id`. */
  readonly secrets: ReadonlyMap<string, Json>;
  /** Step id → what it saved. */
  readonly outputs: ReadonlyMap<string, Outputs>;
  /** Which pass of each surrounding loop this is, the outermost first, from 1. */
  readonly passes: readonly number[];
  readonly item?: Json;
}

/** The id of a step in this pass of the loops around it: `copy#*` → `copy#2`. */
export function instanceId(id: string, passes: readonly number[]): string {
  return passes.reduce((text, pass) => text.replace('#*', `#${pass}`), id);
}

/**
 * Looks names up for the call itself, or (`shown`) for what may be recorded: secrets are then a mark in their place.
 * @param missing What a value that is not there is: in `when` null, elsewhere an error.
 */
export function lookupAtRun(values: Values, purpose: 'sent' | 'shown' | 'condition'): Lookup {
  return ({ root, segments }) => {
    const [first = '', name = '', ...rest] = segments;
    switch (root) {
      case 'run':
        return { value: values.run };
      case 'connections':
        throw new TemplateError(`connections.${segments.join('.')} is known while planning only`);
      case 'item':
        if (values.item === undefined) throw new TemplateError('there is no item here');
        return { value: descend(values.item, segments, 'item') };
      case 'inputs': {
        const input = segments.join('.');
        if (purpose === 'shown') return { value: `‹secret inputs.${input}›` };
        const secret = values.secrets.get(input);
        if (secret === undefined) throw new TemplateError(`the secret ${input} has no value`);
        return { value: secret };
      }
      case 'steps': {
        const id = instanceId(first, values.passes);
        const output = values.outputs.get(id)?.get(name);
        if (!output) {
          if (purpose === 'condition') return { value: null };
          throw new MissingOutput(id, name);
        }
        if (output.isForgotten && purpose !== 'shown') throw new ForgottenSecret(id, name);
        return {
          value:
            purpose === 'shown' && output.isSecret ? concealed : descend(output.value, rest, `steps.${id}.${name}`),
        };
      }
    }
  };
}

/** A text for people with what the run knows by now; as it was planned where something in it is not known. */
export function renderText(text: string, values: Values): string {
  try {
    return String(evaluateValue(text, lookupAtRun(values, 'shown')));
  } catch {
    return text;
  }
}

/** A planned request with every template evaluated. Throws `TemplateError`. */
export function renderRequest(request: Request, lookup: Lookup): Request {
  if (request.type === 'oss') {
    return {
      ...request,
      ...(request.key === undefined ? {} : { key: String(evaluateValue(request.key, lookup)) }),
      ...(request.prefix === undefined ? {} : { prefix: String(evaluateValue(request.prefix, lookup)) }),
    };
  }
  return {
    ...request,
    path: resolvePath(request.path, lookup),
    ...(request.query === undefined ? {} : { query: evaluateValue(request.query, lookup) as JsonObject }),
    ...(request.headers === undefined ? {} : { headers: evaluateValue(request.headers, lookup) as JsonObject }),
    ...(request.body === undefined ? {} : { body: evaluateValue(request.body, lookup) }),
  };
}

/** A condition whose templates are evaluated. What is compared with a secret is as secret as that. */
export type RenderedCondition = Condition & { readonly isSecret?: true };

export interface RenderedExpect extends PlannedExpect {
  readonly body: readonly RenderedCondition[];
}

/** The expectations with every template evaluated. Throws `TemplateError`. */
export function renderExpect(expect: PlannedExpect, values: Values): RenderedExpect {
  return {
    status: expect.status,
    body: renderConditions(expect.body, values),
    ...(expect.message === undefined
      ? {}
      : { message: String(evaluateValue(expect.message, lookupAtRun(values, 'sent'))) }),
  };
}

export function renderConditions(conditions: readonly Condition[], values: Values): RenderedCondition[] {
  return conditions.map(({ subject, expect }) => ({
    subject,
    expect: evaluateValue(expect, lookupAtRun(values, 'sent')),
    ...(namesSecret(expect, values) ? { isSecret: true } : {}),
  }));
}

function namesSecret(value: Json, values: Values): boolean {
  let isSecret = false;
  const shown = lookupAtRun(values, 'shown');
  evaluateValue(value, (path) => {
    const { root, segments } = path;
    const output = values.outputs.get(instanceId(segments[0] ?? '', values.passes))?.get(segments[1] ?? '');
    if (root === 'inputs' || (root === 'steps' && output?.isSecret)) isSecret = true;
    return root === 'steps' && output ? { value: output.value } : shown(path);
  });
  return isSecret;
}
