import { durationOf, expectedOf, inert, isMatcher, type Json, messageOf } from '../language/index.ts';
import type {
  Condition,
  Plan,
  PlannedExpect,
  PlannedLock,
  PlannedNode,
  PlannedRead,
  PlannedRequest,
  Request,
} from '../plan/index.ts';

/** A plan as an auditor reads it: every call in order, what it asserts, what undoes it. Nothing was sent to make it. */
export function planText(plan: Plan, id: string): string {
  const counts = countCalls(plan.steps);
  const lines = [
    `${plan.runbook.title}`,
    `  runbook      ${plan.runbook.file} (${plan.runbook.name}, Elasticsearch ${plan.runbook.elasticsearch})`,
    `  environment  ${plan.environment.name}`,
    ...Object.entries(plan.environment.connections).map(([name, connection]) => {
      const identities = Object.entries(connection.identities ?? {}).map(
        ([identity, login]) => `; as ${identity}: ${login}`,
      );
      const pin = connection.cluster_uuid === undefined ? '' : `; cluster_uuid ${connection.cluster_uuid}`;
      return `  connection   ${name}: ${connection.kind} at ${connection.url}, ${connection.login}${identities.join('')}${pin}`;
    }),
    ...(plan.environment.maintenance_windows ?? []).map(
      ({ days, from, to, timezone }) =>
        `  window       ${days ? days.join(', ') : 'daily'} ${from}–${to} ${timezone ?? 'UTC'}`,
    ),
    ...Object.entries(plan.inputs).map(
      ([name, input]) =>
        `  input        ${name} = ${
          'value' in input
            ? JSON.stringify(input.value)
            : `secret from ${Object.entries(input.secret)
                .map(([kind, from]) => `${kind} ${[from].flat().join(' ')}`)
                .join()}`
        }`,
    ),
    `  plan         ${id}`,
    '',
    `${counts.reads} reads, ${counts.writes} writes${counts.disruptive > 0 ? `, ${counts.disruptive} disruptive` : ''}${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}. Values in {{…}} are known only when it runs.`,
    '',
    'Before the first write',
    ...plan.locks.map((lock) => lockLine(lock, plan)),
    ...plan.preflight.flatMap((request) => nodeLines(request, 1, plan)),
    '',
    'Steps',
    ...plan.steps.flatMap((node) => nodeLines(node, 1, plan)),
    ...(plan.rollback.length > 0
      ? ['', 'Undoes the whole runbook', ...plan.rollback.flatMap((node) => nodeLines(node, 1, plan))]
      : []),
  ];
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

/** What would be undone, as an auditor reads it: the calls of each step's undoing, in the order in which they are sent. */
export function undoText(
  undos: readonly { readonly step: string; readonly steps: readonly PlannedNode[] }[],
  plan: Plan,
): string {
  const lines = undos.flatMap(({ step, steps }) => [
    `To undo ${step}`,
    ...steps.flatMap((node) => nodeLines(node, 1, plan)),
  ]);
  return `${lines.map((line) => inert(line)).join('\n')}\n`;
}

function lockLine({ connection, identity, path }: PlannedLock, plan: Plan): string {
  const { url, identities } = plan.environment.connections[connection] ?? {};
  const login = identity === undefined ? '' : ` as ${identity} (${identities?.[identity] ?? 'unknown'})`;
  return `  lock ${connection}${login}: PUT ${url ?? ''}${path}?op_type=create, written again every minute, deleted at the end`;
}

function nodeLines(node: PlannedNode, depth: number, plan: Plan): string[] {
  const pad = '  '.repeat(depth);
  if (node.kind === 'skipped') return [`${pad}${node.number} ${node.id}: skipped, ${node.reason}`];
  const marks = [
    ...(node.kind === 'request' ? [node.effect.toUpperCase()] : []),
    ...(node.disruptive ? ['DISRUPTIVE'] : []),
    ...(node.confirm === undefined ? [] : ['asks a person']),
  ];
  const head = `${pad}${node.number} ${node.id}${marks.length > 0 ? ` [${marks.join(', ')}]` : ''}: ${node.title}`;
  const inner = `${pad}     `;
  const common = [
    ...(node.when ?? []).map((condition) => `${inner}when      ${conditionText(condition)}`),
    ...(node.for_each === undefined ? [] : [`${inner}for each  ${text(node.for_each)}`]),
    ...(node.confirm === undefined ? [] : [`${inner}question  ${node.confirm}`]),
    ...('done_when' in node && node.done_when ? doneWhenLines(node.done_when, inner, plan) : []),
  ];
  if (node.kind === 'note')
    return [head, ...common, `${inner}${node.severity === 'warning' ? 'warning' : 'note   '}   ${node.note}`];
  if (node.kind === 'block') {
    return [
      head,
      ...common,
      ...node.steps.flatMap((step) => nodeLines(step, depth + 1, plan)),
      ...section('always, on every way out', node.always, depth, plan),
      ...section('undone by', node.rollback, depth, plan),
    ];
  }
  return [head, ...common, ...requestLines(node, inner, plan), ...section('undone by', node.rollback, depth, plan)];
}

function section(title: string, nodes: readonly PlannedNode[] | undefined, depth: number, plan: Plan): string[] {
  if (!nodes || nodes.length === 0) return [];
  return [`${'  '.repeat(depth + 1)}${title}:`, ...nodes.flatMap((node) => nodeLines(node, depth + 2, plan))];
}

function requestLines(node: PlannedRequest, inner: string, plan: Plan): string[] {
  const timing = node.until
    ? [
        `${inner}until     ${node.until.map(conditionText).join('; ')} — every ${durationOf(node.every_ms ?? 0)}, at most ${durationOf(node.timeout_ms)}`,
      ]
    : [];
  return [
    ...callLines(node.request, inner, plan),
    ...timing,
    ...expectLines(node.expect, inner),
    ...(node.save
      ? [
          `${inner}saves     ${Object.entries(node.save)
            .map(
              ([name, { path, secret, digest }]) =>
                `${name} = ${path}${secret ? ' (secret)' : digest ? ' (SHA-256)' : ''}`,
            )
            .join('; ')}`,
        ]
      : []),
    ...(node.effect === 'write' && node.retry.attempts > 1
      ? [`${inner}retry     up to ${node.retry.attempts} times, first after ${durationOf(node.retry.delay_ms)}`]
      : []),
  ];
}

function callLines(request: Request, inner: string, plan: Plan): string[] {
  const connection = plan.environment.connections[request.connection];
  const identity =
    'identity' in request && request.identity !== undefined
      ? ` as ${request.identity} (${connection?.identities?.[request.identity] ?? 'unknown'})`
      : '';
  if (request.type === 'oss')
    return [
      `${inner}on        ${request.connection}`,
      `${inner}oss       ${request.operation} ${request.key ?? request.prefix ?? ''}`.trimEnd(),
    ];
  const query = Object.entries(request.query ?? {}).map(([name, value]) => `${name}=${text(value)}`);
  return [
    `${inner}on        ${request.connection}${identity}`,
    `${inner}${request.method.padEnd(9)} ${connection?.url ?? ''}${request.path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `${inner}header    ${name}: ${text(value)}`),
    ...(request.body === undefined ? [] : bodyLines(request.body, inner)),
  ];
}

function bodyLines(body: Json, inner: string): string[] {
  if (Array.isArray(body)) return (body as readonly Json[]).map((line) => `${inner}line      ${JSON.stringify(line)}`);
  const lines = JSON.stringify(body, null, 2).split('\n');
  return lines.map((line, index) => `${inner}${index === 0 ? 'body      ' : '          '}${line}`);
}

function expectLines(expect: PlannedExpect, inner: string): string[] {
  return [
    `${inner}expects   status ${expect.status.join(' or ')}${expect.message === undefined ? '' : ` — otherwise: ${expect.message}`}`,
    ...expect.body.map((condition) => {
      const message = messageOf(condition.expect);
      return `${inner}          ${conditionText(condition)}${message === undefined ? '' : ` — otherwise: ${message}`}`;
    }),
  ];
}

function doneWhenLines(read: PlannedRead, inner: string, plan: Plan): string[] {
  const [where = '', call = '', ...rest] = callLines(read.request, '', plan);
  return [
    `${inner}done when ${call.replace(/\s+/, ' ')} (${where.replace(/\s+/, ' ')}) says ${[`status ${read.expect.status.join(' or ')}`, ...read.expect.body.map(conditionText)].join('; ')}`,
    ...rest.map((line) => `${inner}          ${line}`),
  ];
}

function conditionText({ subject, expect }: Condition): string {
  return isMatcher(expect) ? `${subject}: ${expectedOf(expect)}` : `${subject} = ${text(expect)}`;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function countCalls(nodes: readonly PlannedNode[]): {
  reads: number;
  writes: number;
  disruptive: number;
  skipped: number;
} {
  const total = { reads: 0, writes: 0, disruptive: 0, skipped: 0 };
  for (const node of nodes) {
    if (node.kind === 'skipped') total.skipped++;
    else if (node.disruptive) total.disruptive++;
    if (node.kind === 'request') total[node.effect === 'read' ? 'reads' : 'writes']++;
    if (node.kind === 'block') {
      const inner = countCalls([...node.steps, ...(node.always ?? [])]);
      for (const key of ['reads', 'writes', 'disruptive', 'skipped'] as const) total[key] += inner[key];
    }
  }
  return total;
}
