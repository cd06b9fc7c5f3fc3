import type { RollbackPreview } from '../engine/index.ts';
import { authText, plaintextWarning } from '../kinds/index.ts';
import {
  foldNode,
  type HttpRequest,
  type Plan,
  type PlannedAuth,
  type PlannedLock,
  type PlannedNode,
  type PlannedRead,
  type PlannedRequest,
  type Request,
  skipReasonText,
} from '../plan/index.ts';
import { inert, jsonText } from '../text/index.ts';
import {
  addressOf,
  connectionText,
  contentText,
  doneWhenText,
  linesIn,
  lockText,
  passingWritesText,
  progressText,
  requestText,
} from './outline.ts';
import { countsText } from './plan-summary.ts';
import { readable } from './readable.ts';
import { reasonText, statusText } from './reason-text.ts';
import { roleTexts } from './role-text.ts';
import { noteText } from './run-lines.ts';
import {
  atOnceText,
  conditionText,
  expectations,
  repetitionText,
  retryText,
  savesText,
  secretText,
  unknownText,
  untilText,
  valueText,
  windowText,
} from './words.ts';

/** A plan as an auditor reads it: every call in order, what it asserts, what rolls it back. Nothing was sent to make it. */
export function planText(plan: Plan, id: string): string {
  const lines = [
    'Before the first write',
    ...plan.locks.map((lock) => lockLine(lock, plan)),
    ...plan.preflight.flatMap((request) => indented(nodeLines(request, plan))),
    '',
    'Steps',
    ...plan.steps.flatMap((node) => indented(nodeLines(node, plan))),
    ...(plan.rollback.length > 0
      ? ['', 'Rollback of the whole runbook', ...plan.rollback.flatMap((node) => indented(nodeLines(node, plan)))]
      : []),
  ];
  return `${planHead(plan, id)}\n${lines.map((line) => inert(line)).join('\n')}\n`;
}

/** Returns what a plan is about, without its calls. */
export function planHead(plan: Plan, id: string): string {
  const lines = [
    `${plan.runbook.title}`,
    ...planFacts(plan, id).map(([name, value]) => `  ${name.padEnd(11)}  ${value}`),
    '',
    `${countsText(plan)}. Values in <…> are known only when it runs.`,
  ];
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

/** Returns what a plan says once: name and value, for people. */
export function planFacts(plan: Plan, id: string): [name: string, value: string][] {
  const { runbook, environment, author, inputs } = plan;
  return [
    ['runbook', `${runbook.file} (${runbook.name}, Elasticsearch ${runbook.elasticsearch})`],
    ['environment', environment.name],
    ...(author === undefined ? [] : [['author', author] as [string, string]]),
    ...Object.entries(environment.connections).map(([name, connection]): [string, string] => {
      const { cluster_uuid, ca_sha256, fingerprint, identities = {} } = connection;
      const parts = [
        `${connection.kind} at ${connection.url}, ${credentialsText(connection.auth)}`,
        ...Object.entries(identities).map(([identity, auth]) => `as ${identity}: ${credentialsText(auth)}`),
        ...(cluster_uuid === undefined ? [] : [`cluster_uuid ${cluster_uuid}`]),
        ...(ca_sha256 === undefined ? [] : [`ca of SHA-256 ${ca_sha256}`]),
        ...(fingerprint === undefined ? [] : [`fingerprint ${fingerprint}`]),
      ];
      return ['connection', `${name}: ${parts.join('; ')}`];
    }),
    ...Object.entries(environment.connections).flatMap(([name, connection]): [string, string][] => {
      const warning = plaintextWarning(name, connection);
      return warning === undefined ? [] : [['WARNING', warning]];
    }),
    ...roleTexts(plan).map((role): [string, string] => ['needs', role]),
    ...(environment.maintenance_windows ?? []).map((window): [string, string] => ['window', windowText(window)]),
    ...Object.entries(inputs).map(([name, input]): [string, string] => [
      'input',
      `${name} = ${'value' in input ? jsonText(input.value) : `secret from ${secretText(input.secret)}`}`,
    ]),
    ['plan', id],
  ];
}

/** Credentials, and where their secret comes from: `user elastic (password from env PW)`. */
function credentialsText(auth: PlannedAuth): string {
  const what = authText(auth);
  switch (auth.type) {
    case 'none':
      return what;
    case 'basic':
      return `${what} (password from ${secretText(auth.password)})`;
    case 'api_key':
    case 'bearer':
      return `${what} from ${secretText(auth.secret)}`;
    case 'access_key':
      return `${what} from ${secretText(auth.id)} and ${secretText(auth.secret)}`;
  }
}

/** Returns what would be rolled back, as an operator reads it: the calls of each step's rollback, in the order in which they are sent, and what the reads before them say now. */
export function rollbackText(previews: readonly RollbackPreview[], plan: Plan): string {
  const lines = previews.flatMap(({ step, steps, looks, notes }) => [
    `Rollback of ${step}`,
    ...steps.flatMap((node) => indented(nodeLines(node, plan))),
    ...(looks.length > 0 ? ['  read for this preview:', ...looks.map((look) => `    ${lookText(look)}`)] : []),
    ...notes.map((note) => `  ${noteText(note)}`),
  ]);
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

function lookText(look: RollbackPreview['looks'][number]): string {
  const said = look.type === 'response' ? statusText(look.status, look.error) : reasonText(look.reason);
  return `${look.call.request} on ${connectionText(look.call)}: ${said}`;
}

/** ` as recovery (user filesuper)`; nothing for the connection's own credentials. */
function identityText(
  { connection, identity }: { readonly connection: string; readonly identity?: string },
  plan: Plan,
) {
  if (identity === undefined) return '';
  const auth = plan.environment.connections[connection]?.identities?.[identity];
  return ` as ${identity} (${auth ? authText(auth) : 'unknown'})`;
}

function lockLine(lock: PlannedLock, plan: Plan): string {
  const { connection } = lock;
  return `  lock ${connection}${identityText(lock, plan)}: ${lockText(lock, plan)}`;
}

function nodeLines(node: PlannedNode, plan: Plan): string[] {
  return foldNode<string[]>(node, (one, { steps, evidence, always, rollback }) => [
    ...ownLines(one, plan),
    ...steps.flatMap(indented),
    ...section('evidence (read where it fails, before anything is undone)', evidence),
    ...section('always (on success, failure or interruption)', always),
    ...section('rollback', rollback),
  ]);
}

function section(title: string, nodes: readonly string[][]): string[] {
  return nodes.length === 0 ? [] : indented([`${title}:`, ...nodes.flatMap(indented)]);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

const inner = '     ';

/** A node without what is inside it. */
function ownLines(planned: PlannedNode, plan: Plan): string[] {
  const node = readable(planned, plan);
  if (node.kind === 'skipped') return [`${node.number} ${node.id}: skipped, ${skipReasonText(node.reason)}`];
  const marks = [
    ...(node.kind === 'request' ? [node.effect.toUpperCase()] : []),
    ...(node.disruptive ? ['DISRUPTIVE'] : []),
    ...(node.confirm === undefined ? [] : ['requires confirmation']),
  ];
  const head = `${node.number} ${node.id}${marks.length > 0 ? ` [${marks.join(', ')}]` : ''}: ${node.title}`;
  const parallel = node.kind === 'block' ? node.parallel : undefined;
  const common = [
    ...(node.when ?? []).map((condition) => `${inner}when      ${conditionText(condition)}`),
    ...(node.for_each === undefined ? [] : [`${inner}for each  ${valueText(node.for_each)}`]),
    ...(parallel === undefined ? [] : [`${inner}at once   ${atOnceText(parallel)}`]),
    ...(node.kind === 'block' && node.repeat ? [`${inner}repeated  until ${repetitionText(node.repeat)}`] : []),
    ...(node.confirm === undefined ? [] : [`${inner}question  ${node.confirm}`]),
    ...('unchanged_when' in node && node.unchanged_when ? checkLines('unchanged', node.unchanged_when, plan) : []),
    ...('done_when' in node && node.done_when ? checkLines('already in place', node.done_when, plan) : []),
  ];
  if (node.kind === 'note')
    return [head, ...common, `${inner}${node.severity === 'warning' ? 'warning' : 'note   '}   ${node.note}`];
  return [
    head,
    ...common,
    ...(node.kind === 'block' ? [] : requestLines(node, passingWritesText(planned as PlannedRequest, plan), plan)),
  ];
}

function requestLines(node: PlannedRequest, passing: string | undefined, plan: Plan): string[] {
  const line = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`${inner}${name.padEnd(10)}${value}`];
  return [
    ...callLines(node.request, plan).map((line) => `${inner}${line}`),
    ...line('writes', passing),
    ...line('until', untilText(node)),
    ...line('progress', progressText(node)),
    ...expectations(node.expect).map(
      ({ text, message }, index) =>
        `${inner}${index === 0 ? 'expects   ' : '          '}${text}${message === undefined ? '' : ` — otherwise: ${message}`}`,
    ),
    ...line('saves', savesText(node)),
    ...line('retry', retryText(node)),
    ...line('unknown', unknownText(node)),
    ...line('put right', node.undone_by && `by ${node.undone_by}`),
    ...line('kept', node.keep),
  ];
}

function callLines(request: Request, plan: Plan): string[] {
  const where = `on        ${request.connection}`;
  if (request.type !== 'http') return [where, requestText(request).replace(/^\S+/, (verb) => verb.padEnd(9))];
  return [
    `${where}${identityText(request, plan)}`,
    `${request.method.padEnd(9)} ${addressOf(request, plan)}`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `header    ${name}: ${valueText(value)}`),
    ...contentLines(request),
  ];
}

function contentLines(request: HttpRequest): string[] {
  const items = linesIn(request);
  if (items) return items.map((line) => `line      ${line}`);
  const name = request.ndjson === undefined ? (request.text === undefined ? 'body' : 'text') : 'lines';
  return (contentText(request)?.split('\n') ?? []).map(
    (line, index) => `${index === 0 ? name.padEnd(10) : '          '}${line}`,
  );
}

function checkLines(name: string, read: PlannedRead, plan: Plan): string[] {
  const [where = '', call = '', ...rest] = callLines(read.request, plan);
  return [
    `${inner}${name} if ${call.replace(/\s+/, ' ')} (${where.replace(/\s+/, ' ')}) returns ${doneWhenText(read)}`,
    ...rest.map((line) => `${inner}          ${line}`),
  ];
}
