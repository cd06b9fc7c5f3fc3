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
  readonly apis: readonly {
    readonly path: string;
    readonly methods: Readonly<Record<string, string>>;
    readonly query?: string;
    readonly body?: string;
  }[];
}

let read: { readonly versions: readonly string[]; readonly apis: readonly Api[] } | undefined;

/** The APIs of Elasticsearch, and the versions (`8.5`) that they are known of, in ascending order. Read at the first use. */
export function knownApis(): { readonly versions: readonly string[]; readonly apis: readonly Api[] } {
  if (read) return read;
  const { versions, common, apis } = JSON.parse(catalogueText) as Data;
  const words = (text = '') => text.split(' ').filter((word) => word !== '');
  read = {
    versions,
    apis: apis.map(({ path, methods, query, body }) => ({
      path,
      segments: segmentsOf(path),
      methods: new Map(Object.entries(methods).map(([method, bits]) => [method, [...bits].map((bit) => bit === '1')])),
      query: new Set([...words(common), ...words(query)]),
      body: body === undefined ? undefined : new Set(words(body)),
    })),
  };
  return read;
}

/** The segments of a path; none of `/`. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
