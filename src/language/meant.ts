import { isObject, type Json, nearest } from '../text/index.ts';

/** The keys by which a step is told from others of another kind. */
export const stepKinds = ['call', 'oss', 'note', 'use', 'steps'] as const;

/** What other tools call a key of the language: by the title of its schema, for all kinds of steps under `Step`. */
const ofOtherTools: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Matcher: {
    eq: 'equals',
    equal: 'equals',
    is: 'equals',
    ne: 'not',
    neq: 'not',
    not_equal: 'not',
    not_equals: 'not',
    gte: 'at_least',
    ge: 'at_least',
    min: 'at_least',
    minimum: 'at_least',
    gt: 'greater_than',
    lte: 'at_most',
    le: 'at_most',
    max: 'at_most',
    maximum: 'at_most',
    lt: 'less_than',
    regex: 'matches',
    regexp: 'matches',
    pattern: 'matches',
    match: 'matches',
    has: 'contains',
    include: 'contains',
    includes: 'contains',
    any_of: 'in',
    one_of: 'in',
    exist: 'exists',
    present: 'exists',
    defined: 'exists',
    size: 'length',
    count: 'length',
    len: 'length',
    version: 'version_in',
  },
  Step: {
    name: 'title',
    desc: 'description',
    comment: 'description',
    if: 'when',
    condition: 'when',
    loop: 'for_each',
    with_items: 'for_each',
    foreach: 'for_each',
    items: 'for_each',
    register: 'save',
    outputs: 'save',
    set: 'save',
    vars: 'with',
    assert: 'expect',
    expected: 'expect',
    response: 'expect',
    params: 'query',
    parameters: 'query',
    json: 'body',
    data: 'body',
    payload: 'body',
    connection: 'on',
    host: 'on',
    hosts: 'on',
    cluster: 'on',
    user: 'as',
    identity: 'as',
    retries: 'retry',
    delay: 'every',
    interval: 'every',
    wait_for: 'until',
    finally: 'always',
    undo: 'rollback',
    request: 'call',
    http: 'call',
    uri: 'call',
    url: 'call',
    api: 'call',
    method: 'call',
    path: 'call',
    GET: 'call',
    POST: 'call',
    PUT: 'call',
    DELETE: 'call',
    HEAD: 'call',
    uses: 'use',
    include: 'use',
    import: 'use',
    message: 'note',
    debug: 'note',
    print: 'note',
    tasks: 'steps',
    block: 'steps',
  },
  Runbook: {
    vars: 'inputs',
    variables: 'inputs',
    params: 'inputs',
    parameters: 'inputs',
    hosts: 'connections',
    clusters: 'connections',
    tasks: 'steps',
    jobs: 'steps',
    actions: 'steps',
    undo: 'rollback',
    summary: 'title',
    version: 'elasticsearch',
    es_version: 'elasticsearch',
  },
  PlainInput: {
    desc: 'description',
    regex: 'pattern',
    values: 'enum',
    choices: 'enum',
    options: 'enum',
    sensitive: 'secret',
  },
  Connection: { type: 'kind' },
  Expect: { code: 'status', status_code: 'status', response: 'body', json: 'body' },
  Retry: { times: 'attempts', max: 'attempts', retries: 'attempts', interval: 'delay' },
};

/** What was probably meant by a key that a mapping does not take. */
export interface Meant {
  readonly key: string;
  /** It is no typo: its value, too, is probably written as another tool wants it. */
  readonly isForeign: boolean;
}

/** @param schema Of the mapping that the key stands in. */
export function meantKey(key: string, schema: unknown): Meant | undefined {
  const { title, properties } = isObject(schema as Json) ? (schema as { title?: string; properties?: object }) : {};
  const known = Object.keys(properties ?? {});
  const table = ofOtherTools[isStepTitle(title) ? 'Step' : (title ?? '')] ?? {};
  const foreign = Object.hasOwn(table, key) ? table[key] : undefined;
  if (foreign !== undefined && known.includes(foreign)) return { key: foreign, isForeign: true };
  const near = nearest(key, known);
  return near === undefined ? undefined : { key: near, isForeign: false };
}

export function isStepTitle(title: unknown): boolean {
  return ['CallStep', 'OssStep', 'NoteStep', 'UseStep', 'Block'].includes(String(title));
}

/** Returns what was meant by the unknown keys of a step that has none of those that say what it does. */
export function kindMeant(
  unknown: readonly (readonly [key: string, value: Json])[],
): { readonly written: string; readonly meant: Meant } | undefined {
  const properties = Object.fromEntries(stepKinds.map((kind) => [kind, true]));
  const found = unknown.flatMap(([written, value]) => {
    const meant =
      meantKey(written, { title: 'CallStep', properties }) ??
      (isCall(value) ? { key: 'call', isForeign: false } : undefined);
    return meant ? [{ written, meant }] : [];
  });
  return found.find(({ meant }) => !meant.isForeign) ?? found[0];
}

function isCall(value: Json): boolean {
  return typeof value === 'string' && /^(GET|HEAD|POST|PUT|DELETE|PATCH) /.test(value);
}
