import type { EnvironmentConnection, Step } from '../language/index.ts';
import type { Plan, PlannedConnection, Request } from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import type { CallProblem, WrittenCall } from './catalogue.ts';
import type { HttpDialect } from './dialect.ts';
import { dialect as defaultDialect } from './elasticsearch/dialect.ts';
import { elasticsearch } from './elasticsearch/index.ts';
import { http } from './http/index.ts';
import { kibana } from './kibana/index.ts';
import type { Kind, KindName, SettingsOf } from './kind.ts';
import { oss } from './oss/index.ts';
import { securityFamilies, type Touched } from './touch.ts';

export { authText, plannedAuth } from './auth.ts';
export type { Change } from './change.ts';
export { type BodyForm, encoded, type HttpDialect, parametersOf } from './dialect.ts';
export type { Kind, KindName } from './kind.ts';
export * from './lock.ts';
export { plaintextWarning } from './plaintext.ts';
export type { Privilege } from './privileges.ts';
export type * from './target.ts';
export { areIndependent, type Touched } from './touch.ts';

/** Every kind of connection; their names are those of the schemas. */
export const kinds: { readonly [K in KindName]: Kind<SettingsOf<K>> } = {
  elasticsearch,
  kibana,
  oss,
  http,
};

const defaultKind = 'elasticsearch';

/** The name of the kind of a connection in an environment file, which may leave it out. */
export function kindNameOf({ kind = defaultKind }: EnvironmentConnection): KindName {
  return kind;
}

export function kindOf(settings: EnvironmentConnection): Kind {
  return kinds[kindNameOf(settings)];
}

/** Returns how the server of a planned connection takes calls; as the default kind where the plan says nothing of it. */
export function dialectOf(connection: PlannedConnection | undefined): HttpDialect {
  return (connection && kinds[connection.kind].http) ?? defaultDialect;
}

/** Returns why a POST on a connection of this kind is not taken for a read, whatever its author says; undefined where it is. */
export function readProblem(
  kind: KindName,
  path: string,
): { readonly message: string; readonly help: string } | undefined {
  if (kinds[kind].http?.isReadingPost(path) !== false) return undefined;
  return {
    message: `effect: read on POST ${path}, which is not known to only read on a connection of kind ${kind}`,
    help: 'Leave effect out: it is a write. For an API that this program does not know, declare a connection of kind http; there effect: read is believed.',
  };
}

/** Returns what is wrong with a call to a connection of this kind; nothing where there is no catalogue of what it has. */
export function callProblems(kind: KindName, call: WrittenCall, range: string | undefined): readonly CallProblem[] {
  return kinds[kind].catalogue?.(call, range) ?? [];
}

/** Returns why a body is not sent to a connection of this kind, where no header says what it is; undefined where it is. */
export function bodyProblem(
  kind: KindName,
  path: string,
  body: Json,
): { readonly message: string; readonly help: string } | undefined {
  const http = kinds[kind].http;
  const takesText = http?.takesText !== false || http.bodyForm({ path, body }) !== 'json';
  if (takesText || body === null || typeof body === 'object') return undefined;
  return {
    message: `a ${typeof body} as a body; on a connection of kind ${kind} a body is a mapping or a list`,
    help: 'Write it as YAML: a mapping is sent as JSON, a list to Elasticsearch as NDJSON. Where the API takes text, headers: { Content-Type: … } says which.',
  };
}

/** The key that makes a step a request to a connection; undefined where it is a block, a note or a fragment. */
export function requestKeyOf(step: Step): Kind['step'] | undefined {
  return Object.values(kinds)
    .map((kind) => kind.step)
    .find((key) => key in step);
}

/**
 * Returns all that a call touches, with what only the run knows filled in; undefined where nobody can tell.
 * @param effect Of the call.
 * @param status Of its response: what credentials may do depends on users and roles, whatever the call reads.
 */
export function touchedBy(
  request: Request,
  effect: 'read' | 'write',
  { environment: { connections } }: Plan,
  status?: number,
): Touched | undefined {
  const connection = connections[request.connection];
  const touches = connection && kinds[connection.kind].touches?.(request, effect === 'write');
  if (!connection || !touches) return undefined;
  const isDenied = status === 401 || status === 403;
  // Two connections may lead to one server.
  return { place: connection.url, touches: isDenied ? [...touches, ...securityFamilies] : touches };
}

/** Returns whether a server may hold back its response to a read until something is there. */
export function mayWait(request: Request, { environment: { connections } }: Plan): boolean {
  return request.type === 'http' && dialectOf(connections[request.connection]).mayWait(request);
}
