import { authText, type ContentForm, formOf, type HttpDialect, kinds, parametersOf } from '../../kinds/index.ts';
import {
  foldNode,
  type HttpRequest,
  nodesIn,
  nodesRunBy,
  type Plan,
  type PlannedAuth,
  type PlannedConnection,
  type PlannedNode,
  type PlannedRead,
  type PlannedRequest,
  type Request,
  type SkippedNode,
  skipReasonText,
} from '../../plan/index.ts';
import { isObject, type Json, type JsonObject, textOf } from '../../text/index.ts';
import { runComments } from '../aftermath.ts';
import { type Blank, type Blanks, blanksOf, comment, jsonText, partsOf } from '../by-hand.ts';
import { connectionText, dialectFor, doneWhenText, passingWritesText, requestText, rollbacksIn } from '../outline.ts';
import { planFacts } from '../plan-text.ts';
import { inHere, inQuotes, prelude, quoted, word } from '../shell.ts';
import { assertedConditions, conditionText, expectations, repetitionText, untilText, valueText } from '../words.ts';
import type { Format } from './format.ts';

/**
 * A Bash script that sends every call of a plan with curl. It asks before each write and after each response that a run would
 * check: the script leaves to its user what the program does itself. Secrets come from environment variables, and are
 * in no argument of a process.
 */
export const curl: Format = {
  render: ({ plan, id, run }) => {
    const script: Script = { plan, blanks: blanksOf(plan), credentials: credentialsIn(plan) };
    return [
      '#!/usr/bin/env bash',
      ...(run ? runComments(plan, run.report) : []),
      ...planFacts(plan, id).map(([name, value]) => comment(`${name}: ${value}`)),
      comment(''),
      comment(
        'Sends the calls of this plan one after the other. It asks before each write and after each response that must',
      ),
      comment(
        'be checked; Enter stops it. No locks, no automatic rollback: `bash SCRIPT rollback` asks for each call of a rollback.',
      ),
      'set -euo pipefail',
      '',
      ...prelude.split('\n'),
      '',
      comment('Secrets, from the environment only:'),
      ...script.credentials.flatMap(({ variable, what }) => (variable === undefined ? [] : [needed(variable, what)])),
      ...secretsOf(plan, script.blanks).map(({ name, source }) => needed(variableOf(name), source)),
      '',
      comment(
        'Credentials by connection. For a certificate authority of your own: NAME_CA=file, with the name of the connection.',
      ),
      ...script.credentials.map((credential) => credentialsFunction(credential)),
      '',
      'if [ "${1-}" = rollback ]; then',
      ...rollbacksIn(plan)
        .reverse()
        .flatMap(({ of, steps }) => [`if ask ${quoted(`Roll back ${of}?`)}; then`, ...linesOf(steps, script), 'fi']),
      'exit',
      'fi',
      ...linesOf([...plan.preflight, ...plan.steps], script),
      '',
      `say ${quoted('the end of the plan')}`,
      '',
    ].join('\n');
  },
};

interface Script {
  readonly plan: Plan;
  readonly blanks: Blanks;
  readonly credentials: readonly Credentials[];
}

interface Credentials {
  readonly connection: string;
  readonly identity?: string;
  /** The function that prints its header. */
  readonly name: string;
  readonly planned: PlannedConnection;
  readonly auth: PlannedAuth;
  /** Where its secret is; none where it has no credentials. */
  readonly variable?: string;
  readonly what: string;
}

function credentialsIn({ environment }: Plan): Credentials[] {
  const names = new Set<string>();
  return Object.entries(environment.connections).flatMap(([connection, planned]): Credentials[] => {
    if (!kinds[planned.kind].http) return [];
    const all: [string | undefined, PlannedAuth][] = [
      [undefined, planned.auth],
      ...Object.entries(planned.identities ?? {}),
    ];
    return all.map(([identity, auth]) => {
      const words = [connection, ...(identity === undefined ? [] : [identity])]
        .join('_')
        .replace(/[^A-Za-z0-9_]/g, '_');
      // `a-b` and `a_b` are two connections: neither may get the other's secret.
      let stem = words;
      while (names.has(stem.toUpperCase())) stem = `${stem}_`;
      names.add(stem.toUpperCase());
      const secret = secretNames[auth.type];
      return {
        ...{ connection, name: `credentials_${stem}`, planned, auth },
        ...(identity === undefined ? {} : { identity }),
        ...(secret === undefined ? {} : { variable: `${stem.toUpperCase()}_${secret}` }),
        what: `the secret of ${authText(auth)} at ${connection}${identity === undefined ? '' : ` as ${identity}`}`,
      };
    });
  });
}

const secretNames: { readonly [T in PlannedAuth['type']]?: string } = {
  basic: 'PASSWORD',
  api_key: 'API_KEY',
  bearer: 'TOKEN',
};

function credentialsFunction(credential: Credentials): string {
  return `${credential.name}() { ${headerCommand(credential)}; }`;
}

function headerCommand({ auth, variable }: Credentials): string {
  switch (auth.type) {
    case 'basic':
      return `basic ${quoted(auth.username)} "$${variable}"`;
    case 'api_key':
      return `printf 'authorization: %s %s' ApiKey "$${variable}"`;
    case 'bearer':
      return `printf 'authorization: %s %s' Bearer "$${variable}"`;
    default:
      return "printf 'accept: application/json'";
  }
}

function secretsOf(plan: Plan, blanks: Blanks): Blank[] {
  const all = nodesIn(plan).flatMap(({ node }) =>
    node.kind === 'request' && node.request.type === 'http' ? blanksOfCall(node.request, blanks) : [],
  );
  return [...new Set(all.filter(({ isSecret }) => isSecret))];
}

function linesOf(nodes: readonly PlannedNode[], script: Script): string[] {
  return nodes.flatMap((node) =>
    foldNode<string[]>(node, (one, { steps, always }) => nodeLines(one, steps.flat(), always.flat(), script)),
  );
}

/** The steps of a block with `until`, again and again; its `always` is not in it. */
function repeatedLines(node: PlannedNode, steps: readonly string[], { blanks }: Script): readonly string[] {
  if (node.kind !== 'block' || !node.repeat) return steps;
  const items = node.steps.flatMap((step) => itemsIn(step, blanks));
  return [
    'while :; do',
    ...(items.length > 0 ? [`unset ${[...new Set(items)].join(' ')}`] : []),
    ...steps,
    `ask ${quoted(`Repeated until ${repetitionText(node.repeat)}. Another iteration?`)} || break`,
    'done',
  ];
}

/** A node with the lines of its steps and of its `always`; a rollback is in a part of its own. */
function nodeLines(node: PlannedNode, steps: readonly string[], always: readonly string[], script: Script): string[] {
  const head = `${node.number} ${node.id}: ${node.title}`;
  if (node.kind === 'skipped') return ['', comment(`${head} — skipped, ${skipReasonText(node.reason)}`)];
  const conditions = (node.when ?? []).map(
    (condition) => `ask ${quoted(`Only when ${conditionText(condition)}. Is this condition met?`)}`,
  );
  const items = itemsIn(node, script.blanks);
  const list =
    node.for_each === undefined ? undefined : `For each item of ${valueText(node.for_each)}. Another iteration?`;
  return [
    '',
    `say ${quoted(head)}`,
    ...(conditions.length === 0 ? [] : [`if ${conditions.join(' && ')}; then`]),
    ...(list === undefined
      ? []
      : [`while ask ${quoted(list)}; do`, ...(items.length > 0 ? [`unset ${items.join(' ')}`] : [':'])]),
    ...ownLines(node, repeatedLines(node, steps, script), always, script),
    ...(list === undefined ? [] : ['done']),
    ...(conditions.length === 0 ? [] : ['fi']),
  ];
}

function ownLines(
  node: Exclude<PlannedNode, SkippedNode>,
  steps: readonly string[],
  always: readonly string[],
  script: Script,
): string[] {
  if (node.kind === 'note') return [`say ${quoted(node.note)}`];
  if (node.kind === 'request') return requestLines(node, script);
  const cleanup = node.always ?? [];
  const inner = [
    ...(node.confirm === undefined ? [] : [`ask ${quoted(node.confirm)} || stop 'not confirmed'`]),
    // The script names the steps of `always` if it stops before them.
    ...(cleanup.length === 0 ? [] : [`always=${quoted(`steps ${cleanup.map(({ number }) => number).join(', ')}`)}`]),
    ...steps,
    ...always,
    ...(cleanup.length === 0 ? [] : ['always=']),
  ];
  if (!node.done_when) return inner.length === 0 ? [':'] : inner;
  return [
    ...callLines(node.done_when.request, 60_000, script, true),
    `if ask ${quoted(`already in place if ${requestText(node.done_when.request)} returns ${doneWhenText(node.done_when)}. If not, proceed with ${node.number}?`)}; then`,
    ...inner,
    'fi',
  ];
}

/** The blanks whose value differs in each iteration. */
function itemsIn(node: PlannedNode, blanks: Blanks): string[] {
  const names = nodesRunBy(node).flatMap((inner) => {
    if (inner.kind !== 'request') return [];
    const checks = [inner.unchanged_when, inner.done_when].flatMap((read) => read?.request ?? []);
    const asked = [inner.request, ...checks];
    return asked
      .flatMap((request) => (request.type === 'http' ? blanksOfCall(request, blanks) : []))
      .map(({ name }) => name);
  });
  return [...new Set(names)];
}

/** Returns what a call leaves open. In its JSON, a blank that may be other than a string is filled in as JSON, and has another name. */
function blanksOfCall({ path, query, headers, body, ndjson, text }: HttpRequest, blanks: Blanks): Blank[] {
  const found = [
    ...[path, query, headers, text].flatMap((value) => blanks.within(value)),
    ...[body, ndjson].flatMap((value) => blanksOfJson(value, blanks)),
  ];
  return [...new Map(found.map((blank) => [blank.name, blank])).values()];
}

function blanksOfJson(value: Json | undefined, blanks: Blanks): Blank[] {
  if (typeof value === 'string') {
    const whole = wholeJson(value, blanks);
    return whole ? [whole] : blanks.within(value);
  }
  if (typeof value !== 'object' || value === null) return [];
  const keys = isObject(value) ? Object.keys(value).flatMap((key) => blanks.within(key)) : [];
  return [...keys, ...Object.values(value).flatMap((item) => blanksOfJson(item as Json, blanks))];
}

/** Fills in what a step saves as JSON where it is the whole of a string: it may be a list or a mapping. */
function wholeJson(text: string, blanks: Blanks): Blank | undefined {
  const { parts, isWhole } = partsOf(text, blanks);
  const [first] = parts;
  if (!isWhole || typeof first !== 'object' || first.isSecret || /^run\.(id|started_at)$/.test(first.expression))
    return undefined;
  return { ...first, name: `${first.name}_json`, source: `as JSON: ${first.source}` };
}

function requestLines(node: PlannedRequest, script: Script): string[] {
  const expected = expectations(node.expect).map(({ text }) => text);
  const until = untilText(node);
  const call = callLines(node.request, node.timeout_ms, script, accepts4xx(node));
  const judged =
    assertedConditions(node.expect).length > 0 || accepts4xx(node) ? [`judge ${quoted(expected.join('; '))}`] : [];
  if (node.effect === 'read') {
    const writes = passingWritesText(node, script.plan);
    if (until === undefined)
      return [...(writes === undefined ? [] : [comment(`writes ${writes}`)]), ...call, ...judged];
    const pause = Math.max(1, Math.ceil((node.every_ms ?? 0) / 1_000));
    return [
      'while true; do',
      ...call,
      `ask ${quoted(`Condition met: ${until}?`)} && break`,
      `sleep ${pause}`,
      'done',
      ...judged,
    ];
  }
  const where = `${requestText(node.request)} on ${connectionText(node.request)}`;
  const question = `Send ${where}${node.confirm === undefined ? '' : ` (${node.confirm})`}?`;
  const check = (words: string, read: PlannedRead | undefined) =>
    read
      ? [
          ...callLines(read.request, 60_000, script, true),
          `say ${quoted(`${words} if ${requestText(read.request)} returns ${doneWhenText(read)}`)}`,
        ]
      : [];
  const before = [...check('unchanged', node.unchanged_when), ...check('already in place', node.done_when)];
  return [...before, `if ask ${quoted(question)}; then`, ...call, ...judged, 'fi'];
}

function accepts4xx({ expect }: PlannedRequest): boolean {
  return expect.status.some((status) => /^4/.test(String(status)));
}

function callLines(
  request: Request,
  timeout: number,
  { plan, blanks, credentials }: Script,
  mayFail: boolean,
): string[] {
  if (request.type !== 'http') return [`judge ${quoted(`a check of the bucket by hand: ${requestText(request)}`)}`];
  const { headers = {}, connection, method } = request;
  const credential = credentials.find((one) => one.connection === connection && one.identity === request.identity);
  const dialect = dialectFor(request, plan);
  const content = formOf(request, dialect);
  const isFile = content?.form === 'file';
  // Objects from an earlier response are in a file already, as Kibana has written them.
  const whole = isFile && typeof content.value === 'string' ? wholeJson(content.value, blanks) : undefined;
  const file = whole && {
    name: whole.name.replace(/_json$/, '_file'),
    source: `a file: ${whole.source.replace('as JSON', 'as NDJSON')}`,
  };
  const open = file ? [file] : blanksOfCall(request, blanks).filter(({ isSecret }) => !isSecret);
  const upload = `--form "file=@${file ? `\${${file.name}}` : '-'};filename=objects.ndjson"`;
  const options = [
    ...Object.entries(headers).map(([name, value]) => headerOption(name, value, blanks)),
    ...Object.entries(dialect.headers).map(([name, value]) => headerOption(name, value, blanks)),
    ...(content && !isFile ? typeOption(content.form, headers) : []),
    ...(content ? [isFile ? upload : '--data-binary @-'] : []),
  ];
  const ca = `${connection.replace(/[^A-Za-z0-9_]/g, '_').toUpperCase()}_CA`;
  const address = `"${inQuotes(credential?.planned.url ?? '')}${urlOf(request, dialect, blanks)}"`;
  const command = [
    `call ${credential?.name ?? 'credentials_unknown'} ${ca} ${word(method)} ${Math.ceil(timeout / 1_000)}`,
    address,
    ...options,
  ].join(' ');
  // An error status is a response here: the user judges it.
  const end = mayFail ? ' || [ $? = 22 ]' : '';
  return [
    ...open.map(({ name, source }) => `fill ${name} ${quoted(source)}`),
    ...(!content || file
      ? [`${command} </dev/null${end}`]
      : content.form === 'text'
        ? `${command} < <(printf %s ${textWord(textOf(content.value), blanks)})${end}`.split('\n')
        : [`${command} <<RUNBOOK_BODY${end}`, ...jsonLines(content.value, content.form, blanks), 'RUNBOOK_BODY']),
  ];
}

/** Lets the shell itself print what is filled in: it may be secret, and everybody can see the arguments of programs. */
function headerOption(name: string, value: Json, blanks: Blanks): string {
  const text = `"${inQuotes(`${name}: `)}${filled(valueText(value), blanks)}"`;
  return blanks.within(value).length > 0 ? `--header @<(printf %s ${text})` : `--header ${text}`;
}

function urlOf(request: HttpRequest, dialect: HttpDialect, blanks: Blanks): string {
  const pairs = parametersOf(request.query ?? {}, dialect).map(
    ([name, value]) => `${encodeURIComponent(name)}=${filled(value, blanks, true)}`,
  );
  const whole = partsOf(request.path, blanks)
    .parts.map((part) => (typeof part === 'string' ? inQuotes(part) : uri(part)))
    .join('');
  return `${whole}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** A text between double quotes of the script. */
function filled(text: string, blanks: Blanks, isEncoded = false): string {
  return partsOf(text, blanks)
    .parts.map((part) => {
      if (typeof part === 'string') return inQuotes(isEncoded ? encodeURIComponent(part).replaceAll('%2C', ',') : part);
      return isEncoded ? uri(part) : `$${braced(part)}`;
    })
    .join('');
}

function uri(blank: Blank): string {
  return `$(uri "$${braced(blank)}")`;
}

function braced({ name, isSecret }: Blank): string {
  return `{${isSecret ? variableOf(name) : name}}`;
}

const types: { readonly [F in ContentForm]?: string } = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  text: 'text/plain',
};

/** What the step itself says comes before that. */
function typeOption(form: ContentForm, headers: JsonObject): string[] {
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return isSaid ? [] : [`--header "content-type: ${types[form]}"`];
}

/** A text byte by byte: a line of it could end a here-document. */
function textWord(text: string, blanks: Blanks): string {
  const parts = partsOf(text, blanks).parts.map((part) =>
    typeof part === 'string' ? part.split('\n').map(inQuotes).join('\n') : `$${braced(part)}`,
  );
  return `"${parts.join('')}"`;
}

/** JSON as it stands in a here-document: a blank that is the whole of a string is JSON already. */
function jsonLines(value: Json, form: ContentForm, blanks: Blanks): string[] {
  const text = (text: string) => {
    const whole = wholeJson(text, blanks);
    return whole ? `$${braced(whole)}` : key(text);
  };
  const key = (text: string) => {
    const inner = partsOf(text, blanks).parts.map((part) =>
      typeof part === 'string' ? inHere(JSON.stringify(part).slice(1, -1)) : `$(json "$${braced(part)}")`,
    );
    return `"${inner.join('')}"`;
  };
  const writer = { text, key };
  if (Array.isArray(value) && form !== 'json')
    return (value as readonly Json[]).map((line) => jsonText(line, writer, 0));
  return jsonText(value, writer).split('\n');
}

/** Never that of credentials, whatever an input is called. */
function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}

function needed(variable: string, what: string): string {
  return `need ${variable} ${quoted(what)}`;
}
