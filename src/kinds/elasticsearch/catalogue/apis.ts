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
  /** A POST to it changes nothing. */
  readonly reads: boolean;
  /** Method → what a login needs for it, in the words of `scripts/catalogue/privileges.ts`; none where it is not known. */
  readonly needs: ReadonlyMap<string, string>;
  /** Method, or query parameter → the version since which it is deprecated, and why. */
  readonly deprecated: ReadonlyMap<string, string>;
}

interface Data {
  readonly versions: readonly string[];
  readonly privileges: readonly string[];
  readonly newPrivileges: Readonly<Record<string, string>>;
  readonly earlier: Readonly<Record<string, string>>;
  readonly deprecations: readonly string[];
  readonly common: string;
  readonly apis: readonly Entry[];
}

interface Entry {
  readonly path: string;
  readonly methods: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
  readonly reads?: true;
  readonly needs?: Readonly<Record<string, number>>;
  readonly deprecated?: Readonly<Record<string, number>>;
}

/** A file calls a few of the hundreds: of the others only the path is read. */
class CataloguedApi implements Api {
  readonly path: string;
  readonly segments: readonly string[];
  readonly reads: boolean;
  readonly #entry: Entry;
  readonly #shared: Data;
  #methods: Api['methods'] | undefined;
  #query: Api['query'] | undefined;
  #body: Api['body'];
  #needs: Api['needs'] | undefined;
  #deprecated: Api['deprecated'] | undefined;

  constructor(entry: Entry, shared: Data) {
    this.path = entry.path;
    this.segments = segmentsOf(entry.path);
    this.reads = entry.reads === true;
    this.#entry = entry;
    this.#shared = shared;
  }

  get methods(): Api['methods'] {
    this.#methods ??= new Map(Object.entries(this.#entry.methods).map(([method, bits]) => [method, truthsIn(bits)]));
    return this.#methods;
  }

  get query(): Api['query'] {
    this.#query ??= new Set([...wordsOf(this.#shared.common), ...wordsOf(this.#entry.query)]);
    return this.#query;
  }

  get body(): Api['body'] {
    if (this.#entry.body !== undefined) this.#body ??= new Set(wordsOf(this.#entry.body));
    return this.#body;
  }

  get needs(): Api['needs'] {
    this.#needs ??= namedBy(this.#entry.needs, this.#shared.privileges);
    return this.#needs;
  }

  get deprecated(): Api['deprecated'] {
    this.#deprecated ??= namedBy(this.#entry.deprecated, this.#shared.deprecations);
    return this.#deprecated;
  }
}

/** What stands at the places of a list. */
function namedBy(places: Readonly<Record<string, number>> = {}, list: readonly string[]): Map<string, string> {
  return new Map(Object.entries(places).map(([name, at]) => [name, list[at] ?? '']));
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
  /** A privilege on the cluster that not every version knows → whether each of the `versions` does. */
  readonly newPrivileges: ReadonlyMap<string, readonly boolean[]>;
  /** Such a privilege → what granted the same before, `manage_security` or `a|b`. */
  readonly earlier: ReadonlyMap<string, string>;
}

let read: Catalogued | undefined;

/** The APIs of Elasticsearch, and the versions that they are known of. Read at the first use. */
export function knownApis(): Catalogued {
  if (read) return read;
  const data = JSON.parse(catalogueText) as Data;
  const { versions, newPrivileges, earlier } = data;
  const apis = data.apis.map((one) => new CataloguedApi(one, data));
  const groups = new Map<string, Api[]>();
  for (const api of apis) {
    const key = groupOf(api.segments);
    const group = groups.get(key);
    if (group) group.push(api);
    else groups.set(key, [api]);
  }
  read = {
    ...{ versions, apis, groups },
    newPrivileges: new Map(Object.entries(newPrivileges).map(([name, bits]) => [name, truthsIn(bits)])),
    earlier: new Map(Object.entries(earlier)),
  };
  return read;
}

function truthsIn(bits: string): boolean[] {
  return [...bits].map((bit) => bit === '1');
}

/** The APIs that a path with these segments may be a call of, where its first one is as it will be sent, or names something. */
export function grouped(written: readonly string[]): readonly Api[] {
  const { groups } = knownApis();
  return [groupOf(written), groupOf(written, '{}')].flatMap((key) => groups.get(key) ?? []);
}

/** Where the APIs are that a path with these segments may be a call of. */
function groupOf([first = '', ...rest]: readonly string[], begins = first): string {
  return `${rest.length} ${begins.startsWith('{') ? '{}' : begins}`;
}

/** The segments of a path; none of `/`. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
