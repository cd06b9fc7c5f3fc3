import {
  type HttpRequest,
  nodesIn,
  type Plan,
  type PlannedNode,
  skipReasonText,
  type Visited,
} from '../../plan/index.ts';
import { inert, type Json } from '../../text/index.ts';
import { type Blank, type Blanks, blanksOf, comment, isUpload, jsonText, parametersOf, partsOf } from '../by-hand.ts';
import { connectionText, doneWhenText, requestText } from '../outline.ts';
import { planFacts } from '../plan-text.ts';
import { conditionText, expectations, untilText, valueText } from '../words.ts';
import type { Format } from './format.ts';

/** For Kibana's Dev Tools: every call, to be sent one after the other, by a person who reads what stands above it. */
export const console: Format = {
  render: ({ plan, id }) => {
    const blanks = blanksOf(plan);
    let place = '';
    const steps = nodesIn(plan).flatMap((entry) => {
      const { node } = entry;
      const lines = stepLines(entry, plan, blanks);
      if (node.kind !== 'request' || node.request.type === 'oss') return lines;
      const here = consolePlace(node.request, plan);
      const move = here === place ? [] : ['', comment(`════ in the Console of ${here}`)];
      place = here;
      return [...move, ...lines];
    });
    const used = [...new Set(nodesIn(plan).flatMap(({ node }) => blanksIn(node, blanks)))];
    return [
      ...planFacts(plan, id).map(([name, value]) => comment(`${name}: ${value}`)),
      comment(''),
      comment(
        'Nothing is checked for you here: send a call only when what stands above it is true, and read its answer',
      ),
      comment('against what it expects. Locks, rollback and what always has to run are yours, too.'),
      ...(used.length > 0
        ? [comment(''), comment('Variables (Variables tab of the Console; in older ones, put the values in yourself):')]
        : []),
      ...used.map(({ name, source, isSecret }) =>
        comment(`  ${reference(name)}  ${isSecret ? 'SECRET, ' : ''}${source}`),
      ),
      ...steps,
      '',
    ].join('\n');
  },
};

function stepLines({ node, section, undoes }: Visited, plan: Plan, blanks: Blanks): string[] {
  const marks = [
    ...(node.kind === 'request' ? [node.effect.toUpperCase()] : []),
    ...(section === 'always' ? ['ALWAYS'] : []),
    ...(undoes === undefined ? [] : [`ONLY TO UNDO ${undoes}`]),
  ];
  const head = `${node.number} ${node.id}${marks.length > 0 ? ` [${marks.join(', ')}]` : ''}: ${node.title}`;
  if (node.kind === 'skipped') return ['', comment(`${head} — skipped, ${skipReasonText(node.reason)}`)];
  const conditions = [
    ...(node.when ?? []).map((condition) => `only when ${conditionText(condition)}`),
    ...(node.for_each === undefined ? [] : [`once for each item of ${valueText(node.for_each)}`]),
    ...(node.confirm === undefined ? [] : [`ask first: ${node.confirm}`]),
    ...('done_when' in node && node.done_when
      ? [`not needed when ${requestText(node.done_when.request)} says ${doneWhenText(node.done_when)}`]
      : []),
  ].map((text) => comment(`  ${text}`));
  if (node.kind === 'note') return ['', comment(head), ...conditions, comment(`  ${node.note}`)];
  if (node.kind === 'block') return ['', comment(`── ${head}`), ...conditions];
  const until = untilText(node);
  return [
    '',
    comment(head),
    ...conditions,
    ...(until === undefined ? [] : [comment(`  again until ${until}`)]),
    comment(
      `  expects ${expectations(node.expect)
        .map(({ text }) => text)
        .join('; ')}`,
    ),
    ...(node.request.type === 'oss'
      ? [comment(`  look into the bucket: ${requestText(node.request)}`)]
      : callLines(node.request, plan, blanks)),
  ];
}

function callLines(request: HttpRequest, plan: Plan, blanks: Blanks): string[] {
  const isKibana = plan.environment.connections[request.connection]?.kind === 'kibana';
  const query = parametersOf(request, isKibana).map(
    ([name, value]) => `${encodeURIComponent(name)}=${filled(value, blanks, encodeURIComponent)}`,
  );
  const path = `${isKibana ? 'kbn:' : ''}${filled(request.path, blanks)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) =>
    comment(`  with the header ${name}: ${valueText(value)} (the Console cannot set it)`),
  );
  if (isUpload(request, isKibana))
    return [
      ...headers,
      comment('  the Console cannot upload a file: import these lines under Saved Objects'),
      ...bodyLines(request.body ?? null, blanks).map(comment),
    ];
  return [
    ...headers,
    inert(`${request.method} ${path}`),
    ...(request.body === undefined ? [] : bodyLines(request.body, blanks)),
  ];
}

function bodyLines(body: Json, blanks: Blanks): string[] {
  const writer = { text: (text: string) => JSON.stringify(filled(text, blanks)), key: JSON.stringify };
  if (Array.isArray(body)) return (body as readonly Json[]).map((line) => inert(jsonText(line, writer, 0)));
  return jsonText(body, writer)
    .split('\n')
    .map((line) => inert(line));
}

function filled(text: string, blanks: Blanks, encode: (text: string) => string = (same) => same): string {
  return partsOf(text, blanks)
    .parts.map((part) => (typeof part === 'string' ? encode(part) : reference(part.name)))
    .join('');
}

function reference(name: string): string {
  return `\${${name}}`;
}

function blanksIn(node: PlannedNode, blanks: Blanks): Blank[] {
  if (node.kind !== 'request' || node.request.type === 'oss') return [];
  const { path, query, body } = node.request;
  return [path, query, body].flatMap((value) => blanks.within(value));
}

function consolePlace(request: HttpRequest, plan: Plan): string {
  const { url = '', login = '', identities } = plan.environment.connections[request.connection] ?? {};
  const user = request.identity === undefined ? login : (identities?.[request.identity] ?? request.identity);
  return `${connectionText(request)} (${url}, ${user})`;
}
