import type { Json } from '../text/index.ts';

/** What a request carries: one of these at most. */
export interface Content {
  /** Sent as JSON. */
  readonly body?: Json;
  /** A list: a line of JSON for each item. */
  readonly ndjson?: Json;
  /** Sent as it is. */
  readonly text?: Json;
}

export const contentKeys = ['body', 'ndjson', 'text'] as const satisfies readonly (keyof Content)[];

/** Returns what a request carries, and nothing else of it. */
export function contentOf(request: Content): Content {
  return mapContent(request, (value) => value);
}

/** Returns what a request carries, with each value replaced; one that is undefined is left out. */
export function mapContent(content: Content, replace: (value: Json, key: keyof Content) => Json | undefined): Content {
  return Object.fromEntries(
    contentKeys.flatMap((key) => {
      const value = content[key];
      const replaced = value === undefined ? undefined : replace(value, key);
      return replaced === undefined ? [] : [[key, replaced]];
    }),
  );
}
