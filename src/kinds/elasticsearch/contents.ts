import type { HttpRequest } from '../../plan/index.ts';
import { isObject } from '../../text/index.ts';

type Call = Pick<HttpRequest, 'method' | 'path' | 'query' | 'ndjson'>;

/** DELETE of these removes all that is in them; what follows the name is what is in it. */
const containers: readonly {
  readonly removal: RegExp;
  readonly place: (name: string) => string;
  readonly content: RegExp;
}[] = [
  {
    removal: /^\/((?:[^_/]|_all)[^/]*)$/,
    place: (name) => `/${name}`,
    content:
      /^(?:|\/_(?:doc|create|update)\/[^/]+|\/_doc|\/_bulk|\/_mapping|\/_settings|\/_close|\/_open|\/_alias(?:es)?\/[^/]+|\/_block\/[^/]+|\/_update_by_query|\/_delete_by_query|\/_forcemerge)$/,
  },
  {
    removal: /^\/_data_stream\/([^/]+)$/,
    place: (name) => `/${name}`,
    content: /^\/(?:_create\/[^/]+|_doc|_bulk|_mapping|_settings)$/,
  },
  {
    removal: /^\/_security\/user\/([^/]+)$/,
    place: (name) => `/_security/user/${name}`,
    content: /^(?:|\/_password|\/_enable|\/_disable)$/,
  },
];

/**
 * Returns whether a successful DELETE leaves nothing of what a write has done: a document goes with its index. Names are
 * compared as they are written. An alias is none that one can delete so, unless the DELETE ignores what is not there.
 */
export function takesAlong(removal: Call, { path, ndjson }: Call): boolean {
  if (removal.method !== 'DELETE' || removal.query?.ignore_unavailable !== undefined) return false;
  return containers.some((container) => {
    const name = container.removal.exec(removal.path)?.[1];
    if (name === undefined || /^_all$|[*,?<]/.test(name.replace(/\{\{.*?\}\}/g, ''))) return false;
    const place = container.place(name);
    if (!path.startsWith(place)) return false;
    const content = path.slice(place.length);
    return container.content.test(content) && (content !== '/_bulk' || isOfOneIndex(ndjson));
  });
}

/** Returns whether no line of a `_bulk` names an index of its own. */
function isOfOneIndex(ndjson: unknown): boolean {
  const lines = Array.isArray(ndjson) ? (ndjson as readonly unknown[]) : undefined;
  return (
    lines?.every(
      (line) => isObject(line) && !Object.values(line).some((part) => isObject(part) && '_index' in part),
    ) === true
  );
}
