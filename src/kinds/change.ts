import type { HttpRequest } from '../plan/index.ts';
import { isPlain } from './apis.ts';

/** All that a write may do to what a server has: an upper bound, from its kind's table of APIs. */
export interface Change {
  readonly may: readonly ('create' | 'change' | 'delete')[];
  /** What a write that creates puts its own in the place of, to stand behind "may overwrite"; undefined where it replaces nothing. */
  readonly overwrites?: string;
}

/** A row of such a table: methods, path (`{name}`: one segment), marks (`+` creates, `~` changes, `-` deletes), and what it may overwrite. */
export type ChangeRow = readonly [methods: string, path: string, marks: string, overwrites?: string];

const marked = { '+': 'create', '~': 'change', '-': 'delete' } as const;

/** Returns the function that finds a write in a table; undefined is what the table does not have. Paths may still hold templates. */
export function changesIn(table: readonly ChangeRow[]): (request: HttpRequest) => Change | undefined {
  const rows = table.map(([methods, path, marks, overwrites]) => ({
    methods: methods.split(' '),
    // No name of these tables begins with an underscore where an API could be meant, but _all.
    pattern: new RegExp(`^${path.replaceAll('{name}', '(?:_all|[^/_][^/]*)')}$`),
    change: {
      may: [...marks].map((mark) => marked[mark as keyof typeof marked]),
      ...(overwrites === undefined ? {} : { overwrites }),
    },
  }));
  return ({ method, path }) => {
    const filled = path.replace(/\{\{.*?\}\}/g, '*');
    if (!filled.split('/').every(isPlain)) return undefined;
    return rows.find(({ methods, pattern }) => methods.includes(method) && pattern.test(filled))?.change;
  };
}
