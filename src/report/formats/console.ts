import { authText, type ContentForm, formOf, type HttpDialect, parametersOf } from '../../kinds/index.ts';
import { contentOf } from '../../language/index.ts';
import {
  type HttpRequest,
  nodesIn,
  type Plan,
  type PlannedNode,
  skipReasonText,
  type Visited,
} from '../../plan/index.ts';
import { inert, type Json, textOf } from '../../text/index.ts';
import { runComments } from '../aftermath.ts';
import { type Blank, type Blanks, blanksOf, comment, jsonText, partsOf } from '../by-hand.ts';
import { connectionText, dialectFor, doneWhenText, passingWritesText, progressText, requestText } from '../outline.ts';
import { planFacts } from '../plan-text.ts';
import { conditionText, expectations, repetitionText, untilText, valueText } from '../words.ts';
import type { Format } from './format.ts';

/** For Kibana's Dev Tools: every call, to send one after the other, with what to check above it. */
export const console: Format = {
  render: ({ plan, id, run }) => {
    const blanks = blanksOf(plan);
    let place = '';
    const steps = nodesIn(plan).flatMap((entry) => {
      const { node } = entry;
      const lines = stepLines(entry, plan, blanks);
      if (node.kind !== 'request' || node.request.type !== 'http') return lines;
      const here = consolePlace(node.request, plan);
      const move = here === place ? [] : ['', comment(`════ ${here}`)];
      place = here;
      return [...move, ...lines];
    });
    const used = [...new Set(nodesIn(plan).flatMap(({ node }) => blanksIn(node, blanks)))];
    return [
      ...(run ? runComments(plan, run.report) : []),
      ...planFacts(plan, id).map(([name, value]) => comment(`${name}: ${value}`)),
      comment(''),
      comment(
        'Nothing is checked for you here: send a call only if the conditions above it are met, and compare its response',
      ),
      comment('with what it expects. Locks, rollback and the steps of always are up to you, too.'),
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
    ...(section === 'evidence' ? ['ONLY WHERE IT HAS FAILED'] : []),
    ...(undoes === undefined ? [] : [`ONLY TO ROLL BACK ${undoes}`]),
  ];
  const head = `${node.number} ${node.id}${marks.length > 0 ? ` [${marks.join(', ')}]` : ''}: ${node.title}`;
  if (node.kind === 'skipped') return ['', comment(`${head} — skipped, ${skipReasonText(node.reason)}`)];
  const conditions = [
    ...(node.when ?? []).map((condition) => `only when ${conditionText(condition)}`),
    ...(node.for_each === undefined ? [] : [`for each item of ${valueText(node.for_each)}`]),
    ...(node.kind === 'block' && node.repeat ? [`repeated until ${repetitionText(node.repeat)}`] : []),
    ...(node.confirm === undefined ? [] : [`requires confirmation: ${node.confirm}`]),
    ...('unchanged_when' in node && node.unchanged_when
      ? [`unchanged if ${requestText(node.unchanged_when.request)} returns ${doneWhenText(node.unchanged_when)}`]
      : []),
    ...('done_when' in node && node.done_when
      ? [`already in place if ${requestText(node.done_when.request)} returns ${doneWhenText(node.done_when)}`]
      : []),
  ].map((text) => comment(`  ${text}`));
  if (node.kind === 'note') return ['', comment(head), ...conditions, comment(`  ${node.note}`)];
  if (node.kind === 'block') return ['', comment(`── ${head}`), ...conditions];
  const until = untilText(node);
  const progress = progressText(node);
  const writes = passingWritesText(node, plan);
  return [
    '',
    comment(head),
    ...conditions,
    ...(writes === undefined ? [] : [comment(`  writes ${writes}`)]),
    ...(until === undefined ? [] : [comment(`  repeat until ${until}`)]),
    ...(progress === undefined ? [] : [comment(`  progress: ${progress}`)]),
    comment(
      `  expects ${expectations(node.expect)
        .map(({ text }) => text)
        .join('; ')}`,
    ),
    ...(node.request.type === 'http'
      ? callLines(node.request, plan, blanks)
      : [comment(`  look into the bucket: ${requestText(node.request)}`)]),
  ];
}

function callLines(request: HttpRequest, plan: Plan, blanks: Blanks): string[] {
  const dialect = dialectFor(request, plan);
  const query = parametersOf(request.query ?? {}, dialect).map(
    ([name, value]) => `${encodeURIComponent(name)}=${filled(value, blanks, encodeURIComponent)}`,
  );
  const path = `${dialect.consolePrefix ?? ''}${filled(request.path, blanks)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) =>
    comment(
      `  with the header ${name}: ${valueText(value)}${isReached(dialect) ? ' (the Console cannot set it)' : ''}`,
    ),
  );
  const content = formOf(request, dialect);
  if (content?.form === 'file')
    return [
      ...headers,
      comment('  the Console cannot upload a file: import these lines under Saved Objects'),
      ...contentLines(content.value, content.form, blanks).map(comment),
    ];
  const lines = [
    inert(`${request.method} ${path}`),
    ...(content ? contentLines(content.value, content.form, blanks) : []),
  ];
  return [...headers, ...(isReached(dialect) ? lines : lines.map(comment))];
}

function isReached({ consolePrefix }: HttpDialect): boolean {
  return consolePrefix !== undefined;
}

function contentLines(value: Json, form: ContentForm, blanks: Blanks): string[] {
  if (form === 'text')
    return filled(textOf(value), blanks)
      .split('\n')
      .map((line) => inert(line));
  const writer = {
    text: (text: string) => JSON.stringify(filled(text, blanks)),
    key: (key: string) => JSON.stringify(filled(key, blanks)),
  };
  if (Array.isArray(value) && form !== 'json')
    return (value as readonly Json[]).map((line) => inert(jsonText(line, writer, 0)));
  return jsonText(value, writer)
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
  if (node.kind !== 'request' || node.request.type !== 'http') return [];
  const { path, query } = node.request;
  return [path, query, ...Object.values(contentOf(node.request))].flatMap((value) =>
    blanks.within(value as Json | undefined),
  );
}

function consolePlace(request: HttpRequest, plan: Plan): string {
  const { url = '', auth, identities } = plan.environment.connections[request.connection] ?? {};
  const used = request.identity === undefined ? auth : identities?.[request.identity];
  const where = isReached(dialectFor(request, plan)) ? 'in the Console of' : 'where the Console does not reach:';
  return `${where} ${connectionText(request)} (${url}, ${used ? authText(used) : (request.identity ?? '')})`;
}
