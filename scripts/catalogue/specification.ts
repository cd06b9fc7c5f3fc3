import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceApi } from './api.ts';

interface Deprecation {
  readonly version: string;
  readonly description: string;
}

interface Specification {
  readonly deprecated?: Deprecation;
  readonly documentation: { readonly description: string };
  readonly url: {
    readonly paths: readonly {
      readonly path: string;
      readonly methods: readonly string[];
      readonly deprecated?: Deprecation;
    }[];
  };
  readonly params?: Readonly<Record<string, { readonly deprecated?: Deprecation }>>;
}

const noteOf = ({ version, description }: Deprecation) => `${version} ${description}`;

/** Reads the folder `rest-api-spec/api` of a server's own specification: a file for each API. */
export function readSpecification(folder: string): { readonly apis: SourceApi[]; readonly common: readonly string[] } {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const apis = files
    .filter((file) => !file.startsWith('_'))
    .flatMap((file) => Object.entries<Specification>(read(file)))
    .map(
      ([name, { url, params = {}, deprecated: whole, documentation }]): SourceApi => ({
        name,
        summary: documentation.description,
        routes: url.paths.map(({ path, methods, deprecated = whole }) => ({
          ...{ path, methods },
          ...(deprecated ? { deprecated: noteOf(deprecated) } : {}),
        })),
        query: Object.keys(params),
        deprecatedQuery: new Map(
          Object.entries(params).flatMap(([parameter, { deprecated }]) =>
            deprecated ? [[parameter, noteOf(deprecated)]] : [],
          ),
        ),
      }),
    );
  return { apis, common: files.includes('_common.json') ? Object.keys(read('_common.json').params) : [] };
}
