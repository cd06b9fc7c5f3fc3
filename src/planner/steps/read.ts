import { readProblem } from '../../kinds/index.ts';
import { type CallStep, type DoneWhen, type Path, partsOfCall, resolvePath } from '../../language/index.ts';
import type { HttpRequest, PlannedRead } from '../../plan/index.ts';
import { type Json, type JsonObject, millisecondsOf } from '../../text/index.ts';
import { attempt, type Context, report, resolved } from '../context.ts';
import { lookupIn } from '../scope.ts';
import { refuseSecrets } from '../secrets.ts';
import { connectionFor, withConnection } from './connection.ts';
import { plannedExpect } from './fields.ts';

/** The HTTP request of a call step or of a `done_when`. */
export function httpRequest(step: CallStep | DoneWhen, path: Path, context: Context): HttpRequest {
  const { method, path: written } = partsOfCall(step.call);
  const target = attempt(context, [...path, 'call'], () => resolvePath(written, lookupIn(context.scope)));
  const query = resolved(context, [...path, 'query'], step.query as Json | undefined);
  const headers = resolved(context, [...path, 'headers'], step.headers as Json | undefined);
  const body = resolved(context, [...path, 'body'], step.body);
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
    ...(body === undefined ? {} : { body }),
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
    ...(read.otherwise ? { otherwise: plannedRead(read.otherwise, [...path, 'otherwise'], context) } : {}),
    ...(read.timeout === undefined ? {} : { timeout_ms: millisecondsOf(read.timeout) }),
  };
}
