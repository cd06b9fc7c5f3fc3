import { catalogueText } from './data.ts';

/** A path, and what is known of the calls to it. */
export interface Api {
  /** `/_snapshot/{repository}`, for a reader. */
  readonly path: string;
  readonly segments: readonly string[];
  /** Method → whether each of the `versions` has it, in their order. */
  readonly methods: ReadonlyMap<string, readonly boolean[]>;
  readonly query: ReadonlySet<string>;
  /** The keys of a body; undefined where they are not known, or not fixed. */
  readonly body: ReadonlySet<string> | undefined;
}

interface Data {
  readonly versions: readonly string[];
  readonly common: string;
  readonly apis: readonly Entry[];
}

interface Entry {
  readonly path: string;
  readonly methods: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
}

/** A file calls a few of the hundreds: of the others only the path is read. */
class CataloguedApi implements Api {
  readonly path: string;
  readonly segments: readonly string[];
  readonly #entry: Entry;
  readonly #common: string;
  #methods: Api['methods'] | undefined;
  #query: Api['query'] | undefined;
  #body: Api['body'];

  constructor(entry: Entry, common: string) {
    this.path = entry.path;
    this.segments = segmentsOf(entry.path);
    this.#entry = entry;
    this.#common = common;
  }

  get methods(): Api['methods'] {
    this.#methods ??= new Map(
      Object.entries(this.#entry.methods).map(([method, bits]) => [method, [...bits].map((bit) => bit === '1')]),
    );
    return this.#methods;
  }

  get query(): Api['query'] {
    this.#query ??= new Set([...wordsOf(this.#common), ...wordsOf(this.#entry.query)]);
    return this.#query;
  }

  get body(): Api['body'] {
    if (this.#entry.body !== undefined) this.#body ??= new Set(wordsOf(this.#entry.body));
    return this.#body;
  }
}

function wordsOf(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '');
}

interface Catalogued {
  /** In ascending order: `8.5`. */
  readonly versions: readonly string[];
  readonly apis: readonly Api[];
  /** The APIs with so many segments, of which the first is this one; those that begin with a parameter under `{}`. */
  readonly groups: ReadonlyMap<string, readonly Api[]>;
}

let read: Catalogued | undefined;

/** The APIs of Elasticsearch, and the versions that they are known of. Read at the first use. */
export function knownApis(): Catalogued {
  if (read) return read;
  const { versions, common, apis: all } = JSON.parse(catalogueText) as Data;
  const apis = all.map((one) => new CataloguedApi(one, common));
  const groups = new Map<string, Api[]>();
  for (const api of apis) {
    const key = groupOf(api.segments);
    const group = groups.get(key);
    if (group) group.push(api);
    else groups.set(key, [api]);
  }
  read = { versions, apis, groups };
  return read;
}

/** Where the APIs are that a path with these segments may be a call of. */
export function groupOf([first = '', ...rest]: readonly string[], begins = first): string {
  return `${rest.length} ${begins.startsWith('{') ? '{}' : begins}`;
}

/** The segments of a path; none of `/`. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
