import { type Content, type EnvironmentConnection, isOneExpression, type Step } from '../language/index.ts';
import type { HttpRequest, Plan, PlannedConnection, Request } from '../plan/index.ts';
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
export type { WrittenCall } from './catalogue.ts';
export type { Change } from './change.ts';
export { type ContentForm, encoded, formOf, type HttpDialect, type ItemsFlag, parametersOf } from './dialect.ts';
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

/** The kind of this name; the default one where it is not known. */
export function kindNamed(name: KindName = defaultKind): Kind {
  return kinds[name];
}

export function kindOf(settings: EnvironmentConnection): Kind {
  return kindNamed(kindNameOf(settings));
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

/**
 * Returns why what a call carries is not sent so to a connection of this kind; undefined where it is. What a template gives, only the
 * run knows.
 * @param hasType A header says of what type it is.
 */
export function contentProblem(
  kind: KindName,
  { path, body, text }: Pick<HttpRequest, 'path' | keyof Content>,
  hasType: boolean,
): { readonly key: keyof Content; readonly message: string; readonly help: string } | undefined {
  const dialect = kinds[kind].http;
  if (!dialect) return undefined;
  if (body !== undefined && dialect.takesLines(path)) {
    const message = `body on ${path}, which takes lines of JSON`;
    return { key: 'body', message, help: 'Write them under ndjson, as a list with an item for each line.' };
  }
  if (dialect.takesScalars || hasType) return undefined;
  if (text !== undefined) {
    const message = `text without a header that says of what type it is, on a connection of kind ${kind}`;
    return {
      key: 'text',
      message,
      help: 'Add headers: { Content-Type: … }. JSON is written under body, lines of it under ndjson.',
    };
  }
  if (
    body === undefined ||
    body === null ||
    typeof body === 'object' ||
    (typeof body === 'string' && isOneExpression(body))
  )
    return undefined;
  return {
    key: 'body',
    message: `a ${typeof body} as a body; on a connection of kind ${kind} a body is a mapping or a list`,
    help: 'Write it as YAML: it is sent as JSON. Lines of JSON are a list under ndjson, any other text stands under text.',
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
