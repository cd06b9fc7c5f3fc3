import { dialectOf, type HttpDialect } from '../kinds/index.ts';
import { type Content, contentOf } from '../language/index.ts';
import {
  type HttpRequest,
  nodesIn,
  type Plan,
  type PlannedLock,
  type PlannedNode,
  type PlannedRead,
  type PlannedRequest,
  type Request,
  skipReasonText,
  type Visited,
  wholeRunbook,
} from '../plan/index.ts';
import { inOneLine } from '../text/in-one-line.ts';
import { type Json, jsonText, textOf } from '../text/index.ts';
import { assertedConditions, conditionText, savesText, valueText } from './words.ts';

/** A node and its place, as the plan or a run has them. */
type Placed = Pick<Visited, 'node' | 'section' | 'undoes'>;

/** Returns the heading that a node stands under, in a plan and in a run. */
export function headingOf({ section, undoes }: Pick<Placed, 'section' | 'undoes'>): string {
  if (undoes === wholeRunbook) return 'Rollback of the whole runbook';
  return section === 'preflight' ? 'Before the first write' : 'Steps';
}

/** Returns what a reader has to know of a node before its title. */
export function marksOf({ node, section, undoes }: Placed): string[] {
  return [
    ...(node.kind === 'request' && node.effect === 'write' ? ['WRITE'] : []),
    ...(node.kind !== 'skipped' && node.disruptive ? ['DISRUPTIVE'] : []),
    ...(section === 'always' || section === 'evidence' ? [section] : []),
    ...(undoes === undefined || node.kind === 'block' ? [] : [`rolls back ${undoes}`]),
  ];
}

/** The rollback of a step, a block or the whole runbook. */
export interface PlannedRollback {
  /** Its id; `wholeRunbook` for all of it. */
  readonly of: string;
  /** Its number and id, for people. */
  readonly label: string;
  readonly steps: readonly PlannedNode[];
}

/** Everything that can be rolled back, in the order of the plan: a rollback goes from the last one to the first. */
export function rollbacksIn(plan: Plan): PlannedRollback[] {
  const all = nodesIn(plan).map(({ node, section }): PlannedRollback => {
    const steps = 'rollback' in node && section !== 'rollback' ? (node.rollback ?? []) : [];
    return { of: node.id, label: `${node.number} ${node.id}`, steps };
  });
  return [{ of: wholeRunbook, label: wholeRunbook, steps: plan.rollback }, ...all].filter(
    ({ steps }) => steps.length > 0,
  );
}

/** The address that a request goes to, as it was planned: `https://…/_snapshot/x?wait=true`. */
export function addressOf(request: HttpRequest, plan: Plan): string {
  return `${plan.environment.connections[request.connection]?.url ?? ''}${request.path}${queryOf(request)}`;
}

/** `?name=value&…` as it was planned, not encoded; nothing where there is no query. */
function queryOf({ query = {} }: HttpRequest): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${valueText(value)}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** Returns how the server of a call takes it. */
export function dialectFor({ connection }: { readonly connection: string }, plan: Plan): HttpDialect {
  return dialectOf(plan.environment.connections[connection]);
}

/** Returns what a read writes all the same while it runs; undefined where it writes nothing. */
export function passingWritesText({ effect, request }: PlannedRequest, plan: Plan): string | undefined {
  const isReadingPost = effect === 'read' && request.type === 'http' && request.method === 'POST';
  return isReadingPost ? dialectFor(request, plan).passingWrites(request.path) : undefined;
}

/** The lines of NDJSON that a call carries; undefined where it carries none, or nobody knows them yet. */
export function linesIn({ ndjson }: Content): string[] | undefined {
  return Array.isArray(ndjson) ? (ndjson as readonly Json[]).map((line) => jsonText(line)) : undefined;
}

/** What a call carries for people, as it is sent: JSON, lines of it, or a text; undefined where it carries nothing. */
export function contentText(content: Content): string | undefined {
  const { body, ndjson, text } = content;
  if (ndjson !== undefined) return linesIn(content)?.join('\n') ?? jsonText(ndjson);
  if (text !== undefined) return textOf(text);
  return body === undefined ? undefined : jsonText(body, 2);
}

/** What a call carries in one line, cut to so many characters, behind a space; empty where it carries nothing. */
export function contentInOneLine(content: Content, limit: number): string {
  return Object.values(contentOf(content))
    .map((value) => ` ${inOneLine(value as Json, limit)}`)
    .join('');
}

/** The connection, and as whom it is used: `destination as recovery`. */
export function connectionText({ connection, identity }: { readonly connection: string; readonly identity?: string }) {
  return identity === undefined ? connection : `${connection} as ${identity}`;
}

/** A connection and where it leads: `elasticsearch at https://…`. */
export function connectionWithAddress(name: string, { environment: { connections } }: Plan): string {
  const connection = connections[name];
  return connection === undefined ? '' : `${connection.kind} at ${connection.url}`;
}

/** A request in one line: `PUT /_snapshot/x`, `oss list prefix`. */
export function requestText(request: Request): string {
  return request.type === 'http'
    ? `${request.method} ${request.path}${queryOf(request)}`
    : `${request.type} ${request.operation} ${request.key ?? request.prefix ?? ''}`.trimEnd();
}

/** Returns what a `done_when` must say (`status 200; found = true`), and what is asked where it cannot tell. */
export function doneWhenText({ expect, save, otherwise }: PlannedRead): string {
  const saves = save ? [`saves ${savesText({ save })}`] : [];
  const said = [
    `status ${expect.status.join(' or ')}`,
    ...assertedConditions(expect).map(conditionText),
    ...saves,
  ].join('; ');
  if (!otherwise) return said;
  return `${said}; if that cannot tell: ${requestText(otherwise.request)} on ${connectionText(otherwise.request)} returns ${doneWhenText(otherwise)}`;
}

/** Returns in which units a poll says how far it is, and which read it asks; undefined where it says nothing. */
export function progressText({ progress }: PlannedRequest): string | undefined {
  if (!progress) return undefined;
  const units = progress.measures.map(({ unit }) => unit).join(', ');
  const { request } = progress;
  if (!request) return units;
  const carried =
    request.type === 'http' ? Object.values(contentOf(request)).map((value) => ` ${jsonText(value)}`) : [];
  return `${units}, by ${requestText(request)}${carried.join('')} on ${connectionText(request)}, at most every 5s`;
}

/** A lock in one line; with the address of its cluster where a plan is given. */
export function lockText({ connection, path, index, successor }: PlannedLock, plan?: Plan): string {
  const url = plan?.environment.connections[connection]?.url ?? '';
  const later = successor === undefined ? '' : `, as ${successor} once the other credentials are refused`;
  return `PUT ${url}${path}?op_type=create, renewed every minute, deleted at the end${later}; its index is created first if it is missing: PUT ${url}${index.path} ${jsonText(index.body)}`;
}

/** Returns what is said of a node that no iteration has reached. */
export function unreachedText(node: PlannedNode): string {
  return node.kind === 'skipped' ? `skipped: ${skipReasonText(node.reason)}` : 'not reached';
}
