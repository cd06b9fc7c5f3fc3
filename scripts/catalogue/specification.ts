import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceApi } from './api.ts';

interface Specification {
  readonly url: {
    readonly paths: readonly { readonly path: string; readonly methods: readonly string[] }[];
  };
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Reads the folder `rest-api-spec/api` of a server's own specification: a file for each API. */
export function readSpecification(folder: string): { readonly apis: SourceApi[]; readonly common: readonly string[] } {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const apis = files
    .filter((file) => !file.startsWith('_'))
    .flatMap((file) => Object.entries<Specification>(read(file)))
    .map(
      ([name, { url, params }]): SourceApi => ({
        name,
        routes: url.paths.map(({ path, methods }) => ({ path, methods })),
        query: Object.keys(params ?? {}),
      }),
    );
  return { apis, common: files.includes('_common.json') ? Object.keys(read('_common.json').params) : [] };
}
