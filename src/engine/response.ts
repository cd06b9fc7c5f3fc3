import { headerIn, valueAt } from '../language/index.ts';
import type { Json, JsonObject } from '../text/index.ts';
import type { Response } from './result.ts';

/** Returns what a `save` reads of a response: one of its headers, or a value of its body; undefined where it is not there. */
export function valueIn(response: Response, path: string, variables?: JsonObject): Json | undefined {
  const header = headerIn(path);
  return header === undefined ? valueAt(response.body, path, variables) : headerOf(response, header);
}

/** Returns the value of a header; letter case does not tell headers apart. */
export function headerOf({ headers = {} }: Response, name: string): string | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(headers, key) ? headers[key] : undefined;
}
