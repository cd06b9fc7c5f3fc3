import { readProblem } from '../../kinds/index.ts';
import {
  type CallStep,
  type Content,
  type DoneWhen,
  type Measure,
  mapContent,
  type Path,
  type Progress,
  partsOfCall,
  resolvePath,
} from '../../language/index.ts';
import type { HttpRequest, PlannedMeasure, PlannedProgress, PlannedRead } from '../../plan/index.ts';
import { type Json, type JsonObject, millisecondsOf } from '../../text/index.ts';
import { attempt, type Context, report, resolved } from '../context.ts';
import { lookupIn } from '../scope.ts';
import { refuseSecrets } from '../secrets.ts';
import { connectionFor, withConnection } from './connection.ts';
import { plannedExpect } from './fields.ts';
import { saved } from './save.ts';
import { plannedVariables } from './variables.ts';

/** What a request is made of, wherever it is written. */
type Written = Pick<CallStep & DoneWhen, 'call' | 'query' | 'headers' | 'body' | 'ndjson' | 'text' | 'effect'>;

/** The HTTP request of a call step, of a `done_when` or of a `progress`. */
export function httpRequest(step: Written, path: Path, context: Context): HttpRequest {
  const { method, path: written } = partsOfCall(step.call);
  const target = attempt(context, [...path, 'call'], () => resolvePath(written, lookupIn(context.scope)));
  const query = resolved(context, [...path, 'query'], step.query as Json | undefined);
  const headers = resolved(context, [...path, 'headers'], step.headers as Json | undefined);
  const content = mapContent(step as Content, (value, key) => resolved(context, [...path, key], value));
  const logged = 'in a path or parameter: servers and proxies log those';
  refuseSecrets([target ?? '', query ?? null], [...path, 'call'], context, logged);
  const to = connectionFor(context);
  const kind = context.shared.connections[to.connection]?.kind;
  const problem = step.effect && kind ? readProblem(kind, target ?? written) : undefined;
  if (problem) report(context, [...path, 'effect'], 'effect', problem.message, problem.help);
  return {
    type: 'http',
    ...to,
    method,
    path: target ?? written,
    ...(query === undefined ? {} : { query: query as JsonObject }),
    ...(headers === undefined ? {} : { headers: headers as JsonObject }),
    ...content,
  };
}

export function plannedUnchangedWhen(
  read: DoneWhen | undefined,
  path: Path,
  context: Context,
): { readonly unchanged_when?: PlannedRead } {
  return read ? { unchanged_when: plannedRead(read, path, context) } : {};
}

export function plannedDoneWhen(
  doneWhen: DoneWhen | undefined,
  path: Path,
  context: Context,
): { readonly done_when?: PlannedRead } {
  return doneWhen ? { done_when: plannedRead(doneWhen, path, context) } : {};
}

function plannedRead(read: DoneWhen, path: Path, context: Context): PlannedRead {
  const within = withConnection(read, path, context);
  return {
    request: httpRequest(read, path, within),
    expect: plannedExpect(read.expect, [...path, 'expect'], within),
    ...saved(read.save, [...path, 'save'], within),
    ...(read.otherwise ? { otherwise: plannedRead(read.otherwise, [...path, 'otherwise'], context) } : {}),
    ...(read.timeout === undefined ? {} : { timeout_ms: millisecondsOf(read.timeout) }),
  };
}

/** What says how far a poll is; a call of its own inherits the step's connection and identity. */
export function plannedProgress(
  progress: Progress | undefined,
  path: Path,
  context: Context,
): { readonly progress?: PlannedProgress } {
  if (!progress) return {};
  const { call } = progress;
  const request =
    call === undefined
      ? {}
      : { request: httpRequest({ ...progress, call }, path, withConnection(progress, path, context)) };
  const measures =
    'measures' in progress
      ? progress.measures.map((measure, index) => plannedMeasure(measure, [...path, 'measures', index], context))
      : [plannedMeasure(progress, path, context)];
  return { progress: { ...request, measures } };
}

function plannedMeasure({ done, total, unit }: Measure, path: Path, context: Context): PlannedMeasure {
  const isQuery = typeof total === 'string' && !total.includes('{{');
  const variables = plannedVariables(isQuery ? [done, total] : [done], [...path, 'done'], context);
  if (total === undefined) return { done, ...variables, unit };
  if (isQuery) return { done, total: { path: total }, ...variables, unit };
  const at = [...path, 'total'];
  const value = resolved(context, at, total) ?? total;
  refuseSecrets(value, at, context, 'in a total: it is shown');
  return { done, total: { value }, ...variables, unit };
}
